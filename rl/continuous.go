package rl

import (
	"errors"
	"fmt"
	"iter"
	"math"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/rl/dist"
	"github.com/kedja-ml/kedja/rl/replay"
)

// A BoxLearner is an actor, and critics that say what an action is worth. Networks see actions within ±1.
type BoxLearner struct {
	Options                      BoxOptions
	Actor, TargetActor           *MLP // to means, and logarithms of deviations for sac; targets are used by td3 and ddpg
	Critics, TargetCritics       []*MLP
	LogAlpha                     *graph.Param
	setup                        Setup
	actorAdam, criticAdam, alpha *optim.Adam
	act, greedy                  policy
	learn, learnCritics          *exec.Plan // one update with the actor's, and without
	keys                         [2]*graph.State
	memory                       *replay.Buffer
	steps                        *replay.Steps
	add                          func(replay.Transition)
	batch                        *replay.Batch
	feed                         []graph.Buffer
	scaled                       []float32
	progress                     boxProgress
}

type boxProgress struct {
	Steps, Updates int
	Rand           *Rand
	Critic, Actor  Mean
}

// NewBoxLearner makes an agent.
func NewBoxLearner(s Setup, o BoxOptions) (*BoxLearner, error) {
	dim := s.Actions.Dim()
	if dim < 1 {
		return nil, fmt.Errorf("the algorithm chooses vectors; the actions of %s are numbered", s.Name)
	}
	if err := errors.Join(s.check(), o.check()); err != nil {
		return nil, err
	}
	b := &BoxLearner{Options: o, setup: s, scaled: make([]float32, dim)}
	b.progress.Rand = NewRand(s.Seed, 1)
	r := NewRand(s.Seed, 2)
	sizes := func(in, out int) []int { return append(append([]int{in}, o.Hidden...), out) }
	outs, critics := dim, 2
	switch o.Algorithm {
	case "sac":
		outs = 2 * dim
	case "ddpg":
		critics = 1
	}
	b.Actor = NewMLP(r.Rand, ops.ReLU, 1, sizes(s.Size(), outs)...)
	b.TargetActor = NewMLP(r.Rand, ops.ReLU, 1, sizes(s.Size(), outs)...)
	copyParams(b.TargetActor, b.Actor)
	for range critics {
		c, t := NewMLP(r.Rand, ops.ReLU, 1, sizes(s.Size()+dim, 1)...), NewMLP(r.Rand, ops.ReLU, 1, sizes(s.Size()+dim, 1)...)
		copyParams(t, c)
		b.Critics, b.TargetCritics = append(b.Critics, c), append(b.TargetCritics, t)
	}
	b.LogAlpha = graph.NewParam("logalpha", graph.BufferOf([]float32{float32(math.Log(max(o.Alpha, 1e-9)))}))
	b.actorAdam = optim.NewAdam(nn.Params(b.Actor), optim.Constant(o.ActorRate))
	b.criticAdam = optim.NewAdam(nn.Params(b.Critics), optim.Constant(o.CriticRate))
	b.alpha = optim.NewAdam(func(yield func(string, *graph.Param) bool) { yield("logalpha", b.LogAlpha) }, optim.Constant(o.AlphaRate))
	for i := range b.keys {
		b.keys[i] = graph.NewRNG(r.Uint64())
	}
	b.act = policy{mode: graph.Training, rng: b.keys[0], width: s.Size(), build: func(x *graph.Node) []*graph.Node {
		if o.Algorithm == "sac" {
			y, _ := b.policy(x).Sample()
			return []*graph.Node{y}
		}
		return []*graph.Node{ops.Tanh(b.Actor.Forward(x))}
	}}
	b.greedy = policy{mode: graph.Evaluation, width: s.Size(), build: func(x *graph.Node) []*graph.Node {
		if o.Algorithm == "sac" {
			return []*graph.Node{b.policy(x).Mode()}
		}
		return []*graph.Node{ops.Tanh(b.Actor.Forward(x))}
	}}
	var err, err2 error
	b.learn, err = b.learningPlan(true)
	b.learnCritics, err2 = b.learningPlan(false)
	if err := errors.Join(err, err2); err != nil {
		return nil, err
	}
	size := s.transition()
	b.memory = replay.New(o.Capacity, size)
	b.add, b.steps = b.memory.Add, replay.NewSteps(1, s.Envs, o.Discount, size)
	b.batch = replay.NewBatch(o.Batch, size)
	n := o.Batch
	b.feed = []graph.Buffer{
		graph.BufferOf(b.batch.Obs, n, s.Size()), graph.BufferOf(b.batch.Next, n, s.Size()), graph.BufferOf(b.batch.Vectors, n, dim),
		graph.BufferOf(b.batch.Rewards, n), graph.BufferOf(b.batch.Discounts, n),
	}
	return b, nil
}

