package rl

import (
	"errors"
	"fmt"
	"iter"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/rl/replay"
)

// An objective is what a member of the family learns: what its network says of an action, and what is made small.
type objective interface {
	numbers() int                                    // that the network gives for an action
	values(out *graph.Node) *graph.Node              // [N, actions, numbers] → [N, actions], to act by
	loss(b transitions) (each, priority *graph.Node) // [N] both, of the transitions
}

// transitions are a batch on the graph of an update.
type transitions struct {
	Obs, Next                   *graph.Node // [N, obs]
	Actions, Rewards, Discounts *graph.Node // [N]
	Online, Target              func(obs *graph.Node) *graph.Node
}

// A QLearner is an agent of the Q-learning family: a network that acts and learns, and an older one that says what the next state is worth.
type QLearner struct {
	Options     QOptions
	Net, Target *QNet

	setup       Setup
	objective   objective
	adam        *optim.Adam
	act, greedy policy
	worth       policy // of Values
	learn       *exec.Plan
	keys        [2]*graph.State // that noisy layers draw from: to act, and to learn
	memory      *replay.Buffer
	steps       *replay.Steps
	add         func(replay.Transition)
	batch       *replay.Batch
	feed        []graph.Buffer
	progress    qProgress
}

// qProgress is what else a checkpoint keeps of a QLearner.
type qProgress struct {
	Steps, Updates int
	Rand           *Rand
	Loss, Value    Mean
}

// NewQLearner makes an agent.
func NewQLearner(s Setup, o QOptions) (*QLearner, error) {
	if err := s.discrete(); err != nil {
		return nil, err
	}
	if err := errors.Join(o.check(), checkSight(s.Obs, o.Filters)); err != nil {
		return nil, err
	}
	q := &QLearner{Options: o, setup: s}
	var err error
	if q.objective, err = o.objective(); err != nil {
		return nil, err
	}
	q.progress.Rand = NewRand(s.Seed, 1)
	weights := NewRand(s.Seed, 2)
	q.Net = NewQNet(weights.Rand, s.Obs, s.Actions.N, q.objective.numbers(), o.NetOptions)
	q.Target = NewQNet(weights.Rand, s.Obs, s.Actions.N, q.objective.numbers(), o.NetOptions)
	copyParams(q.Target, q.Net)
	rate := optim.Constant(o.Rate)
	if o.RateSteps > 0 {
		rate = optim.Linear(o.Rate, o.LastRate, o.RateSteps)
	}
	q.adam = optim.NewAdam(nn.Params(q.Net), rate)
	q.adam.Eps = o.AdamEps
	for i := range q.keys {
		q.keys[i] = graph.NewRNG(weights.Uint64())
	}
	best := func(net *QNet) func(*graph.Node) []*graph.Node {
		return func(x *graph.Node) []*graph.Node {
			return []*graph.Node{ops.ArgMax(q.objective.values(net.Forward(x)), -1)}
		}
	}
	q.act = policy{mode: graph.Training, rng: q.keys[0], width: s.Size(), build: best(q.Net)}
	if o.Noisy == 0 {
		q.act.mode = graph.Evaluation
	}
	q.greedy = policy{mode: graph.Evaluation, width: s.Size(), build: best(q.plays())}
	if q.learn, err = q.learningPlan(); err != nil {
		return nil, err
	}
	size := s.transition()
	q.memory = replay.New(o.Capacity, size)
	if o.Priority > 0 {
		q.memory = replay.NewPrioritised(o.Capacity, size, o.Priority)
	}
	q.steps = replay.NewSteps(o.NStep, s.Envs, o.Discount, size)
	q.add = q.memory.Add
	b, n := replay.NewBatch(o.Batch, size), o.Batch
	q.batch = b
	q.feed = []graph.Buffer{
		graph.BufferOf(b.Obs, n, s.Size()), graph.BufferOf(b.Next, n, s.Size()), graph.BufferOf(b.Actions, n), graph.BufferOf(b.Rewards, n),
		graph.BufferOf(b.Discounts, n), graph.BufferOf(b.Weights, n),
	}
	return q, nil
}

// plays is the network that Greedy plays by.
func (q *QLearner) plays() *QNet {
	if q.Options.Average {
		return q.Target
	}
	return q.Net
}

// learningPlan is one gradient step, on the mean of the objective's losses, each multiplied by its weight.
func (q *QLearner) learningPlan() (*exec.Plan, error) {
	g, n, o := graph.New(graph.Training), q.Options.Batch, q.Options
	g.SetRNG(q.keys[1])
	b := transitions{
		Obs: g.Input("s", graph.Float32, n, q.setup.Size()), Next: g.Input("s'", graph.Float32, n, q.setup.Size()),
		Actions: g.Input("a", graph.Int32, n), Rewards: g.Input("r", graph.Float32, n), Discounts: g.Input("discount", graph.Float32, n),
		Online: q.Net.Forward, Target: q.Target.Forward,
	}
	weights := g.Input("weight", graph.Float32, n)
	each, priority := q.objective.loss(b)
	loss := ops.Mean(ops.Mul(weights, each))
	grads := q.adam.Grads(loss)
	if o.Clip > 0 {
		grads, _ = optim.ClipNorm(grads, o.Clip)
	}
	q.adam.Update(grads)
	if o.Tau > 0 {
		follow(g, q.Target, q.Net, o.Tau)
	}
	return exec.Compile(g, exec.In(b.Obs, b.Next, b.Actions, b.Rewards, b.Discounts, weights), exec.Out(loss, priority), exec.Workers(q.setup.Workers))
}

