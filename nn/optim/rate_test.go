package optim_test

import (
	"math"
	"testing"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn/optim"
)

// rates are made as the generator makes those of the same name.
var rates = map[string]optim.Rate{
	"constant": optim.Constant(0.1),
	"linear":   optim.Linear(0.1, 0.025, 60),
	"cosine":   optim.Cosine(0.1, 1e-3, 99),
	"warmup":   optim.WarmUp(10, optim.Cosine(0.1, 1e-3, 90)),
}

// follow computes a rate at the given numbers of steps.
func follow(t *testing.T, r optim.Rate, at ...float64) (out []float64) {
	t.Helper()
	g := graph.New(graph.Training)
	done := g.Input("done", graph.Float64)
	plan := compile(t, g, []*node{done}, r(done))
	for _, v := range at {
		got, err := plan.RunBuffers(graph.BufferOf([]float64{v}))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, floats(got[0])...)
	}
	return out
}

func upTo(n int) (out []float64) {
	for i := range n {
		out = append(out, float64(i))
	}
	return out
}

// A hundred steps of every rate against PyTorch's scheduler, to 1e-13 of the largest.
func TestRates(t *testing.T) {
	want := golden[map[string][]float64](t, "rates")
	for name, r := range rates {
		w := want[name]
		if len(w) != 100 {
			t.Errorf("%s has no golden", name)
			continue
		}
		if got := follow(t, r, upTo(100)...); spread(got, w) > 1e-13 {
			t.Errorf("%s is off by %.2g: %v, want %v", name, spread(got, w), got, w)
		}
	}
}

// What has an end stays there.
func TestRateEnds(t *testing.T) {
	for _, c := range []struct {
		name string
		r    optim.Rate
		at   float64
		want float64
	}{
		{"linear", optim.Linear(1, 0.25, 10), 1e6, 0.25},
		{"cosine", optim.Cosine(1, 0.25, 10), 1e6, 0.25},
		{"cosine of no steps", optim.Cosine(1, 0.25, 0), 1, 0.25},
		{"linear of no steps", optim.Linear(1, 0.25, 0), 1, 0.25},
		{"no warm-up", optim.WarmUp(0, optim.Linear(1, 0, 4)), 2, 0.5},
		{"warm-up", optim.WarmUp(4, optim.Linear(1, 0, 4)), 6, 0.5},
		{"warm-up at once", optim.WarmUp(4, optim.Constant(1)), 0, 0.25},
	} {
		if got := follow(t, c.r, c.at)[0]; math.Abs(got-c.want) > 1e-15 {
			t.Errorf("%s at %v: %v, want %v", c.name, c.at, got, c.want)
		}
	}
}
