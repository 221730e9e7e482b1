package rl

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/rl/env"
	"github.com/kedja-ml/kedja/rl/env/classic"
	"github.com/kedja-ml/kedja/rl/replay"
)

// chain is a corridor of five places. The agent begins at the first; 1 goes right, 0 back to the start; each step costs 1, and the last
// place ends the episode. The best return is −4. After limit steps the episode is cut off.
type chain struct {
	s struct {
		env.Episode
		At int32
	}
	limit int32
	saw   []int // places, in order
}

func (*chain) Spec() env.Spec {
	return env.Spec{Name: "chain", Obs: []int{5}, Actions: env.Discrete(2)}
}

func (c *chain) AppendBinary(b []byte) ([]byte, error) { return env.Pack(b, &c.s) }
func (c *chain) UnmarshalBinary(b []byte) error        { return env.Unpack("chain", b, &c.s) }

func (c *chain) Reset(_ uint64, obs []float32) {
	c.s.At = 0
	c.s.Begin()
	c.observe(obs)
}

func (c *chain) observe(obs []float32) {
	clear(obs)
	obs[c.s.At] = 1
	c.saw = append(c.saw, int(c.s.At))
}

func (c *chain) Step(a env.Action, obs []float32) (env.Outcome, error) {
	if err := c.s.Check("chain", 2, a); err != nil {
		return env.Outcome{}, err
	}
	c.s.At++
	if a.Index == 0 {
		c.s.At = 0
	}
	c.observe(obs)
	return c.s.Next(-1, c.s.At == 4, c.limit), nil
}

func small() DQNConfig {
	return DQNConfig{
		Steps: 3000, Start: 200, Every: 4, Updates: 2, Target: 50, Batch: 32, Capacity: 2000, Hidden: []int{32}, Discount: 0.9,
		Rate: optim.Constant(3e-3), Clip: 10, Epsilon: [2]float64{1, 0.1}, Exploration: 0.5, Seed: 1, Workers: 1,
	}
}

