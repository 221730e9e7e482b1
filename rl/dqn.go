// Package rl holds agents, each readable in one file. Environments are in rl/env, memory of what happened in rl/replay.
package rl

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/rl/env"
	"github.com/kedja-ml/kedja/rl/replay"
)

// DQNConfig are the settings of deep Q-learning (Mnih et al., 2015).
type DQNConfig struct {
	Steps       int        // environment steps in all
	Start       int        // steps of random play before the first update
	Every       int        // environment steps between rounds of updates
	Updates     int        // gradient steps in a round
	Target      int        // gradient steps between copies to the target network
	Batch       int        // transitions of a gradient step
	Capacity    int        // transitions remembered
	Hidden      []int      // widths of the hidden layers
	Discount    float64    // γ
	Rate        optim.Rate // of Adam
	Clip        float64    // of the gradient's norm
	Epsilon     [2]float64 // probability of a random action, first and last
	Exploration float64    // share of Steps over which it falls linearly
	Seed        uint64
	Workers     int
}

// CartPoleDQN are settings that solve CartPole-v1, after those of the Stable-Baselines3 zoo.
func CartPoleDQN() DQNConfig {
	return DQNConfig{
		Steps: 50_000, Start: 1_000, Every: 256, Updates: 128, Target: 128, Batch: 64, Capacity: 100_000, Hidden: []int{256, 256},
		Discount: 0.99, Rate: optim.Constant(2.3e-3), Clip: 10, Epsilon: [2]float64{1, 0.04}, Exploration: 0.16,
	}
}

// check says which setting cannot be.
func (c DQNConfig) check() error {
	share := func(x float64) bool { return x >= 0 && x <= 1 }
	switch {
	case c.Steps < 1 || c.Start < 0:
		return fmt.Errorf("dqn: %d steps, %d of them at random first, want at least 1 and 0", c.Steps, c.Start)
	case c.Every < 1 || c.Updates < 1 || c.Target < 1:
		return fmt.Errorf("dqn: every %d steps %d updates, copied every %d, want at least 1 of each", c.Every, c.Updates, c.Target)
	case c.Batch < 1 || c.Batch > c.Capacity:
		return fmt.Errorf("dqn: batches of %d from a memory of %d transitions", c.Batch, c.Capacity)
	case !share(c.Discount):
		return fmt.Errorf("dqn: a discount of %v, want 0 to 1", c.Discount)
	case !share(c.Epsilon[0]) || !share(c.Epsilon[1]):
		return fmt.Errorf("dqn: random actions with probabilities %v, want 0 to 1", c.Epsilon)
	case !share(c.Exploration):
		return fmt.Errorf("dqn: exploration for a share of %v of all steps, want 0 to 1", c.Exploration)
	case !(c.Clip > 0):
		return fmt.Errorf("dqn: gradients clipped to a norm of %v, want more than 0", c.Clip)
	case c.Rate == nil:
		return errors.New("dqn: want a learning rate")
	}
	for _, n := range c.Hidden {
		if n < 1 {
			return fmt.Errorf("dqn: hidden layers of %v, want widths of at least 1", c.Hidden)
		}
	}
	return nil
}

// QNet estimates the return of each action: observations [N, obs] to values [N, actions].
type QNet struct{ Layers []*nn.Dense }

// NewQNet draws a network from r.
func NewQNet(r *rand.Rand, obs, actions int, hidden ...int) *QNet {
	q := &QNet{}
	in := obs
	for _, n := range append(append([]int(nil), hidden...), actions) {
		q.Layers = append(q.Layers, nn.NewDense(r, in, n))
		in = n
	}
	return q
}

// Forward applies the layers with ReLU between them.
func (q *QNet) Forward(x *graph.Node) *graph.Node {
	for i, l := range q.Layers {
		if i > 0 {
			x = ops.ReLU(x)
		}
		x = l.Forward(x)
	}
	return x
}

// DQN is an agent: a network that acts and learns, and an older copy of it that says what the next state is worth.
type DQN struct {
	DQNConfig
	Q, Old *QNet
	Adam   *optim.Adam

	act, learn *exec.Plan
	width      int // of an observation
	actions    int
	memory     *replay.Buffer
	batch      replay.Batch
	feed       []graph.Buffer
	r          *rand.Rand
	updates    int
}

// NewDQN makes an agent for observations of the given size and so many actions.
func NewDQN(obs, actions int, cfg DQNConfig) (*DQN, error) {
	if obs < 1 || actions < 1 {
		return nil, fmt.Errorf("dqn: observations of %d numbers and %d actions, want at least one of each", obs, actions)
	}
	if err := cfg.check(); err != nil {
		return nil, err
	}
	d := &DQN{DQNConfig: cfg, r: rand.New(rand.NewPCG(cfg.Seed, 1)), width: obs, actions: actions}
	d.Q, d.Old = NewQNet(d.r, obs, actions, cfg.Hidden...), NewQNet(d.r, obs, actions, cfg.Hidden...)
	d.Adam = optim.NewAdam(nn.Params(d.Q), cfg.Rate)
	d.memory = replay.New(cfg.Capacity, obs)
	d.batch = replay.NewBatch(cfg.Batch, obs)
	var err error
	if d.act, err = d.actingPlan(obs); err != nil {
		return nil, err
	}
	if d.learn, err = d.learningPlan(obs, actions); err != nil {
		return nil, err
	}
	d.copyToOld()
	return d, nil
}

