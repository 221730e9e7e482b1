package rl

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/rl/env"
	"github.com/kedja-ml/kedja/rl/env/classic"
)

// corridor has five places. The agent begins at the first; 1 goes right, 0 back to the start; each step costs 1, and the last place ends the
// episode. The best return is −4. After limit steps the episode is cut off.
type corridor struct {
	s     struct{ At, Steps int64 }
	limit int64
}

func (*corridor) Spec() env.Spec {
	return env.Spec{Name: "corridor", Obs: []int{5}, Actions: env.Discrete(2)}
}

func (c *corridor) AppendBinary(b []byte) ([]byte, error) { return env.Pack(b, &c.s) }
func (c *corridor) UnmarshalBinary(b []byte) error        { return env.Unpack("corridor", b, &c.s) }

func (c *corridor) Reset(_ uint64, obs []float32) {
	c.s.At, c.s.Steps = 0, 0
	c.observe(obs)
}

func (c *corridor) observe(obs []float32) {
	clear(obs)
	obs[c.s.At] = 1
}

func (c *corridor) Step(a env.Action, obs []float32) (env.Outcome, error) {
	c.s.At++
	if a.Index == 0 {
		c.s.At = 0
	}
	c.s.Steps++
	c.observe(obs)
	return env.Outcome{Reward: -1, Terminated: c.s.At == 4, Truncated: c.s.Steps == c.limit}, nil
}

func newCorridor() (env.Env, error) { return &corridor{limit: 30}, nil }

func small() QOptions {
	return QOptions{
		NetOptions: NetOptions{Hidden: []int{32}}, Objective: "mean", Start: 200, Every: 2, Updates: 1, Batch: 32, Capacity: 2000, Discount: 0.9,
		NStep: 1, Target: 50, Rate: 3e-3, AdamEps: 1e-8, Clip: 10, Epsilon: [2]float64{1, 0.1}, Exploration: 1500,
		Beta: 0.4, BetaSteps: 1000, Atoms: 21, Returns: [2]float64{-10, 0}, Quantiles: 8, Temperature: 0.03, LogShare: 0.9, LogLeast: -1,
	}
}

// play lets an agent learn for so many steps.
func play(t *testing.T, newEnv func() (env.Env, error), envs, workers int, seed uint64, o QOptions, steps int) (*QLearner, *Loop) {
	t.Helper()
	v, err := env.NewVec(newEnv, envs, seed, 1)
	if err != nil {
		t.Fatal(err)
	}
	q, err := NewQLearner(Setup{v.Spec(), envs, seed, workers}, o)
	if err != nil {
		t.Fatal(err)
	}
	l := &Loop{Agent: q, Envs: v}
	for l.Steps < steps {
		if err := l.Step(); err != nil {
			t.Fatal(err)
		}
	}
	return q, l
}

// values are what the network holds of the actions in an observation.
func values(t *testing.T, q *QLearner, obs []float32) []float32 {
	t.Helper()
	g := graph.New(graph.Evaluation)
	x := g.Input("x", graph.Float32, 1, len(obs))
	p, err := exec.Compile(g, exec.In(x), exec.Out(q.objective.values(q.Net.Forward(x))))
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.RunBuffers(graph.BufferOf(obs, 1, len(obs)))
	if err != nil {
		t.Fatal(err)
	}
	return slices.Clone(graph.Data[float32](out[0]))
}

// Every member of the family finds the shortest way, and what it is worth: value iteration gives −(1 + γ + …) for the steps that are left.
func TestLearnsTheCorridor(t *testing.T) {
	for name, change := range map[string]func(*QOptions){
		"mean":        func(*QOptions) {},
		"double":      func(o *QOptions) { o.Double = true },
		"soft target": func(o *QOptions) { o.Target, o.Tau, o.Average = 0, 0.02, true },
		"duel":        func(o *QOptions) { o.Dueling, o.LayerNorm = true, true },
		"3 steps":     func(o *QOptions) { o.NStep = 3 },
		"prioritised": func(o *QOptions) { o.Priority = 0.6 },
		"noisy":       func(o *QOptions) { o.Noisy, o.Epsilon = 0.5, [2]float64{1, 0} },
		"c51":         func(o *QOptions) { o.Objective = "c51" },
		"quantiles":   func(o *QOptions) { o.Objective = "quantiles" },
		"munchausen":  func(o *QOptions) { o.Objective = "munchausen" },
	} {
		o := small()
		change(&o)
		q, _ := play(t, newCorridor, 1, 1, 1, o, 4000)
		e, err := Evaluate(q, newCorridor, 3, 0)
		if err != nil || fmt.Sprint(e.Returns) != "[-4 -4 -4]" {
			t.Error(name, e.Returns, err)
		}
		if name == "munchausen" { // whose values are of another reward
			continue
		}
		want := 0.0
		for at := 3; at >= 0; at-- {
			want = -1 + 0.9*want
			obs := make([]float32, 5)
			obs[at] = 1
			if v := values(t, q, obs); math.Abs(float64(v[1])-want) > 0.3 {
				t.Errorf("%s: values at place %d: %.3f, want %.3f for going right", name, at, v, want)
			}
		}
	}
}

