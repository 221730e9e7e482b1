package optim_test

import (
	"math"
	"testing"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
)

// rates are made as the generator makes those of the same name.
var rates = map[string]optim.Rate{
	"constant": optim.Constant(0.1),
	"linear":   optim.Linear(0.1, 0.025, 60),
	"cosine":   optim.Cosine(0.1, 1e-3, 99),
	"warmup":   optim.WarmUp(10, optim.Cosine(0.1, 1e-3, 90)),

	"step":            optim.StepDecay(0.1, 0.8, 7),
	"multistep":       optim.MultiStep(0.1, 0.3, 5, 30, 31, 80),
	"exponential":     optim.Exponential(0.1, 0.93),
	"polynomial":      optim.Polynomial(0.1, 80, 2),
	"polynomial-root": optim.Polynomial(0.1, 80, 0.5),
	"restarts":        optim.CosineRestarts(0.1, 1e-3, 13, 1),
	"restarts-longer": optim.CosineRestarts(0.1, 1e-3, 7, 2),
	"onecycle":        optim.OneCycle(0.1/25, 0.1, 0.1/25e4, 101, 0.3),
	"onecycle-short":  optim.OneCycle(0.01, 0.1, 0.01/50, 101, 0.13),
	"sequence":        optim.Sequence(optim.Exponential(0.1, 0.9), 20, optim.StepDecay(0.1, 0.5, 25)),
	"noam":            optim.InverseSqrt(2/math.Sqrt(64*20), 20),
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
	for name := range want {
		if rates[name] == nil && plateaus[name] == nil {
			t.Errorf("%s is not tested", name)
		}
	}
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

// plateaus are made as the generator makes those of the same name.
var plateaus = map[string]func(p *optim.Plateau){
	"plateau": func(p *optim.Plateau) { p.Factor, p.Patience = 0.5, 3 },
	"plateau-max": func(p *optim.Plateau) {
		p.Larger, p.Absolute, p.Patience, p.Threshold, p.Cooldown, p.Least = true, true, 2, 0.01, 4, 1e-4
	},
	"plateau-negative": func(p *optim.Plateau) { p.Larger, p.Patience, p.Threshold = true, 5, 0.1 },
}

// A controller that is stopped and restored half-way through follows PyTorch's, and a plan follows it.
func TestPlateau(t *testing.T) {
	want := golden[map[string][]float64](t, "rates")
	for name, set := range plateaus {
		p := optim.NewPlateau(0.1)
		set(p)
		g := graph.New(graph.Training)
		done := g.Input("done", graph.Float64)
		plan, now := compile(t, g, []*node{done}, p.Rate(done)), 0.1
		for i, w := range want[name] {
			if got, err := plan.RunBuffers(graph.BufferOf([]float64{0})); err != nil || now != floats(got[0])[0] || math.Abs(now-w) > 1e-15 {
				t.Fatalf("%s: %v after %d observations, %v told, %v wanted (%v)", name, got, i, now, w, err)
			}
			if i == 50 {
				saved := map[string]graph.Buffer{}
				for n, s := range p.States() {
					saved[n] = s.Value()
				}
				p = optim.NewPlateau(0.3)
				set(p)
				for n, s := range p.States() {
					s.Set(saved[n])
				}
				g = graph.New(graph.Training)
				done = g.Input("done", graph.Float64)
				plan = compile(t, g, []*node{done}, p.Rate(done))
			}
			loss := 1 + float64(7*i%11)/16 - float64(min(i, 40))/64
			if p.Larger {
				loss = -loss
			}
			now = p.Observe(loss)
		}
	}
	p := optim.NewPlateau(1)
	p.Patience = 1
	for i, v := range []float64{math.NaN(), math.Inf(1), 2, math.NaN(), math.NaN(), 1} {
		if got, want := p.Observe(v), []float64{1, 1, 1, 1, 0.1, 0.1}[i]; math.Abs(got-want) > 1e-15 {
			t.Errorf("%v after observation %d, want %v", got, i, want)
		}
	}
}

func TestRateErrors(t *testing.T) {
	for want, r := range map[string]optim.Rate{
		"the factor is -1, want none below 0":                   optim.Exponential(1, -1),
		"the factor is NaN":                                     optim.StepDecay(1, math.NaN(), 2),
		"the factor is -2":                                      optim.MultiStep(1, -2, 3),
		"the power is 0, want a positive one":                   optim.Polynomial(1, 10, 0),
		"a cycle of 0 steps, the next 2 times as long":          optim.CosineRestarts(1, 0, 0, 2),
		"a cycle of 3 steps, the next 0 times as long":          optim.CosineRestarts(1, 0, 3, 0),
		"1 steps of which a share of 0.3 rises":                 optim.OneCycle(0, 1, 0, 1, 0.3),
		"10 steps of which a share of 1 rises":                  optim.OneCycle(0, 1, 0, 10, 1),
		"a share of 0.3 of 3 steps has no room for a rise":      optim.OneCycle(0, 1, 0, 3, 0.3),
		"rate: the factor is -3, want none below 0":             optim.WarmUp(3, optim.Exponential(1, -3)),
		"polynomial: the power is -1, want a positive one":      optim.Sequence(optim.Constant(1), 3, optim.Polynomial(1, 3, -1)),
		"sgd: the rate is float64[1], want a scalar of float64": func(done *node) *node { return ops.Reshape(done, 1) },
	} {
		w := vector("W", 1)
		g := graph.New(graph.Training)
		optim.NewSGD(one(w), r, 0).Minimize(squares(g, w))
		wantErr(t, g, want)
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
		{"polynomial", optim.Polynomial(1, 10, 0.5), 1e6, 0},
		{"one cycle", optim.OneCycle(0.1, 1, 0.25, 10, 0.3), 1e6, 0.25},
		{"exponential of 0", optim.Exponential(2, 0), 0, 2},
		{"exponential of 0, later", optim.Exponential(2, 0), 1, 0},
		{"no milestones", optim.MultiStep(2, 0.5), 7, 2},
		{"a milestone twice", optim.MultiStep(2, 0.5, 3, 3), 3, 0.5},
		{"a milestone at once", optim.MultiStep(2, 0.5, 0), 0, 1},
		{"restarts, late", optim.CosineRestarts(1, 0, 10, 2), 10 * (1<<40 - 1), 1},
		{"restarts, half-way", optim.CosineRestarts(1, 0, 10, 3), 25, 0.5},
		{"step, late", optim.StepDecay(1, 1, 3), 1 << 52, 1},
		{"no cosine", optim.Sequence(optim.Constant(2), 0, optim.Constant(1)), 0, 1},
		{"warm-up at once", optim.WarmUp(4, optim.Constant(1)), 0, 0.25},
	} {
		if got := follow(t, c.r, c.at)[0]; math.Abs(got-c.want) > 1e-15 {
			t.Errorf("%s at %v: %v, want %v", c.name, c.at, got, c.want)
		}
	}
}
