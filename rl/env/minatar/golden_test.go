package minatar

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"math"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unsafe"

	"github.com/kedja-ml/kedja/rl/env"
)

// The lines of testdata are described in docs/minatar-rules.md, "Goldens".

// randomActions returns the actions of an episode, one a call, as indexes in a set of n.
func randomActions(episode uint64, n int) func() int {
	state := episode
	draw := func() uint64 {
		state += 0x9e3779b97f4a7c15
		z := (state ^ state>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		return z ^ z>>31
	}
	weights, sum := make([]uint64, n), uint64(0)
	for i := range weights {
		weights[i] = 1
		if episode&2 != 0 {
			weights[i] = 1 << (draw() % 6)
		}
		sum += weights[i]
	}
	action, left := 0, uint64(0)
	return func() int {
		if left == 0 {
			u := draw() % sum
			for action = 0; u >= weights[action]; action++ {
				u -= weights[action]
			}
			left = 1
			if episode&1 != 0 {
				left += draw() % 12
			}
		}
		left--
		return action
	}
}

// tape plays an episode and hashes it.
type tape struct {
	e             *Env
	obs           []float32
	bits          []byte
	hash          hash.Hash
	steps, reward int
	last          env.Outcome
}

func newTape(t testing.TB, g Game, o Options) *tape {
	e, err := New(g, o)
	if err != nil {
		t.Fatal(err)
	}
	n := e.Spec().Size()
	return &tape{e: e, obs: make([]float32, n), bits: make([]byte, (n+7)/8), hash: sha256.New()}
}

// reset begins an episode by a seed, begin one that goes on with the last one's random numbers.
func (p *tape) reset(seed uint64) {
	p.e.Reset(seed, p.obs)
	p.first()
}

func (p *tape) begin() {
	p.e.begin(p.obs)
	p.first()
}

func (p *tape) first() {
	p.steps, p.reward = 0, 0
	p.hash.Reset()
	p.look()
}

// look hashes the observation in the order of the original, which has the channels last.
func (p *tape) look() {
	clear(p.bits)
	const cells = size * size
	channels := len(p.obs) / cells
	raw := unsafe.Slice((*byte)(unsafe.Pointer(&p.obs[0])), 4*len(p.obs))
	for i := 0; ; i++ { // most are 0: bytes.IndexByte finds the others fastest
		n := bytes.IndexByte(raw[4*i:], byte(math.Float32bits(1)>>24))
		if n < 0 {
			break
		}
		i += n / 4
		at := i%cells*channels + i/cells
		p.bits[at/8] |= 1 << (at % 8)
	}
	p.hash.Write(p.bits)
}

func (p *tape) act(t testing.TB, index int) {
	o, err := p.e.Step(env.Action{Index: index}, p.obs)
	if err != nil || o.Truncated {
		t.Fatalf("step %d: %v %v", p.steps, o, err)
	}
	p.last = o
	p.steps++
	p.reward += int(o.Reward)
	over := byte(0)
	if o.Terminated {
		over = 1
	}
	p.hash.Write([]byte{byte(o.Reward), over})
	p.look()
}

// play does the random actions of an episode, at most so many, to the end.
func (p *tape) play(t testing.TB, episode, limit int) {
	next := randomActions(uint64(episode), p.e.Spec().Actions.N)
	for p.steps < limit {
		p.act(t, next())
		if p.last.Over() {
			break
		}
	}
}

func (p *tape) sum() string { return hex.EncodeToString(p.hash.Sum(nil)) }

const limit = 5000 // of an episode of random actions

type episode struct {
	steps, reward int
	hash          string
}

// summary is what a line says of several episodes.
func summary(played []episode) string {
	steps, reward, h := 0, 0, sha256.New()
	for _, e := range played {
		b, _ := hex.DecodeString(e.hash)
		steps, reward = steps+e.steps, reward+e.reward
		h.Write(b)
	}
	return fmt.Sprintf("%d %d %x", steps, reward, h.Sum(nil))
}

// playAll plays the episodes from 0 to n−1, each on a fresh environment, as many at once as there are processors.
func playAll(t testing.TB, g Game, o Options, n int) []episode {
	played := make([]episode, n)
	workers := runtime.GOMAXPROCS(0)
	var wait sync.WaitGroup
	for w := range workers {
		p := newTape(t, g, o)
		wait.Go(func() {
			for e := w; e < n; e += workers {
				p.reset(uint64(e))
				p.play(t, e, limit)
				played[e] = episode{p.steps, p.reward, p.sum()}
			}
		})
	}
	wait.Wait()
	return played
}

func options(t testing.TB, set, sticky, ramping string) Options {
	p, err := strconv.ParseFloat(sticky, 64)
	if err != nil || set != "all" && set != "minimal" || ramping != "0" && ramping != "1" {
		t.Fatalf("options %s %s %s", set, sticky, ramping)
	}
	return Options{Sticky: p, Ramping: ramping == "1", Minimal: set == "minimal"}
}

func TestGoldens(t *testing.T) {
	for _, g := range Games() {
		t.Run(g.String(), func(t *testing.T) {
			text, err := os.ReadFile("testdata/" + [...]string{"breakout", "freeway", "asterix", "space_invaders", "seaquest"}[g] + ".txt")
			if err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(strings.TrimSpace(string(text)), "\n")[1:]
			seen := map[string]int{}
			for len(lines) > 0 {
				w := strings.Fields(lines[0])
				seen[w[0]]++
				lines = lines[golden(t, g, w, lines):]
			}
			if seen["trace"] != 4 || seen["episode"] != 40 || seen["episodes"] != 2 || seen["options"] != 4 || seen["row"] != 2 || seen["deep"] < 3 {
				t.Errorf("goldens are missing: %v", seen)
			}
		})
	}
}

// golden checks the line of the words w, the first of lines, and says how many of these belong to it.
func golden(t *testing.T, g Game, w, lines []string) int {
	check := func(got string) {
		if want := lines[0]; got != want {
			t.Errorf("played\n%s, want\n%s", got, want)
		}
	}
	switch w[0] {
	case "trace":
		return checkTrace(t, g, w, lines)
	case "deep":
		checkDeep(t, g, w, lines)
		return 3
	case "episode":
		p := newTape(t, g, options(t, w[1], "0.1", "1"))
		e, err := strconv.Atoi(w[2])
		if err != nil {
			t.Fatal(err)
		}
		p.reset(uint64(e))
		p.play(t, e, limit)
		check(fmt.Sprintf("episode %s %d %d %d %s", w[1], e, p.steps, p.reward, p.sum()[:16]))
	case "episodes":
		if testing.Short() && g == Freeway { // 2.5 million steps
			return 1
		}
		check(fmt.Sprintf("episodes %s 1000 %s", w[1], summary(playAll(t, g, options(t, w[1], "0.1", "1"), 1000))))
	case "options":
		check(fmt.Sprintf("options %s %s %s 20 %s", w[1], w[2], w[3], summary(playAll(t, g, options(t, w[1], w[2], w[3]), 20))))
	case "row":
		p := newTape(t, g, options(t, w[1], "0.1", "1"))
		var played []episode
		p.e.s.Random.Seed(1)
		for e := range 20 {
			p.begin()
			p.play(t, e, limit)
			played = append(played, episode{p.steps, p.reward, p.sum()})
		}
		check(fmt.Sprintf("row %s 20 %s", w[1], summary(played)))
	default:
		t.Fatalf("unknown line %q", lines[0])
	}
	return 1
}

// checkTrace plays the first steps of an episode and compares all that is lit.
func checkTrace(t *testing.T, g Game, w, lines []string) int {
	p := newTape(t, g, options(t, w[1], "0.1", "1"))
	e, err := strconv.Atoi(w[2])
	if err != nil {
		t.Fatal(err)
	}
	before := make([]float32, len(p.obs))
	changes := func() (s string) {
		for i, x := range p.obs { // channel, row, column are the digits of i
			if x != before[i] {
				s += fmt.Sprintf(" %03d", i)
			}
		}
		copy(before, p.obs)
		return s
	}
	p.reset(uint64(e))
	if got := "start" + changes(); got != lines[1] {
		t.Errorf("%s: %s, want %s", lines[0], got, lines[1])
	}
	next := randomActions(uint64(e), len(p.e.actions))
	n := 2
	for ; n < 102 && (n == 2 || !p.last.Over()); n++ {
		index := next()
		p.act(t, index)
		over := 0
		if p.last.Over() {
			over = 1
		}
		if got := fmt.Sprintf("%d %v %d%s", p.e.actions[index], p.last.Reward, over, changes()); got != lines[n] {
			t.Fatalf("%s, step %d: %s, want %s", lines[0], n-1, got, lines[n])
		}
	}
	return n
}

// checkDeep plays an episode whose actions are given, and is interrupted in the middle of it: another environment goes on.
func checkDeep(t *testing.T, g Game, w, lines []string) {
	seed, err := strconv.ParseUint(w[1], 10, 64)
	o := options(t, "all", w[2], w[3])
	actions, marks := strings.TrimPrefix(lines[1], "actions "), strings.TrimPrefix(lines[2], "marks ")
	if err != nil || len(marks) != len(actions)/10*4 {
		t.Fatalf("%v, or %d marks for %d actions", err, len(marks)/4, len(actions))
	}
	p := newTape(t, g, o)
	p.reset(seed)
	for i, a := range actions {
		p.act(t, strings.IndexRune("nlurdf", a))
		if k := i + 1; k%10 == 0 {
			if got, want := p.sum()[:4], marks[k/10*4-4:k/10*4]; got != want {
				t.Fatalf("%s: differs at step %d or in the ten before", lines[0], k)
			}
		}
		if i%97 == 50 {
			b, err := p.e.AppendBinary(nil)
			other := newTape(t, g, o)
			other.reset(seed + 1)
			if err != nil || other.e.UnmarshalBinary(b) != nil {
				t.Fatal("the state was not saved")
			}
			p.e = other.e
		}
	}
	if got := fmt.Sprintf("deep %s %s %s %d %d %s", w[1], w[2], w[3], p.steps, p.reward, p.sum()[:16]); got != lines[0] {
		t.Errorf("played %s, want %s", got, lines[0])
	}
}