func learned(t *testing.T, cfg DQNConfig) *DQN {
	t.Helper()
	d, err := NewDQN(5, 2, cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Train(t.Context(), &chain{limit: 30}, nil); err != nil {
		t.Fatal(err)
	}
	return d
}

// values are what d holds of each action in an observation.
func values(q *QNet, obs []float32) []float64 {
	x := obs
	for i, l := range q.Layers {
		w, b := graph.Data[float32](l.W.Value()), graph.Data[float32](l.B.Value())
		y := make([]float32, len(b))
		for j := range y {
			y[j] = b[j]
			for k, v := range x {
				if i > 0 {
					v = max(0, v)
				}
				y[j] += v * w[k*len(b)+j]
			}
		}
		x = y
	}
	v := make([]float64, len(x))
	for i := range v {
		v[i] = float64(x[i])
	}
	return v
}

func TestLearnsTheChain(t *testing.T) {
	d := learned(t, small())
	returns, err := d.Evaluate(&chain{limit: 30}, 3, 0)
	if err != nil || fmt.Sprint(returns) != "[-4 -4 -4]" {
		t.Fatal(returns, err)
	}
	// The value of going right from place i is −(1 + γ + …), for the 4−i steps that are left.
	var want float64
	for at := 3; at >= 0; at-- {
		want = -1 + 0.9*want
		obs := make([]float32, 5)
		obs[at] = 1
		v := values(d.Q, obs)
		if math.Abs(v[1]-want) > 0.15 || v[0] > v[1] {
			t.Errorf("values at place %d: %.3f, want %.3f for going right", at, v, want)
		}
	}
}

func weightsOf(q *QNet) string {
	var s strings.Builder
	for name, p := range nn.Params(q) {
		fmt.Fprintf(&s, "%s %x\n", name, p.Value().Bytes())
	}
	return s.String()
}

func TestSameSeedSameWeights(t *testing.T) {
	cfg := small()
	cfg.Steps = 600
	want := weightsOf(learned(t, cfg).Q)
	cfg.Workers = 3
	if weightsOf(learned(t, cfg).Q) != want {
		t.Error("the same seed gives other weights")
	}
	cfg.Seed = 2
	if weightsOf(learned(t, cfg).Q) == want {
		t.Error("another seed gives the same weights")
	}
}

// The loss of one transition is Huber's of the difference to a target computed by hand: an end has no future, a cut has one.
func TestTarget(t *testing.T) {
	cfg := small()
	cfg.Batch, cfg.Capacity, cfg.Rate = 1, 1, optim.Constant(0)
	d, err := NewDQN(5, 2, cfg)
	if err != nil {
		t.Fatal(err)
	}
	// The target network differs from the other, so that mistaking one for the other shows.
	old := NewQNet(rand.New(rand.NewPCG(77, 0)), 5, 2, 32)
	for i, l := range old.Layers {
		d.Old.Layers[i].W.Set(l.W.Value())
		d.Old.Layers[i].B.Set(l.B.Value())
	}
	s, next := []float32{0, 1, 0, 0, 0}, []float32{0, 0, 1, 0, 0}
	for _, reward := range []float32{-1, 7} { // within and beyond the quadratic part
		for _, terminated := range []bool{false, true} {
			d.memory.Add(s, 1, reward, next, terminated)
			d.memory.Sample(d.r, &d.batch)
			out, err := d.learn.RunBuffers(d.feeds()...)
			if err != nil {
				t.Fatal(err)
			}
			target := float64(reward)
			if !terminated {
				target += 0.9 * slices.Max(values(old, next))
			}
			off := math.Abs(target - values(d.Q, s)[1])
			want := off - 0.5
			if off <= 1 {
				want = off * off / 2
			}
			if got := float64(graph.Data[float32](out[0])[0]); math.Abs(got-want) > 1e-5 {
				t.Errorf("reward %v, terminated %v: loss %v, want %v", reward, terminated, got, want)
			}
		}
	}
}

// What Train remembers of a cut is that the episode did not end, and the next observation is that of before the reset.
func TestRemembersCutsAsGoingOn(t *testing.T) {
	cfg := small()
	cfg.Steps, cfg.Start = 400, 400 // all at random: episodes both end and are cut
	d, err := NewDQN(5, 2, cfg)
	if err != nil {
		t.Fatal(err)
	}
	ends, cuts := 0, 0
	err = d.Train(t.Context(), &chain{limit: 6}, func(_ int, ret float64) {
		if ret == -6 {
			cuts++
		} else {
			ends++
		}
	})
	if err != nil || ends < 5 || cuts < 5 || d.memory.Len() != 400 {
		t.Fatal(ends, cuts, d.memory.Len(), err)
	}
	batch := replay.NewBatch(5000, 5)
	d.memory.Sample(rand.New(rand.NewPCG(1, 1)), &batch)
	for k, a := range batch.Actions {
		at, next := slices.Index(batch.Obs[5*k:5*k+5], 1), slices.Index(batch.Next[5*k:5*k+5], 1)
		want := at + 1
		if a == 0 {
			want = 0
		}
		end := float32(0)
		if want == 4 {
			end = 1
		}
		if next != want || batch.Terminated[k] != end || batch.Rewards[k] != -1 {
			t.Fatalf("from %d by %d to %d, terminated %v", at, a, next, batch.Terminated[k])
		}
	}
}

func TestEpsilon(t *testing.T) {
	d := DQN{DQNConfig: DQNConfig{Steps: 1000, Exploration: 0.2, Epsilon: [2]float64{1, 0.1}}}
	for step, want := range map[int]float64{1: 1 - 0.9/200, 100: 0.55, 200: 0.1, 201: 0.1, 1000: 0.1} {
		if got := d.epsilon(step); math.Abs(got-want) > 1e-12 {
			t.Errorf("step %d: %v, want %v", step, got, want)
		}
	}
	d.Exploration = 0
	if got := d.epsilon(1); math.Abs(got-0.1) > 1e-12 {
		t.Error("without exploration:", got)
	}
}

// With ε 1 both actions are taken about as often, with ε 0 only the one the network holds best.
func TestExploration(t *testing.T) {
	for _, epsilon := range []float64{0, 1} {
		cfg := small()
		cfg.Steps, cfg.Start, cfg.Every, cfg.Epsilon = 1000, 0, 1000, [2]float64{epsilon, epsilon}
		d, err := NewDQN(5, 2, cfg)
		if err != nil {
			t.Fatal(err)
		}
		var best [5]int
		for at := range best {
			obs := make([]float32, 5)
			obs[at] = 1
			if best[at], err = d.Act(obs); err != nil {
				t.Fatal(err)
			}
			if v := values(d.Q, obs); v[best[at]] < v[1-best[at]] {
				t.Errorf("Act takes %d of %v", best[at], v)
			}
		}
		e := &chain{limit: 1000}
		if err := d.Train(t.Context(), e, nil); err != nil {
			t.Fatal(err)
		}
		greedy := 0
		for i, at := range e.saw[:len(e.saw)-1] {
			if next := e.saw[i+1]; next == at+1 && best[at] == 1 || next == 0 && at != 4 && best[at] == 0 {
				greedy++
			}
		}
		if share := float64(greedy) / 1000; epsilon == 0 && share != 1 || epsilon == 1 && math.Abs(share-0.5) > 0.06 {
			t.Errorf("ε %v: a share of %v is greedy", epsilon, share)
		}
	}
}

func TestTargetCopy(t *testing.T) {
	cfg := small()
	cfg.Updates, cfg.Target = 3, 4
	d, err := NewDQN(5, 2, cfg)
	if err != nil {
		t.Fatal(err)
	}
	start := weightsOf(d.Q)
	if weightsOf(d.Old) != start {
		t.Error("the target network begins with other weights")
	}
	for i := range 40 {
		d.memory.Add([]float32{1, 0, 0, 0, 0}, int32(i%2), float32(i%3), []float32{0, 1, 0, 0, 0}, i%5 == 0)
	}
	if err := d.round(); err != nil || weightsOf(d.Old) != start || weightsOf(d.Q) == start {
		t.Fatal("after 3 updates the copy is no longer, or the network still, that of the start", err)
	}
	three := weightsOf(d.Q)
	if err := d.round(); err != nil || weightsOf(d.Old) == start || weightsOf(d.Old) == three || weightsOf(d.Old) == weightsOf(d.Q) {
		t.Fatal("after 6 updates the copy is not that of the fourth", err)
	}
	cfg.Updates = 4
	if d, err = NewDQN(5, 2, cfg); err != nil {
		t.Fatal(err)
	}
	d.memory.Add([]float32{1, 0, 0, 0, 0}, 1, 1, []float32{0, 1, 0, 0, 0}, false)
	if err := d.round(); err != nil || weightsOf(d.Old) != weightsOf(d.Q) || weightsOf(d.Q) == start {
		t.Error("after 4 updates the networks differ", err)
	}
}

func TestInterrupted(t *testing.T) {
	d, err := NewDQN(5, 2, small())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	last := 0
	err = d.Train(ctx, &chain{limit: 30}, func(step int, _ float64) {
		if last = step; step > 50 {
			cancel()
		}
	})
	cancel()
	if !errors.Is(err, context.Canceled) || last > 80 {
		t.Error(last, err)
	}
}

// breaks fails at its tenth step.
type breaks struct{ chain }

func (b *breaks) Step(_ env.Action, obs []float32) (env.Outcome, error) {
	if b.s.Steps == 9 {
		return env.Outcome{}, errors.New("chain: broken")
	}
	_, err := b.chain.Step(env.Action{}, obs)
	return env.Outcome{}, err
}

func TestRefuses(t *testing.T) {
	for want, spoil := range map[string]func(*DQNConfig){
		"dqn: 0 steps, 200 of them at random first, want at least 1 and 0":       func(c *DQNConfig) { c.Steps = 0 },
		"dqn: 3000 steps, -1 of them at random first, want at least 1 and 0":     func(c *DQNConfig) { c.Start = -1 },
		"dqn: every 0 steps 2 updates, copied every 50, want at least 1 of each": func(c *DQNConfig) { c.Every = 0 },
		"dqn: every 4 steps 0 updates, copied every 50, want at least 1 of each": func(c *DQNConfig) { c.Updates = 0 },
		"dqn: every 4 steps 2 updates, copied every 0, want at least 1 of each":  func(c *DQNConfig) { c.Target = 0 },
		"dqn: batches of 32 from a memory of 31 transitions":                     func(c *DQNConfig) { c.Capacity = 31 },
		"dqn: batches of 0 from a memory of 2000 transitions":                    func(c *DQNConfig) { c.Batch = 0 },
		"dqn: a discount of 1.01, want 0 to 1":                                   func(c *DQNConfig) { c.Discount = 1.01 },
		"dqn: a discount of NaN, want 0 to 1":                                    func(c *DQNConfig) { c.Discount = math.NaN() },
		"dqn: random actions with probabilities [1 -0.1], want 0 to 1":           func(c *DQNConfig) { c.Epsilon[1] = -0.1 },
		"dqn: exploration for a share of 2 of all steps, want 0 to 1":            func(c *DQNConfig) { c.Exploration = 2 },
		"dqn: gradients clipped to a norm of 0, want more than 0":                func(c *DQNConfig) { c.Clip = 0 },
		"dqn: want a learning rate":                                              func(c *DQNConfig) { c.Rate = nil },
		"dqn: hidden layers of [32 0], want widths of at least 1":                func(c *DQNConfig) { c.Hidden = []int{32, 0} },
	} {
		cfg := small()
		spoil(&cfg)
		if _, err := NewDQN(5, 2, cfg); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if _, err := NewDQN(0, 2, small()); err == nil || err.Error() != "dqn: observations of 0 numbers and 2 actions, want at least one of each" {
		t.Error(err)
	}
	if _, err := NewDQN(4, 2, CartPoleDQN()); err != nil {
		t.Error(err)
	}
	d, err := NewDQN(5, 2, small())
	if err != nil {
		t.Fatal(err)
	}
	for want, run := range map[string]func() error{
		"dqn: an environment of 4 numbers and 2 actions for an agent of 5 and 2": func() error { return d.Train(t.Context(), classic.NewCartPole(), nil) },
		"chain: broken":                    func() error { return d.Train(t.Context(), &breaks{chain{limit: 30}}, nil) },
		"[1 4]":                            func() error { _, err := d.Act(make([]float32, 4)); return err },
		"dqn: an environment of 4 numbers": func() error { _, err := d.Evaluate(classic.NewCartPole(), 1, 0); return err },
		"dqn: want an environment":         func() error { _, err := d.Evaluate(nil, 1, 0); return err },
		"want an environment":              func() error { return d.Train(t.Context(), nil, nil) },
	} {
		if err := run(); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
