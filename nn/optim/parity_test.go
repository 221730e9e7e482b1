package optim_test

import (
	"math"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn/optim"
)

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
		return optim.Through(sgd(b, 0.9, 0), func(d []*node) []*node {
			d, _ = optim.ClipNorm(d, 0.5)
			return d
		})
	},
	"sgd-clipvalue": func(b *bench) optim.Optimizer {
		return optim.Through(sgd(b, 0.9, 0), func(d []*node) []*node { return optim.ClipValue(d, 0.25) })
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
	"adamw":   func(b *bench) optim.Optimizer { return optim.NewAdamW(b.all(), optim.Constant(0.01), 0.1) },
	"adagrad": func(b *bench) optim.Optimizer { return optim.NewAdagrad(b.all(), optim.Constant(0.01)) },
	"adagrad-decay": func(b *bench) optim.Optimizer {
		o := optim.NewAdagrad(b.all(), optim.Constant(0.01))
		o.RateDecay, o.WeightDecay, o.Initial = 0.05, 0.1, 0.1
		return o
	},
	"rmsprop": func(b *bench) optim.Optimizer { return optim.NewRMSProp(b.all(), optim.Constant(0.01), 0, false) },
	"rmsprop-centred": func(b *bench) optim.Optimizer {
		o := optim.NewRMSProp(b.all(), optim.Constant(0.01), 0, true)
		o.Alpha, o.WeightDecay = 0.9, 0.1
		return o
	},
	"rmsprop-momentum": func(b *bench) optim.Optimizer {
		o := optim.NewRMSProp(b.all(), optim.Constant(0.01), 0.9, false)
		o.WeightDecay = 0.1
		return o
	},
	"adadelta": func(b *bench) optim.Optimizer { return optim.NewAdadelta(b.all(), optim.Constant(1)) },
	"adadelta-decay": func(b *bench) optim.Optimizer {
		o := optim.NewAdadelta(b.all(), optim.Constant(0.5))
		o.Rho, o.WeightDecay = 0.95, 0.1
		return o
	},
	"nadam":       func(b *bench) optim.Optimizer { return nadam(b, 0, 0) },
	"nadam-l2":    func(b *bench) optim.Optimizer { return nadam(b, 0, 0.1) },
	"nadam-decay": func(b *bench) optim.Optimizer { return nadam(b, 0.1, 0) },
	"radam":       func(b *bench) optim.Optimizer { return radam(b, 0, 0) },
	"radam-l2": func(b *bench) optim.Optimizer {
		o := radam(b, 0, 0.1)
		o.Beta2 = 0.9
		return o
	},
	"radam-decay": func(b *bench) optim.Optimizer { return radam(b, 0.1, 0) },
	"lion":        func(b *bench) optim.Optimizer { return optim.NewLion(b.all(), optim.Constant(0.01), 0) },
	"lion-decay": func(b *bench) optim.Optimizer {
		o := optim.NewLion(b.all(), optim.Constant(0.01), 0.1)
		o.Beta1, o.Beta2 = 0.95, 0.98
		return o
	},
	"lamb": func(b *bench) optim.Optimizer { return optim.NewLAMB(b.all(), optim.Constant(0.01), 0) },
	"lamb-decay": func(b *bench) optim.Optimizer {
		o := optim.NewLAMB(b.all(), optim.Constant(0.01), 0.1)
		o.Beta2 = 0.99
		return o
	},
	"muon": func(b *bench) optim.Optimizer {
		o := optim.NewMuon(b.all(), optim.Constant(0.01), 0.1)
		o.Scale = outIn
		return o
	},
	"muon-plain": func(b *bench) optim.Optimizer {
		o := optim.NewMuon(b.all(), optim.Constant(0.01), 0)
		o.Scale, o.Momentum, o.Nesterov, o.Iterations = outIn, 0.8, false, 3
		return o
	},
	"muon-rms": func(b *bench) optim.Optimizer {
		o := optim.NewMuon(b.all(), optim.Constant(0.01), 0.1)
		o.Scale = func(in, out int) float64 { return 0.2 * math.Sqrt(float64(max(in, out))) }
		return o
	},
	"groups-sgd": func(b *bench) optim.Optimizer {
		first, second := optim.NewSGD(b.all(0, 1), optim.Constant(0.02), 0.5), optim.NewSGD(b.all(2, 3), optim.Constant(0.01), 0.9)
		second.WeightDecay = 0.2
		return optim.Groups{first, second}
	},
	"groups-adamw": func(b *bench) optim.Optimizer {
		first, second := optim.NewAdamW(b.all(0, 3), optim.Constant(0.01), 0), optim.NewAdamW(b.all(1, 2), optim.Constant(0.1), 0.1)
		second.Beta1, second.Beta2, second.Eps = 0.8, 0.9, 1e-5
		return optim.Groups{first, second}
	},
}

func nadam(b *bench, decay, l2 float64) *optim.NAdam {
	o := optim.NewNAdam(b.all(), optim.Constant(0.01))
	o.Decay, o.WeightDecay = decay, l2
	return o
}

func radam(b *bench, decay, l2 float64) *optim.RAdam {
	o := optim.NewRAdam(b.all(), optim.Constant(0.01))
	o.Decay, o.WeightDecay = decay, l2
	return o
}

// outIn scales by the shape of a matrix that is [out in], as PyTorch's are.
func outIn(out, in int) float64 { return math.Sqrt(max(1, float64(out)/float64(in))) }

type goldenRun struct {
	Params [3][4][]float64
	States map[string][][]float64
}

var kept = [3]int{1, 10, 50}

// Fifty steps of every optimiser against PyTorch, or the formulas of its paper: in float64 weights to 1e-12 of themselves, and moments
// too, so that gradients of 1e-8 count as those of 1. Some moments nearly cancel, where PyTorch's own two ways to add up differ by
// 2e-13: those count as at least a tenth of the largest of their array. In float32, to 2e-5 of the largest of each array: fifty steps
// of a few roundings of 6e-8 each.
func TestParity(t *testing.T) {
	want := golden[map[string]goldenRun](t, "optimisers")
	const single, double = graph.Float32, graph.Float64
	for name := range want {
		if optimisers[name] == nil {
			t.Errorf("%s is not tested", name)
		}
	}
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
				check := func(what string, at int, share float64, got graph.Buffer, want []float64) {
					t.Helper()
					if got.Type.Dtype == double {
						limit := 1e-12
						if label == "mixed" && name == "sgd-clipnorm" { // a norm over all parameters is as good as the worst of them
							limit = 1e-6
						}
						if d := distanceFrom(share, floats(got), want); d > limit {
							t.Errorf("%s after %d steps is off by %.2g", what, at, d)
						}
					} else if d := spread(floats(got), want); d > 2e-5 {
						t.Errorf("%s after %d steps is off by %.2g of the largest", what, at, d)
					}
				}
				for i, at := range kept {
					b.run(t, at-b.done)
					for k, p := range b.vars {
						check(p.Name(), at, 0, p.Value(), w.Params[i][k])
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
							check(saved, 50, 0.1, v.Value(), arrays[k])
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