// A batch of any size gives each row the bits it has alone.
func TestActsAloneAsInABatch(t *testing.T) {
	o := small()
	o.Hidden, o.LayerNorm, o.Dueling = []int{120, 84}, true, true
	for _, objective := range Objectives() {
		o.Objective = objective
		q, err := NewQLearner(Setup{classic.NewCartPole().Spec(), 1, 1, 1}, o)
		if err != nil {
			t.Fatal(err)
		}
		q.greedy.build = func(x *graph.Node) []*graph.Node { return []*graph.Node{q.objective.values(q.Net.Forward(x))} }
		r := rand.New(rand.NewPCG(1, 2))
		obs := make([]float32, 130*4)
		for i := range obs {
			obs[i] = float32(r.NormFloat64())
		}
		var alone []float32
		for n := range 130 {
			out, err := q.greedy.run(obs[4*n : 4*n+4])
			if err != nil {
				t.Fatal(err)
			}
			alone = append(alone, graph.Data[float32](out[0])...)
		}
		for n := 1; n <= 130; n++ {
			out, err := q.greedy.run(obs[:4*n])
			if err != nil {
				t.Fatal(err)
			}
			for i, v := range graph.Data[float32](out[0]) {
				if math.Float32bits(v) != math.Float32bits(alone[i]) {
					t.Fatalf("%s: value %d of row %d is %v in a batch of %d and %v alone", objective, i%2, i/2, v, n, alone[i])
				}
			}
		}
	}
}

func weightsOf(models ...any) string {
	var s strings.Builder
	for _, m := range models {
		for name, p := range nn.Params(m) {
			fmt.Fprintf(&s, "%s %x\n", name, p.Value().Bytes())
		}
	}
	return s.String()
}

func TestSameSeedSameWeights(t *testing.T) {
	o := small()
	o.Noisy, o.Priority, o.NStep = 0.5, 0.6, 2
	q, _ := play(t, newCorridor, 3, 1, 1, o, 900)
	want := weightsOf(q.Net, q.Target)
	q, _ = play(t, newCorridor, 3, 3, 1, o, 900)
	if weightsOf(q.Net, q.Target) != want {
		t.Error("the same seed gives other weights")
	}
	q, _ = play(t, newCorridor, 3, 1, 2, o, 900)
	if weightsOf(q.Net, q.Target) == want {
		t.Error("another seed gives the same weights")
	}
}

// The target network is a copy of every fourth update, or goes a share of the way at each.
func TestTarget(t *testing.T) {
	o := small()
	o.Target, o.Start = 4, 0
	q, _ := play(t, newCorridor, 1, 1, 1, o, 0)
	start := weightsOf(q.Net)
	if weightsOf(q.Target) != start {
		t.Error("the target network begins with other weights")
	}
	l := &Loop{Agent: q, Envs: must(env.NewVec(newCorridor, 1, 1, 1))}
	for updates := 1; updates <= 4; updates++ {
		for q.progress.Updates < updates {
			if err := l.Step(); err != nil {
				t.Fatal(err)
			}
		}
		if same := weightsOf(q.Target) == start; same != (updates < 4) || weightsOf(q.Net) == start {
			t.Error("after", updates, "updates")
		}
	}
	if weightsOf(q.Target) != weightsOf(q.Net) {
		t.Error("the copy differs")
	}

	o.Target, o.Tau = 0, 0.25
	q, _ = play(t, newCorridor, 1, 1, 1, o, 0)
	before := graph.Data[float32](params(q.Target)[0].Value())
	l = &Loop{Agent: q, Envs: must(env.NewVec(newCorridor, 1, 1, 1))}
	for q.progress.Updates < 1 {
		if err := l.Step(); err != nil {
			t.Fatal(err)
		}
	}
	online, after := graph.Data[float32](params(q.Net)[0].Value()), graph.Data[float32](params(q.Target)[0].Value())
	for i := range before {
		if want := before[i] + 0.25*(online[i]-before[i]); math.Abs(float64(after[i]-want)) > 1e-6 {
			t.Fatal(i, after[i], want)
		}
	}
}

func must[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}

