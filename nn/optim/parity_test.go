package optim_test

import (
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn/optim"
)

// through passes gradients through f before they reach the optimiser.
type through struct {
	optim.Optimizer
	f func([]*node) []*node
}

func (o through) Update(d []*node) { o.Optimizer.Update(o.f(d)) }

func sgd(b *bench, momentum, decay float64) *optim.SGD {
	o := optim.NewSGD(b.all(), optim.Constant(0.01), momentum)
	o.WeightDecay = decay
	return o
}

// optimisers are made as the generator makes those of the same name.
var optimisers = map[string]func(b *bench) optim.Optimizer{
	"sgd":          func(b *bench) optim.Optimizer { return sgd(b, 0, 0) },
	"sgd-decay":    func(b *bench) optim.Optimizer { return sgd(b, 0, 0.1) },
	"sgd-momentum": func(b *bench) optim.Optimizer { return sgd(b, 0.9, 0.1) },
	"sgd-dampening": func(b *bench) optim.Optimizer {
		o := sgd(b, 0.9, 0)
		o.Dampening = 0.3
		return o
	},
	"sgd-nesterov": func(b *bench) optim.Optimizer {
		o := sgd(b, 0.9, 0.1)
		o.Nesterov = true
		return o
	},
	"sgd-clipnorm": func(b *bench) optim.Optimizer {
		return through{sgd(b, 0.9, 0), func(d []*node) []*node {
			d, _ = optim.ClipNorm(d, 0.5)
			return d
		}}
	},
	"sgd-clipvalue": func(b *bench) optim.Optimizer {
		return through{sgd(b, 0.9, 0), func(d []*node) []*node { return optim.ClipValue(d, 0.25) }}
	},
	"adam": func(b *bench) optim.Optimizer { return optim.NewAdam(b.all(), optim.Constant(0.01)) },
	"adam-l2": func(b *bench) optim.Optimizer {
		o := optim.NewAdam(b.all(), optim.Constant(0.01))
		o.Beta1, o.Beta2, o.Eps, o.WeightDecay = 0.8, 0.99, 1e-6, 0.1
		return o
	},
	"adam-cosine": func(b *bench) optim.Optimizer { return optim.NewAdam(b.all(), optim.Cosine(0.01, 1e-3, 60)) },
	"adam-beta0": func(b *bench) optim.Optimizer {
		o := optim.NewAdam(b.all(), optim.Constant(0.01))
		o.Beta1, o.Beta2 = 0, 0.9
		return o
	},
	"adamw": func(b *bench) optim.Optimizer { return optim.NewAdamW(b.all(), optim.Constant(0.01), 0.1) },
}

type goldenRun struct {
	Params [3][4][]float64
	States map[string][][]float64
}

var kept = [3]int{1, 10, 50}

// Fifty steps of every optimiser against PyTorch, or the formulas of its paper: weights to 1e-12 of themselves in float64, and
// moments too, so that gradients of 1e-8 count as much as those of 1. In float32, to 2e-5 of the largest of each array: fifty
// steps of a few roundings of 6e-8 each.
func TestParity(t *testing.T) {
	want := golden[map[string]goldenRun](t, "optimisers")
	const single, double = graph.Float32, graph.Float64
	for name, build := range optimisers {
		w, ok := want[name]
		if !ok {
			t.Errorf("%s has no golden", name)
			continue
		}
		for label, dtypes := range map[string][4]graph.Dtype{
			"float64": {double, double, double, double},
			"float32": {single, single, single, single},
			"mixed":   {single, double, double, single},
		} {
			t.Run(name+"/"+label, func(t *testing.T) {
				b := newBench(t, dtypes, build)
				check := func(what string, at int, got graph.Buffer, want []float64) {
					t.Helper()
					if got.Type.Dtype == double {
						limit := 1e-12
						if label == "mixed" && name == "sgd-clipnorm" { // a norm over all parameters is as good as the worst of them
							limit = 1e-6
						}
						if d := distance(floats(got), want); d > limit {
							t.Errorf("%s after %d steps is off by %.2g", what, at, d)
						}
					} else if d := spread(floats(got), want); d > 2e-5 {
						t.Errorf("%s after %d steps is off by %.2g of the largest", what, at, d)
					}
				}
				for i, at := range kept {
					b.run(t, at-b.done)
					for k, p := range b.vars {
						check(p.Name(), at, p.Value(), w.Params[i][k])
					}
				}
				for s, arrays := range w.States {
					found := 0
					for saved, v := range b.opt.States() {
						at := strings.Index(saved, "."+s+".")
						if at < 0 {
							continue
						}
						found++
						k := int(saved[at+len(s)+2] - 'a')
						if len(arrays) == 4 {
							check(saved, 50, v.Value(), arrays[k])
						}
					}
					if found != len(arrays) {
						t.Errorf("%d states called %s, want %d", found, s, len(arrays))
					}
				}
			})
		}
	}
}
