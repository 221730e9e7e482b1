package rl

import (
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/rl/env"
)

// The losses and gradients of policies and of PQN are those derived by hand in NumPy.
func TestRolloutsAgainstNumPy(t *testing.T) {
	data, err := os.ReadFile("testdata/rollouts.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name                                                   string
		Clip, ValueShare, Entropy, Loss                        float64
		ClipValue, Normalize                                   bool
		Logits, Values, Actions, LogProbs, Advantages, Returns []float64
		OldValues, DLogits, DValues                            []float64
	}
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		const n, actions = 6, 4
		g := graph.New(graph.Training)
		constant := func(x []float64) *graph.Node { return g.Constant(graph.BufferOf(floats(x), n)) }
		var chosen []int32
		for _, a := range c.Actions {
			chosen = append(chosen, int32(a))
		}
		logits := g.Use(graph.NewParam("logits", graph.BufferOf(floats(c.Logits), n, actions)))
		values := g.Use(graph.NewParam("values", graph.BufferOf(floats(c.Values), n)))
		b := minibatch{
			Actions: g.Constant(graph.BufferOf(chosen, n)), LogProbs: constant(c.LogProbs), Advantages: constant(c.Advantages), Returns: constant(c.Returns),
			Values: constant(c.OldValues),
		}
		var loss *graph.Node
		if c.Name == "pqn" {
			loss = ops.Add(qLoss(logits, b), ops.Scale(0, ops.Sum(values)))
		} else {
			loss = policyLoss(logits, values, b, RolloutOptions{
				Clip: c.Clip, ClipValue: c.ClipValue, Normalize: c.Normalize, ValueShare: c.ValueShare, Entropy: c.Entropy,
			})
		}
		d := autodiff.Grad(loss, logits, values)
		p, err := exec.Compile(g, exec.Out(loss, d[0], d[1]))
		if err != nil {
			t.Fatal(c.Name, err)
		}
		out, err := p.RunBuffers()
		if err != nil {
			t.Fatal(c.Name, err)
		}
		for i, want := range [][]float64{{c.Loss}, c.DLogits, c.DValues} {
			near(t, c.Name+[]string{" loss", " gradient in logits", " gradient in values"}[i], graph.Data[float32](out[i]), want, 2e-5)
		}
	}
	if len(cases) != 4 {
		t.Error(len(cases))
	}
}

func smallRollout(objective string) RolloutOptions {
	o := RolloutOptions{
		Objective: objective, Hidden: []int{32}, Rollout: 16, Epochs: 4, Minibatches: 2, Discount: 0.9, Lambda: 0.8, Clip: 0.2, Normalize: true,
		ValueShare: 0.5, Entropy: 0.01, Rate: 5e-3, AdamEps: 1e-5, ClipNorm: 1,
	}
	if objective == "q" {
		o.Epsilon, o.Exploration, o.LayerNorm = [2]float64{1, 0.1}, 3000, true
	}
	return o
}

func rolling(t *testing.T, newEnv func() (env.Env, error), envs int, o RolloutOptions) (*RolloutLearner, *Loop) {
	t.Helper()
	v, err := env.NewVec(newEnv, envs, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	a, err := NewRolloutLearner(Setup{v.Spec(), envs, 1, 1}, o)
	if err != nil {
		t.Fatal(err)
	}
	return a, &Loop{Agent: a, Envs: v}
}

// Policies and PQN find the shortest way.
func TestRolloutsLearnTheCorridor(t *testing.T) {
	for name, change := range map[string]func(*RolloutOptions){
		"ppo": func(o *RolloutOptions) { o.ClipValue = true }, "a2c": func(o *RolloutOptions) { o.Clip, o.Epochs = 0, 1 },
		"reinforce": func(o *RolloutOptions) { o.Clip, o.Epochs, o.Lambda = 0, 1, 1 }, "pqn": func(o *RolloutOptions) { *o = smallRollout("q") },
	} {
		o := smallRollout("policy")
		change(&o)
		a, l := rolling(t, newCorridor, 4, o)
		for l.Steps < 8000 {
			if err := l.Step(); err != nil {
				t.Fatal(err)
			}
		}
		e, err := Evaluate(a, newCorridor, 3, 0)
		if err != nil || e.Mean() != -4 {
			t.Error(name, e.Returns, err)
		}
	}
}

// Advantages are the sums of the definition, Σ (γλ)ᵏ·δₜ₊ₖ to the end of the episode or of the round, an end being worth nothing and a cut what
// the state there is.
func TestAdvantage(t *testing.T) {
	o := smallRollout("policy")
	o.Rollout, o.Minibatches = 9, 1
	a, l := rolling(t, func() (env.Env, error) { return &corridor{limit: 7}, nil }, 2, o)
	for range 8 {
		if err := l.Step(); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Step(); err != nil {
		t.Fatal(err)
	}
	ends, cuts := 0, 0
	for i := range 2 {
		for at := range 9 {
			want, by := 0.0, 1.0
			for k := at; k < 9; k++ {
				j := k*2 + i
				value := float64(a.nextValues[j])
				switch {
				case a.ended[j] == terminated:
					value = 0
					ends++
				case a.ended[j] == truncated:
					cuts++
				case k < 8:
					value = float64(a.values[j+2])
				}
				want += by * (float64(a.rewards[j]) + o.Discount*value - float64(a.values[j]))
				by *= o.Discount * o.Lambda
				if a.ended[j] != goesOn {
					break
				}
			}
			if got := float64(a.advantages[at*2+i]); math.Abs(got-want) > 1e-4 {
				t.Errorf("advantage of step %d: %v, want %v", at, got, want)
			}
		}
	}
	if ends+cuts == 0 {
		t.Error("no episode was over", ends, cuts)
	}
}

func TestRolloutOptionsRefuse(t *testing.T) {
	for want, spoil := range map[string]func(*RolloutOptions){
		`objective "v", want policy or q`:                                func(o *RolloutOptions) { o.Objective = "v" },
		"4 passes over 15 steps of 1 environments in 2 parts":            func(o *RolloutOptions) { o.Rollout = 15 },
		"a discount of 1.5":                                              func(o *RolloutOptions) { o.Discount = 1.5 },
		"a clip of -1":                                                   func(o *RolloutOptions) { o.Clip = -1 },
		"an epsilon of 0: want no negative number, and the last above 0": func(o *RolloutOptions) { o.AdamEps = 0 },
		"-1 recurrent cells":                                             func(o *RolloutOptions) { o.Cells = -1 },
		"8 recurrent cells of objective \"policy\", 1 environments in 2 parts: want policy, and parts of whole environments": func(o *RolloutOptions) { o.Cells = 8 },
		"hidden layers of [-1]": func(o *RolloutOptions) { o.Hidden = []int{-1} },
	} {
		o := smallRollout("policy")
		spoil(&o)
		if _, err := NewRolloutLearner(Setup{(&corridor{}).Spec(), 1, 1, 1}, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