// policy is sac's distribution over actions: the logarithm of the deviation is held to [−20, 2].
func (b *BoxLearner) policy(obs *graph.Node) dist.TanhNormal {
	out := b.Actor.Forward(obs)
	parts := ops.Split(out, -1, b.setup.Actions.Dim(), b.setup.Actions.Dim())
	return dist.TanhNormal{Mean: parts[0], LogStd: ops.Clamp(parts[1], -20, 2)}
}

// learningPlan is one update of the critics, and of the actor with all that follows if told to.
func (b *BoxLearner) learningPlan(actor bool) (*exec.Plan, error) {
	g, o, n, dim := graph.New(graph.Training), b.Options, b.Options.Batch, b.setup.Actions.Dim()
	g.SetRNG(b.keys[1])
	t := boxTransitions{
		Obs: g.Input("s", graph.Float32, n, b.setup.Size()), Next: g.Input("s'", graph.Float32, n, b.setup.Size()),
		Actions: g.Input("a", graph.Float32, n, dim), Rewards: g.Input("r", graph.Float32, n), Discounts: g.Input("discount", graph.Float32, n),
	}
	target := b.target(t)
	loss := criticLoss(b.Critics, t, target)
	b.criticAdam.Minimize(loss)
	outs := []*graph.Node{loss}
	if actor {
		objective, logProb := b.actorLoss(t.Obs)
		b.actorAdam.Minimize(objective)
		outs = append(outs, objective)
		if o.Algorithm == "sac" && o.AlphaRate > 0 {
			want := o.TargetEntropy
			if want == 0 {
				want = -float64(dim)
			}
			lack := ops.StopGradient(ops.Offset(ops.Mean(logProb), want)) // of entropy
			b.alpha.Minimize(ops.Neg(ops.Mul(g.Use(b.LogAlpha), lack)))
		}
		for i, c := range b.Critics {
			follow(g, b.TargetCritics[i], c, o.Tau)
		}
		follow(g, b.TargetActor, b.Actor, o.Tau)
	}
	return exec.Compile(g, exec.In(t.Obs, t.Next, t.Actions, t.Rewards, t.Discounts), exec.Out(outs...), exec.Workers(b.setup.Workers))
}

// boxTransitions are a batch on the graph of an update.
type boxTransitions struct{ Obs, Next, Actions, Rewards, Discounts *graph.Node }

// target is what the critics are to say.
func (b *BoxLearner) target(t boxTransitions) *graph.Node {
	var value *graph.Node
	if b.Options.Algorithm == "sac" {
		action, logProb := b.policy(t.Next).Sample()
		value = sacValue(b.TargetCritics, t.Next, action, logProb, ops.Exp(t.Obs.Graph().Use(b.LogAlpha)))
	} else {
		value = td3Value(b.TargetCritics, ops.Tanh(b.TargetActor.Forward(t.Next)), t.Next, b.Options)
	}
	return ops.StopGradient(ops.Add(t.Rewards, ops.Mul(t.Discounts, value)))
}

// actorLoss is made small by better actions; logProb is sac's.
func (b *BoxLearner) actorLoss(obs *graph.Node) (loss, logProb *graph.Node) {
	if b.Options.Algorithm == "sac" {
		action, logProb := b.policy(obs).Sample()
		return sacActor(b.Critics, obs, action, logProb, ops.Exp(obs.Graph().Use(b.LogAlpha))), logProb
	}
	return ops.Neg(ops.Mean(worth(b.Critics[0], obs, ops.Tanh(b.Actor.Forward(obs))))), nil
}

// worth is what a critic says [N].
func worth(critic *MLP, obs, action *graph.Node) *graph.Node {
	return ops.Squeeze(critic.Forward(row(obs, action)), -1)
}

// least is the smallest of what the critics say (clipped double Q-learning: Fujimoto et al., 2018, section 4.2).
func least(critics []*MLP, obs, action *graph.Node) *graph.Node {
	q := worth(critics[0], obs, action)
	for _, c := range critics[1:] {
		q = ops.Minimum(q, worth(c, obs, action))
	}
	return q
}

// criticLoss is the sum over the critics of the mean squared difference to the target.
func criticLoss(critics []*MLP, t boxTransitions, target *graph.Node) *graph.Node {
	var sum *graph.Node
	for _, c := range critics {
		l := nn.MSE(worth(c, t.Obs, t.Actions), target)
		if sum == nil {
			sum = l
		} else {
			sum = ops.Add(sum, l)
		}
	}
	return sum
}

// scale writes an action within ±1 as one between the bounds, and unscale takes it back.
func (b *BoxLearner) scale(to, from []float32) {
	s, dim := b.setup.Actions, b.setup.Actions.Dim()
	for i, v := range from {
		lo, hi := s.Low[i%dim], s.High[i%dim]
		to[i] = max(lo, min(hi, lo+(v+1)/2*(hi-lo)))
	}
}

