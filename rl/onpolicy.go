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
)

// rolloutObjective is what such an agent plays by and learns.
type rolloutObjective interface {
	play(obs *graph.Node) []*graph.Node // action, its log-probability, value [N], as exploration has it; states [N, cells], if there are any
	best(obs *graph.Node) []*graph.Node // action; states
	loss(b minibatch) *graph.Node
}

// minibatch is a part of a round, on the graph of an update; all but Obs are [N]. GoesOn is 0 where an episode begins within the round.
type minibatch struct{ Obs, Actions, LogProbs, Advantages, Returns, Values, GoesOn *graph.Node }

// A RolloutLearner is an agent that learns from what it has just done.
type RolloutLearner struct {
	Options RolloutOptions
	Net     any // *ActorCritic, *RecurrentActorCritic or *QNet

	setup       Setup
	objective   rolloutObjective
	adam        optim.Optimizer
	act, greedy policy
	worth       policy // of Values
	learn       *exec.Plan
	key         *graph.State

	seen, played memory // of Act and of Greedy
	width        int    // of a row of obs: an observation, and the state before it

	obs                                                               []float32 // of a round: [step, environment], as all that follows
	actions                                                           []int32
	rewards, values, nextValues, logProbs, ended, advantages, returns []float32
	order                                                             []int
	over                                                              []bool // of the last step
	batch                                                             minibatchData
	feed                                                              []graph.Buffer
	progress                                                          rolloutProgress
}

type minibatchData struct {
	obs                                           []float32
	actions                                       []int32
	logProbs, advantages, returns, values, goesOn []float32
}

type rolloutProgress struct {
	Steps, Updates, At int // At is the step within the round
	Rand               *Rand
	Loss               Mean
}

// What ended holds of a step.
const (
	goesOn = iota
	terminated
	truncated
)

// NewRolloutLearner makes an agent.
func NewRolloutLearner(s Setup, o RolloutOptions) (*RolloutLearner, error) {
	if err := errors.Join(s.discrete(), o.check(s), checkSight(s.Obs, o.Filters)); err != nil {
		return nil, err
	}
	l := &RolloutLearner{Options: o, setup: s, width: s.Size() + o.Cells}
	l.seen, l.played = memory{width: s.Size(), cells: o.Cells}, memory{width: s.Size(), cells: o.Cells}
	l.seen.begin(make([]bool, s.Envs))
	l.progress.Rand = NewRand(s.Seed, 1)
	r := NewRand(s.Seed, 2)
	switch {
	case o.Objective == "q":
		net := NewQNet(r.Rand, s.Obs, s.Actions.N, 1, NetOptions{Filters: o.Filters, Hidden: o.Hidden, LayerNorm: o.LayerNorm})
		l.Net, l.objective = net, pqn{net}
	case o.Cells > 0:
		net := NewRecurrentActorCritic(r.Rand, s.Size(), o.Cells, s.Actions.N, o.Hidden)
		l.Net, l.objective = net, recurrent{net, o, s.Size()}
	default:
		net := NewActorCritic(r.Rand, s.Obs, s.Actions.N, o.Filters, o.Hidden)
		l.Net, l.objective = net, ppo{net, o}
	}
	rate := optim.Constant(o.Rate)
	if o.RateSteps > 0 {
		rate = optim.Linear(o.Rate, o.LastRate, o.RateSteps)
	}
	if o.Rectified {
		a := optim.NewRAdam(nn.Params(l.Net), rate)
		a.Eps, l.adam = o.AdamEps, a
	} else {
		a := optim.NewAdam(nn.Params(l.Net), rate)
		a.Eps, l.adam = o.AdamEps, a
	}
	l.key = graph.NewRNG(r.Uint64())
	l.act = policy{mode: graph.Evaluation, rng: l.key, width: l.width, build: l.objective.play}
	l.greedy = policy{mode: graph.Evaluation, width: l.width, build: l.objective.best}
	all, n := o.Rollout*s.Envs, o.Rollout*s.Envs/o.Minibatches
	l.obs, l.actions, l.order = make([]float32, all*l.width), make([]int32, all), make([]int, all/l.span())
	for _, x := range []*[]float32{&l.rewards, &l.values, &l.nextValues, &l.logProbs, &l.ended, &l.advantages, &l.returns} {
		*x = make([]float32, all)
	}
	b := &l.batch
	b.obs, b.actions = make([]float32, n*l.width), make([]int32, n)
	for _, x := range []*[]float32{&b.logProbs, &b.advantages, &b.returns, &b.values, &b.goesOn} {
		*x = make([]float32, n)
	}
	l.feed = []graph.Buffer{graph.BufferOf(b.obs, n, l.width), graph.BufferOf(b.actions, n)}
	for _, x := range [][]float32{b.logProbs, b.advantages, b.returns, b.values, b.goesOn} {
		l.feed = append(l.feed, graph.BufferOf(x, n))
	}
	l.over = make([]bool, s.Envs)
	var err error
	l.learn, err = l.learningPlan(n)
	return l, err
}

