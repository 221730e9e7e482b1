package toy_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/rl/env"
	"github.com/kedja-ml/kedja/rl/env/envtest"
	"github.com/kedja-ml/kedja/rl/env/toy"
)

func grid(t testing.TB, m toy.Map) *toy.Grid {
	g, err := toy.NewGrid(m)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func bandit(t testing.TB) *toy.Bandit {
	b, err := toy.NewBandit(10, 1)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestPromises(t *testing.T) {
	for name, newEnv := range map[string]func() env.Env{
		"cliff":  func() env.Env { return grid(t, toy.Cliff()) },
		"lake":   func() env.Env { return grid(t, toy.Lake()) },
		"rooms":  func() env.Env { return grid(t, toy.Rooms()) },
		"bandit": func() env.Env { return bandit(t) },
		"memory": func() env.Env { return toy.NewMemory(5) },
	} {
		t.Run(name, func(t *testing.T) { envtest.Check(t, newEnv) })
	}
}

func ExampleMDP_Optimal() {
	g, err := toy.NewGrid(toy.Map{Name: "corner", Rows: []string{"S#G", "..."}, Step: -1, Goal: -1})
	if err != nil {
		fmt.Println(err)
		return
	}
	q, err := g.Optimal(1, 0)
	fmt.Println(q[:4], err) // at the start: up, right, down, left
	// Output:
	// [-5 -5 -4 -5] <nil>
}

func ExampleGrid_Text() {
	g, err := toy.NewGrid(toy.Cliff())
	if err != nil {
		fmt.Println(err)
		return
	}
	obs := make([]float32, g.Spec().Size())
	g.Reset(1, obs)
	for _, a := range []int{0, 1, 1} {
		if _, err := g.Step(env.Action{Index: a}, obs); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Print(g.Text())
	// Output:
	// ............
	// ............
	// ..@.........
	// SXXXXXXXXXXG
}

// The values of Gymnasium's tables of the same problems.
func TestValues(t *testing.T) {
	data, err := os.ReadFile("testdata/values.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden struct{ Lake, Cliff [][4]float64 }
	if err := json.Unmarshal(data, &golden); err != nil || len(golden.Lake) != 16 || len(golden.Cliff) != 48 {
		t.Fatal(err, len(golden.Lake), len(golden.Cliff))
	}
	for name, c := range map[string]struct {
		m    toy.Map
		want [][4]float64
		ours [4]int // our number of each of Gymnasium's actions
	}{
		"lake":  {toy.Lake(), golden.Lake, [4]int{3, 2, 1, 0}},
		"cliff": {toy.Cliff(), golden.Cliff, [4]int{0, 1, 2, 3}},
	} {
		g := grid(t, c.m)
		q, err := g.Optimal(0.99, 1e-14)
		if err != nil {
			t.Fatal(err)
		}
		letters := strings.Join(c.m.Rows, "")
		for s, want := range c.want {
			for a, w := range want {
				if got := q[4*s+c.ours[a]]; letters[s] != 'G' && math.Abs(got-w) > 1e-10 {
					t.Errorf("%s: state %d, action %d: %v, want %v", name, s, a, got, w)
				}
			}
		}
	}
}

// play returns the mean return of who acts by the greatest of q, and how often it was not 0.
func play(t *testing.T, g *toy.Grid, q []float64, episodes int) (mean float64) {
	obs := make([]float32, g.Spec().Size())
	for seed := range episodes {
		g.Reset(uint64(seed), obs)
		for over := false; !over; {
			row := q[4*g.State() : 4*g.State()+4]
			o, err := g.Step(env.Action{Index: slices.Index(row, slices.Max(row))}, obs)
			if err != nil {
				t.Fatal(err)
			}
			mean += float64(o.Reward) / float64(episodes)
			over = o.Over()
		}
	}
	return mean
}

// Acting best brings what the values promise.
func TestOptimalPlay(t *testing.T) {
	for name, c := range map[string]struct {
		m              toy.Map
		discount, want float64
		off            float64
		episodes       int
	}{
		"cliff": {toy.Cliff(), 1, -13, 0, 2},
		"rooms": {toy.Rooms(), 0.9, 1, 0, 2},
		"lake":  {toy.Lake(), 0.999, 0.74, 0.03, 4000},
	} {
		g := grid(t, c.m)
		q, err := g.Optimal(c.discount, 1e-12)
		if err != nil {
			t.Fatal(err)
		}
		if got := play(t, g, q, c.episodes); math.Abs(got-c.want) > c.off+1e-9 {
			t.Errorf("%s: a mean return of %v, want %v", name, got, c.want)
		}
	}
	if _, err := grid(t, toy.Map{Name: "no way", Rows: []string{"S#G"}, Step: -1, Goal: -1}).Optimal(1, 0); err == nil {
		t.Error("values of who never arrives")
	}
}

// Each of a slippery move's ends comes as often as its probability says.
func TestSlips(t *testing.T) {
	g := grid(t, toy.Map{Name: "open", Rows: []string{"...", ".S.", "..."}, Slip: 0.4})
	obs, count := make([]float32, 9), map[int]int{}
	const n = 20000
	for seed := range uint64(n) {
		g.Reset(seed, obs)
		if _, err := g.Step(env.Action{Index: 0}, obs); err != nil {
			t.Fatal(err)
		}
		count[g.State()]++
	}
	for s, p := range map[int]float64{1: 0.6, 5: 0.2, 3: 0.2} {
		if got := float64(count[s]) / n; math.Abs(got-p) > 4*math.Sqrt(p*(1-p)/n) {
			t.Errorf("state %d: %v, want %v", s, got, p)
		}
	}
	if len(count) != 3 {
		t.Error(count)
	}
}

func TestBandit(t *testing.T) {
	b := bandit(t)
	obs := make([]float32, 1)
	for arm, mean := range b.Means {
		var sum, squares float64
		n := 0
		for seed := range uint64(50) {
			b.Reset(seed*1000+uint64(arm), obs)
			for over := false; !over; n++ {
				o, err := b.Step(env.Action{Index: arm}, obs)
				if err != nil {
					t.Fatal(err)
				}
				d := float64(o.Reward) - mean
				sum, squares, over = sum+d, squares+d*d, o.Terminated
			}
		}
		if n != 5000 || math.Abs(sum)/float64(n) > 4/math.Sqrt(float64(n)) || math.Abs(squares/float64(n)-1) > 4*math.Sqrt(2/float64(n)) {
			t.Errorf("arm %d: %d pulls, off by %v on average, variance %v", arm, n, sum/float64(n), squares/float64(n))
		}
	}
}

func ExampleMemory() {
	m := toy.NewMemory(3)
	obs := make([]float32, 4)
	m.Reset(1, obs)
	fmt.Print(obs, " ", m.Text())
	for _, a := range []int{0, 0, 0, 0, 1} {
		o, err := m.Step(env.Action{Index: a}, obs)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Print(obs, " ", o.Reward, o.Terminated, " ", m.Text())
	}
	// Output:
	// [0 1 0 0] R...<
	// [0 0 1 0] 0 false ?@..<
	// [0 0 1 0] 0 false ?.@.<
	// [0 0 1 0] 0 false ?..@<
	// [0 0 0 1] 0 false ?...@
	// [0 0 0 1] 1 true ?...@
}

// Both cues come, nothing after the first observation tells which, and only it pays.
func TestMemory(t *testing.T) {
	m := toy.NewMemory(4)
	obs := make([]float32, 4)
	cues := [2]int{}
	for seed := range uint64(1000) {
		m.Reset(seed, obs)
		cue := slices.Index(obs[:2], 1)
		cues[cue]++
		for i := range 6 {
			o, err := m.Step(env.Action{Index: int(seed % 2)}, obs)
			last := i == 5
			paid := last && cue == int(seed%2)
			if err != nil || o.Terminated != last || (o.Reward == 1) != paid || o.Reward != 0 && o.Reward != 1 || obs[0] != 0 || obs[1] != 0 || (obs[2] == 1) != (i < 4) {
				t.Fatal(seed, i, obs, o, err)
			}
		}
	}
	if cues[0] < 430 || cues[0] > 570 {
		t.Error(cues)
	}
}

func TestRefuses(t *testing.T) {
	for want, m := range map[string]toy.Map{
		"a map of 0 rows":                     {},
		"the map has no start":                {Rows: []string{"..G"}},
		"the map has two starts":              {Rows: []string{"S.G", "S.."}},
		`row "S." of the map, want 3 letters`: {Rows: []string{"..G", "S."}},
		`row "S?." of the map`:                {Rows: []string{"S?."}},
		"with a slip of 2":                    {Rows: []string{"S.."}, Slip: 2},
	} {
		if _, err := toy.NewGrid(m); err == nil || !strings.Contains(err.Error(), want) {
			t.Error(err, "want", want)
		}
	}
	if _, err := toy.NewBandit(0, 1); err == nil || err.Error() != "bandit: 0 arms, want at least 1" {
		t.Error(err)
	}
	for want, m := range map[string]toy.MDP{
		"2 states, 1 actions, a start at 0 and 1 lists":                     {States: 2, Actions: 1, Moves: make([][]toy.Move, 1)},
		"the probabilities of state 0, action 0 sum to 0.5":                 {States: 1, Actions: 1, Moves: [][]toy.Move{{{P: 0.5}}}},
		"state 0, action 0 leads to state 3 with a probability of 1":        {States: 1, Actions: 1, Moves: [][]toy.Move{{{P: 1, To: 3}}}},
		"state 0, action 0 leads to state 0 with a probability of -1":       {States: 1, Actions: 1, Moves: [][]toy.Move{{{P: -1}, {P: 2}}}},
		"1 states, 1 actions, a start at 1 and 1 lists of moves: want one ": {States: 1, Actions: 1, Start: 1, Moves: [][]toy.Move{{{P: 1}}}},
	} {
		if _, err := toy.NewTabular("x", m, 0); err == nil || !strings.Contains(err.Error(), want) {
			t.Error(err, "want", want)
		}
	}
	// A saved state of a place that is not there.
	g := grid(t, toy.Lake())
	big, err := grid(t, toy.Cliff()).AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	big[5] = 200
	if err := g.UnmarshalBinary(big); err == nil || err.Error() != "lake: a saved state in place 200 of 16" {
		t.Error(err)
	}
}

func TestPictures(t *testing.T) {
	g := grid(t, toy.Lake())
	g.Reset(1, make([]float32, 16))
	img := g.Image()
	if b := img.Bounds(); b.Dx() != 97 || b.Dy() != 97 {
		t.Error(b)
	}
	r, _, b, _ := img.At(12, 12).RGBA()   // the agent, blue
	r2, _, b2, _ := img.At(30, 30).RGBA() // a pit, red
	if b < r || r2 < b2 {
		t.Error("the agent or the pit has another colour")
	}
}

func BenchmarkStep(b *testing.B) {
	for _, e := range []env.Env{grid(b, toy.Cliff()), grid(b, toy.Lake()), bandit(b), toy.NewMemory(10)} {
		b.Run(e.Spec().Name, func(b *testing.B) {
			obs := make([]float32, e.Spec().Size())
			e.Reset(1, obs)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if o, _ := e.Step(env.Action{Index: i >> 1 & 1}, obs); o.Over() {
					e.Reset(uint64(i), obs)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1e6, "Msteps/s")
		})
	}
}