// follow moves the parameters of a network by a share towards those of another.
func follow(g *graph.Graph, target, online any, tau float64) {
	to := params(target)
	for i, p := range params(online) {
		t := g.Use(to[i])
		g.Assign(to[i], ops.Add(t, ops.Scale(tau, ops.Sub(g.Use(p), t))))
	}
}

func params(net any) (ps []*graph.Param) {
	for _, p := range nn.Params(net) {
		ps = append(ps, p)
	}
	return ps
}

// copyParams gives a network the values of another.
func copyParams(target, online any) {
	to := params(target)
	for i, p := range params(online) {
		to[i].Set(p.Value())
	}
}

// Act plays at random with probability ε, and always before it has begun to learn.
func (q *QLearner) Act(obs []float32, to Actions) error {
	r, o := q.progress.Rand, &q.Options
	epsilon := between(o.Epsilon[0], o.Epsilon[1], q.progress.Steps, o.Exploration)
	if q.progress.Steps < o.Start {
		epsilon = 1
	}
	greedy := false
	for e := range to.Numbers {
		to.Numbers[e] = -1
		if r.Float64() < epsilon {
			to.Numbers[e] = int32(r.IntN(q.setup.Actions.N))
		} else {
			greedy = true
		}
	}
	if !greedy {
		return nil
	}
	out, err := q.act.run(obs)
	if err != nil {
		return err
	}
	for e, best := range graph.Data[int32](out[0]) {
		if to.Numbers[e] < 0 {
			to.Numbers[e] = best
		}
	}
	return nil
}

// Greedy chooses the actions of the largest values.
func (q *QLearner) Greedy(obs []float32, to Actions) error {
	out, err := q.greedy.run(obs)
	if err != nil {
		return err
	}
	copy(to.Numbers, graph.Data[int32](out[0]))
	return nil
}

// Observe remembers, and makes a round of updates after every so many steps.
func (q *QLearner) Observe(e Experience) error {
	w, o, p := q.setup.Size(), &q.Options, &q.progress
	for i, r := range e.Rewards {
		q.steps.Push(i, replay.Transition{
			Obs: e.Obs[i*w : (i+1)*w], Next: e.Next[i*w : (i+1)*w], Action: e.Actions.Numbers[i], Reward: r,
		}, e.Terminated[i], e.Truncated[i], q.add)
	}
	before := p.Steps
	p.Steps += len(e.Rewards)
	if p.Steps < o.Start || q.memory.Len() == 0 {
		return nil
	}
	for range (p.Steps/o.Every - before/o.Every) * o.Updates {
		if err := q.update(); err != nil {
			return fmt.Errorf("update %d: %w", p.Updates+1, err)
		}
	}
	return nil
}

// update is one gradient step.
func (q *QLearner) update() error {
	o, p := &q.Options, &q.progress
	q.memory.Sample(p.Rand.Rand, q.batch, between(o.Beta, 1, p.Updates, o.BetaSteps))
	out, err := q.learn.RunBuffers(q.feed...)
	if err != nil {
		return err
	}
	p.Loss.Add(float64(graph.Data[float32](out[0])[0]))
	q.memory.Update(q.batch, graph.Data[float32](out[1]))
	if p.Updates++; o.Target > 0 && p.Updates%o.Target == 0 {
		copyParams(q.Target, q.Net)
	}
	return nil
}

// Report returns the mean loss.
func (q *QLearner) Report() map[string]float64 {
	m := map[string]float64{}
	q.progress.Loss.report("loss", m)
	return m
}

// Model is the network that Greedy plays by.
func (q *QLearner) Model() any { return q.plays() }

// States yields the other network, the moments and the random keys.
func (q *QLearner) States() iter.Seq2[string, graph.Var] {
	other, name := q.Target, "target."
	if q.Options.Average {
		other, name = q.Net, "online."
	}
	return func(yield func(string, graph.Var) bool) {
		for k, v := range nn.Vars(other) {
			if !yield(name+k, v) {
				return
			}
		}
		for k, v := range q.adam.States() {
			if !yield(k, v) {
				return
			}
		}
		_ = yield("key.act", q.keys[0]) && yield("key.learn", q.keys[1])
	}
}

// Arrays yields the memory.
func (q *QLearner) Arrays() iter.Seq2[string, graph.Buffer] {
	return func(yield func(string, graph.Buffer) bool) {
		for k, v := range q.memory.Arrays() {
			if !yield("memory."+k, v) {
				return
			}
		}
		for k, v := range q.steps.Arrays() {
			if !yield("steps."+k, v) {
				return
			}
		}
	}
}

// Progress is what else there is.
func (q *QLearner) Progress() any { return &q.progress }

// Restored checks what was read.
func (q *QLearner) Restored() error {
	if err := q.memory.Restored(); err != nil {
		return err
	}
	return q.steps.Restored()
}