func (l *RolloutLearner) learningPlan(n int) (*exec.Plan, error) {
	g := graph.New(graph.Training)
	in := func(name string) *graph.Node { return g.Input(name, graph.Float32, n) }
	b := minibatch{
		Obs: g.Input("s", graph.Float32, n, l.width), Actions: g.Input("a", graph.Int32, n), LogProbs: in("log p"), Advantages: in("advantage"),
		Returns: in("return"), Values: in("value"), GoesOn: in("goes on"),
	}
	loss := l.objective.loss(b)
	grads := l.adam.Grads(loss)
	if l.Options.ClipNorm > 0 {
		grads, _ = optim.ClipNorm(grads, l.Options.ClipNorm)
	}
	l.adam.Update(grads)
	return exec.Compile(g, exec.In(b.Obs, b.Actions, b.LogProbs, b.Advantages, b.Returns, b.Values, b.GoesOn), exec.Out(loss), exec.Workers(l.setup.Workers))
}

// Act plays as the objective has it, and at random with probability ε.
func (l *RolloutLearner) Act(obs []float32, to Actions) error {
	row := l.seen.beside(obs)
	out, err := l.act.run(row)
	if err != nil {
		return err
	}
	p, o := &l.progress, &l.Options
	at := p.At * l.setup.Envs
	copy(l.obs[at*l.width:], row)
	l.seen.note(out)
	copy(to.Numbers, graph.Data[int32](out[0]))
	copy(l.logProbs[at:], graph.Data[float32](out[1]))
	copy(l.values[at:], graph.Data[float32](out[2]))
	if epsilon := between(o.Epsilon[0], o.Epsilon[1], p.Steps, o.Exploration); epsilon > 0 {
		for e := range to.Numbers {
			if p.Rand.Float64() < epsilon {
				to.Numbers[e] = int32(p.Rand.IntN(l.setup.Actions.N))
			}
		}
	}
	return nil
}

// Greedy chooses the best actions.
func (l *RolloutLearner) Greedy(obs []float32, to Actions) error {
	out, err := l.greedy.run(l.played.beside(obs))
	if err != nil {
		return err
	}
	l.played.note(out)
	copy(to.Numbers, graph.Data[int32](out[0]))
	return nil
}

// Observe notes a step, and learns from the round when it is full.
func (l *RolloutLearner) Observe(e Experience) error {
	p, n := &l.progress, l.setup.Envs
	at := p.At * n
	copy(l.actions[at:], e.Actions.Numbers)
	copy(l.rewards[at:], e.Rewards)
	last := p.At == l.Options.Rollout-1
	cut := last
	for i := range n {
		l.ended[at+i] = goesOn
		switch {
		case e.Terminated[i]:
			l.ended[at+i] = terminated
		case e.Truncated[i]:
			l.ended[at+i] = truncated
			cut = true
		}
	}
	if cut { // what the states are worth in which episodes were cut off, or the round ends
		out, err := l.act.run(l.seen.beside(e.Next))
		if err != nil {
			return err
		}
		copy(l.nextValues[at:at+n], graph.Data[float32](out[2]))
	}
	for i, ended := range l.ended[at : at+n] {
		l.over[i] = ended != goesOn
	}
	l.seen.begin(l.over)
	p.Steps += n
	if p.At++; !last {
		return nil
	}
	p.At = 0
	l.advantage()
	return l.round()
}

