// Package envtest checks that an environment keeps the promises of env.Env. One call in a test is enough:
//
//	envtest.Check(t, func() env.Env { return NewCorridor() })
package envtest

import (
	"bytes"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/rl/env"
)

// steps is how many steps each check takes.
const steps = 3000

// Check plays at random, in several ways, and fails t where a promise is broken: a whole observation of finite numbers, of bytes if it says so, at each step; the
// same episode for the same seed; errors of one line, which change nothing, for steps outside an episode and actions outside the space; a
// state that is saved and restored to the bit anywhere in an episode; no allocation in a step or a Reset.
func Check(t testing.TB, newEnv func() env.Env) {
	t.Helper()
	spec := newEnv().Spec()
	if spec.Name == "" || spec.Size() < 1 || (spec.Actions.N < 1) == (spec.Actions.Dim() < 1) || len(spec.Actions.Low) != len(spec.Actions.High) {
		t.Fatalf("%+v: want a name, an observation of at least one number, and a discrete space of actions or a box", spec)
	}
	refusals(t, newEnv())
	repeats(t, newEnv(), newEnv())
	restores(t, newEnv)
	allocates(t, newEnv())
}

// Random draws an action from a space.
func Random(r *rand.Rand, s env.Space) env.Action {
	if s.N > 0 {
		return env.Action{Index: r.IntN(s.N)}
	}
	p := make([]float32, s.Dim())
	for i := range p {
		p[i] = min(s.High[i], s.Low[i]+(s.High[i]-s.Low[i])*r.Float32())
	}
	return env.Action{Point: p}
}

// allowed draws an action that e allows now.
func allowed(r *rand.Rand, e env.Env, s env.Space) env.Action {
	m, masks := env.As[env.Masker](e)
	if !masks {
		return Random(r, s)
	}
	mask := make([]bool, s.N)
	for m.Legal(mask); ; {
		if a := Random(r, s); mask[a.Index] || !slices.Contains(mask, true) {
			return a
		}
	}
}

// player plays on, episode after episode, by the numbers of r.
type player struct {
	e       env.Env
	r       *rand.Rand
	space   env.Space
	bytes   bool
	obs     []float32
	over    bool
	outcome env.Outcome
}

func newPlayer(e env.Env, seed uint64) *player {
	s := e.Spec()
	return &player{e: e, r: rand.New(rand.NewPCG(seed, 0)), space: s.Actions, bytes: s.Bytes, obs: make([]float32, s.Size()), over: true}
}

func (p *player) step(t testing.TB) {
	for i := range p.obs {
		p.obs[i] = float32(math.NaN())
	}
	if p.over {
		p.e.Reset(p.r.Uint64(), p.obs)
		p.outcome = env.Outcome{}
	} else {
		var err error
		if p.outcome, err = p.e.Step(allowed(p.r, p.e, p.space), p.obs); err != nil {
			t.Fatalf("a step within the episode: %v", err)
		}
	}
	p.over = p.outcome.Over()
	for i, x := range p.obs {
		if !finite(x) {
			t.Fatalf("number %d of an observation is %v, or was not written", i, x)
		}
		if p.bytes && float32(uint8(x)) != x {
			t.Fatalf("number %d of an observation is %v, want a byte", i, x)
		}
	}
	if !finite(p.outcome.Reward) {
		t.Fatalf("a reward of %v", p.outcome.Reward)
	}
}

func finite(x float32) bool { return x-x == 0 }

func save(t testing.TB, e env.Env) []byte {
	b, err := e.AppendBinary([]byte("before"))
	if err != nil || !bytes.HasPrefix(b, []byte("before")) {
		t.Fatalf("AppendBinary: %v, or what was there before is lost", err)
	}
	return b[len("before"):]
}

// refused takes a step that must be an error and change nothing.
func refused(t testing.TB, what string, e env.Env, a env.Action) {
	obs := make([]float32, e.Spec().Size())
	for i := range obs {
		obs[i] = 77.5
	}
	before, was := save(t, e), slices.Clone(obs)
	o, err := e.Step(a, obs)
	if err == nil || strings.Contains(err.Error(), "\n") {
		t.Errorf("%s: the error is %v, want one line", what, err)
	}
	if o != (env.Outcome{}) || !slices.Equal(obs, was) || !bytes.Equal(save(t, e), before) {
		t.Errorf("%s changed something", what)
	}
}

