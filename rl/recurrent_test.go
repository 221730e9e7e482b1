package rl

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/rl/dist"
	"github.com/kedja-ml/kedja/rl/env"
	"github.com/kedja-ml/kedja/rl/env/toy"
)

func remembering(cells int) RolloutOptions {
	return RolloutOptions{
		Objective: "policy", Cells: cells, Hidden: []int{}, Rollout: 32, Epochs: 10, Minibatches: 1, Discount: 0.99, Lambda: 1, Clip: 0.2,
		Normalize: true, ValueShare: 0.5, Entropy: 0.01, Rate: 3e-3, RateSteps: 1000, AdamEps: 1e-5, ClipNorm: 0.5,
	}
}

func newMemory() (env.Env, error) { return toy.NewMemory(10), nil }

// Who has cells remembers the cue through a corridor of ten places; who has none is right by chance alone.
func TestRecurrentRemembers(t *testing.T) {
	for _, cells := range []int{32, 0} {
		for seed := range uint64(3) {
			v, err := env.NewVec(newMemory, 16, seed, 1)
			if err != nil {
				t.Fatal(err)
			}
			o := remembering(cells)
			steps := 50_000
			if cells == 0 {
				steps, o.Hidden = 20_000, []int{32}
			}
			a, err := NewRolloutLearner(Setup{v.Spec(), 16, seed, 1}, o)
			if err != nil {
				t.Fatal(err)
			}
			l := &Loop{Agent: a, Envs: v}
			for l.Steps < steps {
				if err := l.Step(); err != nil {
					t.Fatal(err)
				}
			}
			e, err := Evaluate(a, newMemory, 200, 1000)
			if err != nil {
				t.Fatal(err)
			}
			if cells > 0 && e.Mean() < 0.95 || cells == 0 && math.Abs(e.Mean()-0.5) > 0.15 {
				t.Errorf("%d cells, seed %d: right in %v of the episodes", cells, seed, e.Mean())
			}
		}
	}
}

// The learner's way through a round comes to the probabilities and values that the agent had as it played, in episodes of every length that the
// round cuts or holds whole.
func TestRecurrentRoundIsWhatWasPlayed(t *testing.T) {
	o := remembering(5)
	o.Rollout, o.Rate, o.Hidden = 11, 0, []int{6}
	a, l := rolling(t, func() (env.Env, error) { return &corridor{limit: 7}, nil }, 3, o)
	for range 2 * o.Rollout {
		if err := l.Step(); err != nil {
			t.Fatal(err)
		}
	}
	p, n := a.objective.(recurrent), 3*o.Rollout
	g := graph.New(graph.Evaluation)
	b := minibatch{
		Obs: g.Constant(graph.BufferOf(a.batch.obs, n, a.width)), Actions: g.Constant(graph.BufferOf(a.batch.actions, n)),
		GoesOn: g.Constant(graph.BufferOf(a.batch.goesOn, n)),
	}
	states := p.states(b)
	log := dist.Categorical{Logits: p.net.Heads.Actor.Forward(states)}.LogProb(b.Actions)
	plan, err := exec.Compile(g, exec.Out(log, p.net.Heads.Critic.Forward(states)))
	if err != nil {
		t.Fatal(err)
	}
	out, err := plan.RunBuffers()
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range [][]float32{a.batch.logProbs, a.batch.values} {
		for k, got := range graph.Data[float32](out[i]) {
			if math.Abs(float64(got-want[k])) > 1e-5 {
				t.Errorf("result %d of step %d: %v, played %v", i, k, got, want[k])
			}
		}
	}
	if !slices.Contains(a.batch.goesOn, 0) || slices.Max(a.batch.values) == slices.Min(a.batch.values) {
		t.Error("nothing was put to the test")
	}
}