// actingPlan maps one observation to the action of the largest value.
func (d *DQN) actingPlan(obs int) (*exec.Plan, error) {
	g := graph.New(graph.Evaluation)
	x := g.Input("observation", graph.Float32, 1, obs)
	return exec.Compile(g, exec.In(x), exec.Out(ops.ArgMax(d.Q.Forward(x), -1)), exec.Workers(1))
}

// learningPlan is one gradient step on the Huber loss of the temporal difference
//
//	r + γ·(1 − terminated)·max_a Q_old(s', a) − Q(s, a)
//
// An episode that was cut off by its time limit did not end: what follows it still counts.
func (d *DQN) learningPlan(obs, actions int) (*exec.Plan, error) {
	g := graph.New(graph.Training)
	n := d.Batch
	s, next := g.Input("s", graph.Float32, n, obs), g.Input("s'", graph.Float32, n, obs)
	a, r := g.Input("a", graph.Int32, n), g.Input("r", graph.Float32, n)
	end := g.Input("terminated", graph.Float32, n)

	value := ops.Max(d.Old.Forward(next), -1)
	target := ops.StopGradient(ops.Add(r, ops.Scale(d.Discount, ops.Mul(ops.Affine(-1, end, 1), value))))
	loss := nn.Huber(ops.Pick(d.Q.Forward(s), a), target, 1)
	grads, _ := optim.ClipNorm(d.Adam.Grads(loss), d.Clip)
	d.Adam.Update(grads)
	return exec.Compile(g, exec.In(s, a, r, next, end), exec.Out(loss), exec.Workers(d.Workers))
}

func (d *DQN) copyToOld() {
	for i, l := range d.Q.Layers {
		d.Old.Layers[i].W.Set(l.W.Value())
		d.Old.Layers[i].B.Set(l.B.Value())
	}
}

// Act returns the action that the network holds best.
func (d *DQN) Act(obs []float32) (int, error) {
	out, err := d.act.RunBuffers(graph.BufferOf(obs, 1, len(obs)))
	if err != nil {
		return 0, err
	}
	return int(graph.Data[int32](out[0])[0]), nil
}

// epsilon is the probability of a random action at a step, counted from 1.
func (d *DQN) epsilon(step int) float64 {
	at := min(1, float64(step)/(d.Exploration*float64(d.Steps))) // +Inf without exploration
	return d.Epsilon[0] + at*(d.Epsilon[1]-d.Epsilon[0])
}

// Train plays and learns. observe, if not nil, is told of each episode that ends.
//
// It stops early, with the error of the context, when ctx is done; the networks are then as the last gradient step left them.
func (d *DQN) Train(ctx context.Context, e env.Env, observe func(step int, ret float64)) error {
	if err := d.fits(e); err != nil {
		return err
	}
	obs, next := make([]float32, d.width), make([]float32, d.width)
	e.Reset(d.r.Uint64(), obs)
	var ret float64
	for step := 1; step <= d.Steps; step++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		action := d.r.IntN(d.actions)
		if step > d.Start && d.r.Float64() >= d.epsilon(step) {
			var err error
			if action, err = d.Act(obs); err != nil {
				return err
			}
		}
		o, err := e.Step(env.Action{Index: action}, next)
		if err != nil {
			return err
		}
		ret += float64(o.Reward)
		d.memory.Add(obs, int32(action), o.Reward, next, o.Terminated)
		obs, next = next, obs
		if o.Over() {
			if observe != nil {
				observe(step, ret)
			}
			ret = 0
			e.Reset(d.r.Uint64(), obs)
		}
		if step > d.Start && step%d.Every == 0 {
			if err := d.round(); err != nil {
				return fmt.Errorf("step %d: %w", step, err)
			}
		}
	}
	return nil
}

// fits refuses an environment of other observations or actions.
func (d *DQN) fits(e env.Env) error {
	if e == nil {
		return errors.New("dqn: want an environment")
	}
	if s := e.Spec(); s.Size() != d.width || s.Actions.N != d.actions {
		return fmt.Errorf("dqn: an environment of %d numbers and %d actions for an agent of %d and %d", s.Size(), s.Actions.N, d.width, d.actions)
	}
	return nil
}

// round is Updates gradient steps.
func (d *DQN) round() error {
	for range d.Updates {
		d.memory.Sample(d.r, &d.batch)
		if _, err := d.learn.RunBuffers(d.feeds()...); err != nil {
			return err
		}
		if d.updates++; d.updates%d.Target == 0 {
			d.copyToOld()
		}
	}
	return nil
}

// feeds sees the batch as the inputs of the learning plan; its memory is the same at every step.
func (d *DQN) feeds() []graph.Buffer {
	if d.feed == nil {
		b, n := &d.batch, d.Batch
		d.feed = []graph.Buffer{
			graph.BufferOf(b.Obs, n, d.width), graph.BufferOf(b.Actions, n), graph.BufferOf(b.Rewards, n),
			graph.BufferOf(b.Next, n, d.width), graph.BufferOf(b.Terminated, n),
		}
	}
	return d.feed
}

// Evaluate plays greedily for so many episodes, each from a seed of its own, and returns their returns.
func (d *DQN) Evaluate(e env.Env, episodes int, seed uint64) ([]float64, error) {
	if err := d.fits(e); err != nil {
		return nil, err
	}
	obs := make([]float32, d.width)
	returns := make([]float64, max(0, episodes))
	for i := range returns {
		e.Reset(seed+uint64(i), obs)
		for over := false; !over; {
			action, err := d.Act(obs)
			if err != nil {
				return nil, err
			}
			o, err := e.Step(env.Action{Index: action}, obs)
			if err != nil {
				return nil, err
			}
			returns[i] += float64(o.Reward)
			over = o.Over()
		}
	}
	return returns, nil
}