func refusals(t testing.TB, e env.Env) {
	p := newPlayer(e, 1)
	refused(t, "a step before Reset", e, Random(p.r, p.space))
	p.step(t)
	for _, a := range outside(p.space) {
		refused(t, "an action outside the space", e, a)
	}
	for i := 0; !p.over; i++ {
		if i > 1_000_000 {
			t.Fatal("an episode of a million random steps has no end")
		}
		if m, masks := env.As[env.Masker](e); masks {
			mask := make([]bool, p.space.N)
			m.Legal(mask)
			for a, yes := range mask {
				if !yes {
					refused(t, "an action that is not allowed now", e, env.Action{Index: a})
				}
			}
		}
		p.step(t)
	}
	refused(t, "a step after the end", e, Random(p.r, p.space))
}

func outside(s env.Space) []env.Action {
	if s.N > 0 {
		return []env.Action{{Index: -1}, {Index: s.N}, {Point: []float32{0}}}
	}
	bad := []env.Action{{}, {Point: make([]float32, s.Dim()+1)}}
	for i := range s.Dim() {
		for _, x := range []float32{math.Nextafter32(s.Low[i], -1e30), math.Nextafter32(s.High[i], 1e30), float32(math.NaN())} {
			p := slices.Clone(s.Low)
			p[i] = x
			bad = append(bad, env.Action{Point: p})
		}
	}
	return bad
}

func same(t testing.TB, what string, p, q *player) {
	p.step(t)
	q.step(t)
	if p.outcome != q.outcome || !slices.EqualFunc(p.obs, q.obs, func(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) }) {
		t.Fatalf("%s differ: %v %v, %v %v", what, p.obs, p.outcome, q.obs, q.outcome)
	}
}

func repeats(t testing.TB, a, b env.Env) {
	p, q := newPlayer(a, 2), newPlayer(b, 2)
	for range steps {
		same(t, "two plays of the same seeds", p, q)
	}
	if !bytes.Equal(save(t, a), save(t, b)) {
		t.Error("the saved states of two alike differ")
	}
}

// restores saves now and then, goes on in another environment that has been elsewhere, and compares.
func restores(t testing.TB, newEnv func() env.Env) {
	p := newPlayer(newEnv(), 3)
	pcg := rand.NewPCG(3, 0)
	p.r = rand.New(pcg)
	when := rand.New(rand.NewPCG(4, 0))
	for range 40 {
		for range when.IntN(120) {
			p.step(t)
		}
		other := newPlayer(newEnv(), 5)
		for range when.IntN(50) {
			other.step(t)
		}
		state := save(t, p.e)
		if err := other.e.UnmarshalBinary(state); err != nil {
			t.Fatalf("restoring: %v", err)
		}
		if !bytes.Equal(save(t, other.e), state) {
			t.Fatal("what was restored is saved as something else")
		}
		at := *pcg
		other.r, other.over = rand.New(&at), p.over
		for range 60 {
			same(t, "the play that goes on and the one that was restored", p, other)
		}
		for _, bad := range [][]byte{nil, state[:len(state)-1], append(slices.Clone(state), 0)} {
			if err := other.e.UnmarshalBinary(bad); err == nil || strings.Contains(err.Error(), "\n") {
				t.Fatalf("a state of %d bytes instead of %d: the error is %v, want one line", len(bad), len(state), err)
			}
		}
	}
}

// allocates counts over many steps, as the environment's own goroutines would be hidden from testing.AllocsPerRun.
func allocates(t testing.TB, e env.Env) {
	p := newPlayer(e, 6)
	p.step(t)
	var before, after runtime.MemStats
	least := uint64(math.MaxUint64)
	for range 5 { // the least of them, since the rest of the process allocates too
		count := uint64(0)
		for i := range 200 {
			if p.over {
				runtime.ReadMemStats(&before)
				e.Reset(uint64(i), p.obs)
				runtime.ReadMemStats(&after)
				count += after.Mallocs - before.Mallocs
			}
			a := allowed(p.r, e, p.space)
			runtime.ReadMemStats(&before)
			o, err := e.Step(a, p.obs)
			runtime.ReadMemStats(&after)
			if err != nil {
				t.Fatal(err)
			}
			p.over = o.Over()
			count += after.Mallocs - before.Mallocs
		}
		least = min(least, count)
	}
	if least > 0 {
		t.Errorf("%d allocations in 200 steps and their Resets", least)
	}
}