// The loss of a round, the states that the units go through, and its gradient in all weights, back through time, are those derived by hand in NumPy.
func TestRecurrentAgainstNumPy(t *testing.T) {
	data, err := os.ReadFile("testdata/recurrent.json")
	if err != nil {
		t.Fatal(err)
	}
	var c struct {
		Obs, First, GoesOn, Actions, LogProbs, Advantages, Returns, States, Loss []float64
		Weights, Gradients                                                       struct{ W, U, BW, BU, Actor, BActor, Critic, BCritic []float64 }
	}
	if err := json.Unmarshal(data, &c); err != nil {
		t.Fatal(err)
	}
	const steps, envs, cells, obs, actions = 5, 3, 4, 3, 4
	net := NewRecurrentActorCritic(NewRand(1, 1).Rand, obs, cells, actions, nil)
	w, actor, critic := net.Memory.Ahead[0], net.Heads.Actor.Layers[0], net.Heads.Critic.Layers[0]
	ps := []*graph.Param{w.W, w.U, w.BW, w.BU, actor.W, actor.B, critic.W, critic.B}
	in, want := c.Weights, c.Gradients
	for i, v := range [][]float64{in.W, in.U, in.BW, in.BU, in.Actor, in.BActor, in.Critic, in.BCritic} {
		ps[i].Set(graph.BufferOf(floats(v), ps[i].Value().Type.Shape.Dims()...))
	}
	g := graph.New(graph.Training)
	rows := make([]float32, 0, steps*envs*(obs+cells)) // the states beside all but the first observations are not read
	for i := range steps * envs {
		state := make([]float32, cells)
		if i < envs {
			state = floats(c.First[i*cells : (i+1)*cells])
		}
		rows = append(append(rows, floats(c.Obs[i*obs:(i+1)*obs])...), state...)
	}
	chosen := make([]int32, steps*envs)
	for i, a := range c.Actions {
		chosen[i] = int32(a)
	}
	constant := func(x []float64) *graph.Node { return g.Constant(graph.BufferOf(floats(x), steps*envs)) }
	b := minibatch{
		Obs: g.Constant(graph.BufferOf(rows, steps*envs, obs+cells)), Actions: g.Constant(graph.BufferOf(chosen, steps*envs)),
		LogProbs: constant(c.LogProbs), Advantages: constant(c.Advantages), Returns: constant(c.Returns), GoesOn: constant(c.GoesOn),
	}
	p := recurrent{net, RolloutOptions{Rollout: steps, Cells: cells, Clip: 0.2, Normalize: true, ValueShare: 0.5, Entropy: 0.02}, obs}
	loss := p.loss(b)
	var uses []*graph.Node
	for _, v := range ps {
		uses = append(uses, g.Use(v))
	}
	plan, err := exec.Compile(g, exec.Out(append([]*graph.Node{loss, p.states(b)}, autodiff.Grad(loss, uses...)...)...))
	if err != nil {
		t.Fatal(err)
	}
	out, err := plan.RunBuffers()
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"loss", "states", "W", "U", "BW", "BU", "actor", "actor's bias", "critic", "critic's bias"}
	for i, v := range [][]float64{c.Loss, c.States, want.W, want.U, want.BW, want.BU, want.Actor, want.BActor, want.Critic, want.BCritic} {
		near(t, names[i], graph.Data[float32](out[i]), v, 2e-5)
	}
}

// A row's actions and states have the same bits, whatever rows are beside it, in every step of an episode.
func TestRecurrentRowsAreAlone(t *testing.T) {
	o := remembering(16)
	o.Hidden = []int{24}
	a, err := NewRolloutLearner(Setup{env.Spec{Name: "numbers", Obs: []int{4}, Actions: env.Discrete(9)}, 1, 1, 1}, o)
	if err != nil {
		t.Fatal(err)
	}
	const most, steps = 130, 3
	r := NewRand(1, 1)
	obs := make([]float32, steps*most*4)
	for i := range obs {
		obs[i] = float32(r.NormFloat64())
	}
	play := func(n int) (actions []int32, states []float32) {
		Begin(a, slices.Repeat([]bool{true}, n)...)
		to := Actions{Numbers: make([]int32, n)}
		for t0 := range steps {
			if err := a.Greedy(obs[t0*most*4:][:n*4], to); err != nil {
				t.Fatal(err)
			}
			actions, states = append(actions, to.Numbers...), append(states, a.played.states...)
		}
		return actions, states
	}
	actions, states := play(most)
	for n := 1; n < most; n++ {
		gotActions, gotStates := play(n)
		for k := range steps {
			if !slices.Equal(gotActions[k*n:(k+1)*n], actions[k*most:][:n]) || !slices.Equal(gotStates[k*n*16:(k+1)*n*16], states[k*most*16:][:n*16]) {
				t.Fatalf("step %d of %d rows differs from that of %d", k, n, most)
			}
		}
	}
	play(2)
	kept := slices.Clone(a.played.states)
	Begin(a, false, true)
	if !slices.Equal(a.played.states[:16], kept[:16]) || slices.ContainsFunc(a.played.states[16:], func(v float32) bool { return v != 0 }) {
		t.Error("Begin of the second row:", a.played.states)
	}
}