// advantage is generalised advantage estimation (Schulman et al., 2016, eq. 16), and from it λ-returns:
//
//	δₜ = rₜ + γ·V(sₜ₊₁) − V(sₜ)    Aₜ = δₜ + γλ·Aₜ₊₁    Rₜ = Aₜ + V(sₜ)
//
// An end has no future; where an episode is cut off, V goes on and A does not.
func (l *RolloutLearner) advantage() {
	o, n := &l.Options, l.setup.Envs
	for i := range n {
		next := float32(0) // Aₜ₊₁
		for t := o.Rollout - 1; t >= 0; t-- {
			k := t*n + i
			value, carry := l.nextValues[k], float32(0)
			switch {
			case l.ended[k] == terminated:
				value = 0
			case l.ended[k] == goesOn && t < o.Rollout-1:
				value, carry = l.values[k+n], next
			}
			delta := l.rewards[k] + float32(float32(o.Discount)*value) - l.values[k]
			next = delta + float32(float32(o.Discount*o.Lambda)*carry)
			l.advantages[k], l.returns[k] = next, next+l.values[k]
		}
	}
}

// span is how many steps are learned from in their order: all of a round, if what is learned is to remember.
func (l *RolloutLearner) span() int {
	if l.Options.Cells > 0 {
		return l.Options.Rollout
	}
	return 1
}

// round passes over the steps, or the environments, in orders of its own.
func (l *RolloutLearner) round() error {
	p, b, w, n := &l.progress, &l.batch, l.width, l.setup.Envs
	for i := range l.order {
		l.order[i] = i
	}
	span, units := l.span(), len(l.order)
	size := units / l.Options.Minibatches
	for range l.Options.Epochs {
		p.Rand.Shuffle(len(l.order), func(i, j int) { l.order[i], l.order[j] = l.order[j], l.order[i] })
		for first := 0; first < len(l.order); first += size {
			for to := range span * size {
				t := to / size
				k := t*units + l.order[first+to%size]
				copy(b.obs[to*w:(to+1)*w], l.obs[k*w:(k+1)*w])
				b.goesOn[to] = 1
				if t > 0 && l.ended[k-n] != goesOn {
					b.goesOn[to] = 0
				}
				b.actions[to], b.logProbs[to], b.advantages[to] = l.actions[k], l.logProbs[k], l.advantages[k]
				b.returns[to], b.values[to] = l.returns[k], l.values[k]
			}
			p.Updates++
			out, err := l.learn.RunBuffers(l.feed...)
			if err != nil {
				return fmt.Errorf("update %d: %w", p.Updates, err)
			}
			p.Loss.Add(float64(graph.Data[float32](out[0])[0]))
		}
	}
	return nil
}

// Report returns the mean loss.
func (l *RolloutLearner) Report() map[string]float64 {
	m := map[string]float64{}
	l.progress.Loss.report("loss", m)
	return m
}

// Model is the network.
func (l *RolloutLearner) Model() any { return l.Net }

// States yields the moments and the random key.
func (l *RolloutLearner) States() iter.Seq2[string, graph.Var] {
	return func(yield func(string, graph.Var) bool) {
		for k, v := range l.adam.States() {
			if !yield(k, v) {
				return
			}
		}
		yield("key.act", l.key)
	}
}

// Arrays yields the round as far as it is.
func (l *RolloutLearner) Arrays() iter.Seq2[string, graph.Buffer] {
	return func(yield func(string, graph.Buffer) bool) {
		n := len(l.actions)
		_ = yield("round.obs", graph.BufferOf(l.obs, n, l.width)) && yield("round.actions", graph.BufferOf(l.actions, n)) &&
			yield("round.rewards", graph.BufferOf(l.rewards, n)) && yield("round.values", graph.BufferOf(l.values, n)) &&
			yield("round.nextvalues", graph.BufferOf(l.nextValues, n)) && yield("round.logprobs", graph.BufferOf(l.logProbs, n)) &&
			yield("round.ended", graph.BufferOf(l.ended, n)) &&
			(l.Options.Cells == 0 || yield("round.states", graph.BufferOf(l.seen.states, l.setup.Envs, l.Options.Cells)))
	}
}

// Progress is what else there is.
func (l *RolloutLearner) Progress() any { return &l.progress }

// Restored checks what was read.
func (l *RolloutLearner) Restored() error {
	if l.progress.At < 0 || l.progress.At >= l.Options.Rollout {
		return fmt.Errorf("step %d of a round of %d", l.progress.At, l.Options.Rollout)
	}
	return nil
}

// half is ½·mean of squares.
func half(x *graph.Node) *graph.Node { return ops.Scale(0.5, ops.Mean(ops.Square(x))) }