func (b *BoxLearner) unscale(to, from []float32) {
	s, dim := b.setup.Actions, b.setup.Actions.Dim()
	for i, v := range from {
		lo, hi := s.Low[i%dim], s.High[i%dim]
		to[i] = (v-lo)/(hi-lo)*2 - 1
	}
}

// Act explores: at random before it has begun to learn, then by sac's distribution, or with noise about the actor's choice.
func (b *BoxLearner) Act(obs []float32, to Actions) error {
	r, o := b.progress.Rand, &b.Options
	if b.progress.Steps < o.Start {
		for i := range to.Vectors {
			to.Vectors[i] = 2*r.Float32() - 1
		}
		b.scale(to.Vectors, to.Vectors)
		return nil
	}
	out, err := b.act.run(obs)
	if err != nil {
		return err
	}
	copy(to.Vectors, graph.Data[float32](out[0]))
	if o.Algorithm != "sac" {
		for i, v := range to.Vectors {
			to.Vectors[i] = max(-1, min(1, v+float32(o.Noise*r.NormFloat64())))
		}
	}
	b.scale(to.Vectors, to.Vectors)
	return nil
}

// Greedy chooses the actor's action, without noise.
func (b *BoxLearner) Greedy(obs []float32, to Actions) error {
	out, err := b.greedy.run(obs)
	if err != nil {
		return err
	}
	b.scale(to.Vectors, graph.Data[float32](out[0]))
	return nil
}

// Observe remembers, and makes a round of updates after every so many steps.
func (b *BoxLearner) Observe(e Experience) error {
	w, dim, o, p := b.setup.Size(), b.setup.Actions.Dim(), &b.Options, &b.progress
	for i, r := range e.Rewards {
		b.unscale(b.scaled, e.Actions.Vectors[i*dim:(i+1)*dim])
		b.steps.Push(i, replay.Transition{
			Obs: e.Obs[i*w : (i+1)*w], Next: e.Next[i*w : (i+1)*w], Vector: b.scaled, Reward: r,
		}, e.Terminated[i], e.Truncated[i], b.add)
	}
	before := p.Steps
	p.Steps += len(e.Rewards)
	if p.Steps < o.Start || b.memory.Len() == 0 {
		return nil
	}
	for range (p.Steps/o.Every - before/o.Every) * o.Updates {
		if err := b.update(); err != nil {
			return fmt.Errorf("update %d: %w", p.Updates+1, err)
		}
	}
	return nil
}

func (b *BoxLearner) update() error {
	p := &b.progress
	b.memory.Sample(p.Rand.Rand, b.batch, 0)
	plan := b.learnCritics
	p.Updates++
	if p.Updates%b.Options.Delay == 0 {
		plan = b.learn
	}
	out, err := plan.RunBuffers(b.feed...)
	if err != nil {
		return err
	}
	p.Critic.Add(float64(graph.Data[float32](out[0])[0]))
	if len(out) > 1 {
		p.Actor.Add(float64(graph.Data[float32](out[1])[0]))
	}
	return nil
}

// Report returns the mean losses, and sac's entropy weight.
func (b *BoxLearner) Report() map[string]float64 {
	m := map[string]float64{}
	b.progress.Critic.report("critic_loss", m)
	b.progress.Actor.report("actor_loss", m)
	if b.Options.Algorithm == "sac" {
		m["alpha"] = math.Exp(float64(graph.Data[float32](b.LogAlpha.Value())[0]))
	}
	return m
}

// Model is the actor.
func (b *BoxLearner) Model() any { return b.Actor }

// States yields the other networks, the moments and the random keys.
func (b *BoxLearner) States() iter.Seq2[string, graph.Var] {
	return func(yield func(string, graph.Var) bool) {
		others := struct {
			TargetActor            *MLP
			Critics, TargetCritics []*MLP
			LogAlpha               *graph.Param
		}{b.TargetActor, b.Critics, b.TargetCritics, b.LogAlpha}
		for k, v := range nn.Vars(&others) {
			if !yield(k, v) {
				return
			}
		}
		for i, adam := range []*optim.Adam{b.actorAdam, b.criticAdam, b.alpha} {
			for k, v := range adam.States() {
				if !yield([]string{"actor.", "critic.", "alpha."}[i]+k, v) {
					return
				}
			}
		}
		_ = yield("key.act", b.keys[0]) && yield("key.learn", b.keys[1])
	}
}

// Arrays yields the memory.
func (b *BoxLearner) Arrays() iter.Seq2[string, graph.Buffer] {
	return func(yield func(string, graph.Buffer) bool) {
		for k, v := range b.memory.Arrays() {
			if !yield("memory."+k, v) {
				return
			}
		}
	}
}

// Progress is what else there is.
func (b *BoxLearner) Progress() any { return &b.progress }

// Restored checks what was read.
func (b *BoxLearner) Restored() error { return b.memory.Restored() }
