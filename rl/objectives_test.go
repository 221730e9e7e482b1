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
)

// golden is a line of tools/rl/goldens.py.
type golden struct {
	Name                                                                                      string
	Numbers                                                                                   int
	Settings                                                                                  QOptions
	Obs, Next, Actions, Rewards, Discounts, Weights, Online, Target, Each, Priority, Gradient []float64
	Loss                                                                                      float64
}

func floats(x []float64) []float32 {
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = float32(v)
	}
	return y
}

// near fails the test where two lists differ.
func near(t *testing.T, what string, got []float32, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d numbers, want %d", what, len(got), len(want))
	}
	for i, w := range want {
		if !(math.Abs(float64(got[i])-w) <= tolerance*(1+math.Abs(w))) {
			t.Errorf("%s[%d]: %v, want %v", what, i, got[i], w)
		}
	}
}

// Each objective's losses, priorities and gradient are those that were derived by hand in NumPy.
func TestObjectivesAgainstNumPy(t *testing.T) {
	data, err := os.ReadFile("testdata/objectives.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []golden
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, c := range all {
		o := c.Settings
		o.NStep, o.Objective = 1, strings.Fields(c.Name)[0]
		if o.Objective == "double" {
			o.Objective = "mean"
		}
		seen[o.Objective] = true
		const n, obs, actions = 6, 3, 4
		objective, err := o.objective()
		if err != nil {
			t.Fatal(c.Name, err)
		}
		if objective.numbers() != c.Numbers {
			t.Errorf("%s: %d numbers for an action, want %d", c.Name, objective.numbers(), c.Numbers)
		}
		g := graph.New(graph.Training)
		constant := func(x []float64, dims ...int) *graph.Node { return g.Constant(graph.BufferOf(floats(x), dims...)) }
		var chosen []int32
		for _, a := range c.Actions {
			chosen = append(chosen, int32(a))
		}
		w := graph.NewParam("w", graph.BufferOf(floats(c.Online), obs, actions*c.Numbers))
		linear := func(w *graph.Node) func(*graph.Node) *graph.Node {
			return func(x *graph.Node) *graph.Node { return ops.Reshape(ops.MatMul(x, w), n, actions, c.Numbers) }
		}
		each, priority := objective.loss(transitions{
			Obs: constant(c.Obs, n, obs), Next: constant(c.Next, n, obs), Actions: g.Constant(graph.BufferOf(chosen, n)),
			Rewards: constant(c.Rewards, n), Discounts: constant(c.Discounts, n),
			Online: linear(g.Use(w)), Target: linear(constant(c.Target, obs, actions*c.Numbers)),
		})
		loss := ops.Mean(ops.Mul(constant(c.Weights, n), each))
		p, err := exec.Compile(g, exec.Out(each, priority, loss, autodiff.Grad(loss, g.Use(w))[0]))
		if err != nil {
			t.Fatal(c.Name, err)
		}
		out, err := p.RunBuffers()
		if err != nil {
			t.Fatal(c.Name, err)
		}
		for i, want := range [][]float64{c.Each, c.Priority, {c.Loss}, c.Gradient} {
			near(t, c.Name+" "+[]string{"each", "priority", "loss", "gradient"}[i], graph.Data[float32](out[i]), want, 2e-5)
		}
	}
	if len(all) != 7 || len(seen) != len(Objectives()) {
		t.Error(len(all), seen)
	}
}