// An agent whose rewards are those of other transitions does not learn. One step before the end, going right is worth −1 and going back
// −1.5; without true rewards there is no such difference but by chance.
func TestShuffledRewardsTeachNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	lie := func() (env.Env, error) { return &shuffled{corridor{limit: 30}, r}, nil }
	o := small()
	o.Discount = 0.5
	obs := []float32{0, 0, 0, 1, 0}
	var honest, lied float32
	const seeds = 5
	for seed := range uint64(seeds) {
		q, _ := play(t, newCorridor, 1, 1, seed, o, 3000)
		v := values(t, q, obs)
		honest += (v[1] - v[0]) / seeds
		q, _ = play(t, lie, 1, 1, seed, o, 3000)
		v = values(t, q, obs)
		lied += (v[1] - v[0]) / seeds
	}
	if honest < 0.6 || math.Abs(float64(lied)) > 0.25 {
		t.Errorf("a difference of %.3f by true rewards, and of %.3f by shuffled ones", honest, lied)
	}
}

// shuffled pays by chance, and ends by chance alike.
type shuffled struct {
	corridor
	r *rand.Rand
}

func (s *shuffled) Step(a env.Action, obs []float32) (env.Outcome, error) {
	o, err := s.corridor.Step(a, obs)
	o.Reward = float32(-2 * s.r.Float64())
	o.Truncated, o.Terminated = o.Over(), false
	return o, err
}

func TestEpsilon(t *testing.T) {
	for step, want := range map[int]float64{0: 1, 100: 0.55, 200: 0.1, 201: 0.1, 1000: 0.1} {
		if got := between(1, 0.1, step, 200); math.Abs(got-want) > 1e-12 {
			t.Errorf("step %d: %v, want %v", step, got, want)
		}
	}
	if got := between(1, 0.1, 0, 0); got != 0.1 {
		t.Error("without exploration:", got)
	}
}

func TestRandText(t *testing.T) {
	r := NewRand(7, 8)
	r.Uint64()
	b, err := r.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	var s Rand
	if err := s.UnmarshalText(b); err != nil || s.Uint64() != r.Uint64() {
		t.Error("not the same numbers", err)
	}
	if err := s.UnmarshalText([]byte("zz")); err == nil {
		t.Error("read nonsense")
	}
}

func TestQOptionsRefuse(t *testing.T) {
	for want, spoil := range map[string]func(*QOptions){
		"1 updates every 0 steps after 200, want at least 1, 1 and 0":           func(o *QOptions) { o.Every = 0 },
		"batches of 32 from a memory of 31 transitions":                         func(o *QOptions) { o.Capacity = 31 },
		"a discount of NaN, want 0 to 1":                                        func(o *QOptions) { o.Discount = math.NaN() },
		"rewards of 0 steps summed, want at least 1":                            func(o *QOptions) { o.NStep = 0 },
		"copied every 0 updates and moved by a share of 0, want one of the two": func(o *QOptions) { o.Target = 0 },
		"an epsilon of Adam of 0, want more than 0":                             func(o *QOptions) { o.AdamEps = 0 },
		"a rate from -1 to 0 over 0 updates":                                    func(o *QOptions) { o.Rate = -1 },
		"c51: 1 atoms over returns [-10 0], want at least 2 and an interval":    func(o *QOptions) { o.Objective, o.Atoms = "c51", 1 },
		"munchausen: a temperature of 0":                                        func(o *QOptions) { o.Objective, o.Temperature = "munchausen", 0 },
		"quantiles: want at least 1, not 0":                                     func(o *QOptions) { o.Objective, o.Quantiles = "quantiles", 0 },
		"noise of -1, want at least 0":                                          func(o *QOptions) { o.Noisy = -1 },
	} {
		o := small()
		spoil(&o)
		if _, err := NewQLearner(Setup{(&corridor{}).Spec(), 1, 1, 1}, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	box := env.Spec{Name: "box", Obs: []int{1}, Actions: env.Box(2, -1, 1)}
	if _, err := NewQLearner(Setup{box, 1, 1, 1}, small()); err == nil || err.Error() != "the algorithm chooses among numbered actions; those of box have 2 coordinates" {
		t.Error(err)
	}
	if _, err := NewQLearner(Setup{(&corridor{}).Spec(), 0, 1, 1}, small()); err == nil {
		t.Error("no environment")
	}
}

// A step with an update allocates nothing.
func TestLoopAllocatesNothing(t *testing.T) {
	o := small()
	o.Every, o.Target = 1, 1000
	_, l := play(t, newCorridor, 1, 1, 1, o, 300)
	if n := testing.AllocsPerRun(200, func() {
		if err := l.Step(); err != nil {
			t.Fatal(err)
		}
	}); n > 0 {
		t.Error(n, "allocations a step")
	}
}
