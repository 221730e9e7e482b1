package nn_test

import (
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/ops"
)

func TestLossBad(t *testing.T) {
	const f32, f64, i32, u8 = graph.Float32, graph.Float64, graph.Int32, graph.Uint8
	in := func(g *graph.Graph, name string, d graph.Dtype, dims ...int) *graph.Node {
		return g.Input(name, d, dims...)
	}
	type two = func(x, y *graph.Node) *graph.Node
	elementwise := map[string]two{
		"mse":      func(x, y *graph.Node) *graph.Node { return nn.MSE(x, y) },
		"l1":       func(x, y *graph.Node) *graph.Node { return nn.L1(x, y) },
		"huber":    func(x, y *graph.Node) *graph.Node { return nn.Huber(x, y, 1) },
		"smoothl1": func(x, y *graph.Node) *graph.Node { return nn.SmoothL1(x, y, 1) },
		"gaussiannll": func(x, y *graph.Node) *graph.Node {
			return nn.GaussianNLL(x, y, x)
		},
		"bce":              func(x, y *graph.Node) *graph.Node { return nn.BCE(x, y) },
		"bcewithlogits":    func(x, y *graph.Node) *graph.Node { return nn.BCEWithLogits(x, y) },
		"sigmoidfocal":     func(x, y *graph.Node) *graph.Node { return nn.SigmoidFocal(x, y, 0.25, 2) },
		"kldiv":            func(x, y *graph.Node) *graph.Node { return nn.KLDiv(x, y) },
		"klnormal":         func(x, y *graph.Node) *graph.Node { return nn.KLNormal(x, y) },
		"hinge":            func(x, y *graph.Node) *graph.Node { return nn.Hinge(x, y) },
		"hingeembedding":   func(x, y *graph.Node) *graph.Node { return nn.HingeEmbedding(x, y, 1) },
		"tripletmargin":    func(x, y *graph.Node) *graph.Node { return nn.TripletMargin(x, y, x, 1, false) },
		"cosinesimilarity": func(x, y *graph.Node) *graph.Node { return nn.CosineSimilarity(x, y, -1) },
		"infonce":          func(x, y *graph.Node) *graph.Node { return nn.InfoNCE(x, y, 1) },
		"ntxent":           func(x, y *graph.Node) *graph.Node { return nn.NTXent(x, y, 1) },
	}
	for name, f := range elementwise {
		badUse(t, name+": x [4 1] · y [4]: want equal shapes", func(g *graph.Graph) *graph.Node {
			return f(in(g, "x", f32, 4, 1), in(g, "y", f32, 4))
		})
		badUse(t, name+": x float32[4 2] · y float64[4 2]: dtypes differ", func(g *graph.Graph) *graph.Node {
			return f(in(g, "x", f32, 4, 2), in(g, "y", f64, 4, 2))
		})
		badUse(t, name+": x: want float32 or float64, not int32", func(g *graph.Graph) *graph.Node {
			return f(in(g, "x", i32, 4, 2), in(g, "y", i32, 4, 2))
		})
	}
	classes := map[string]two{
		"crossentropy": func(x, y *graph.Node) *graph.Node { return nn.CrossEntropy(x, y) },
		"nll":          func(x, y *graph.Node) *graph.Node { return nn.NLL(x, y) },
		"focal":        func(x, y *graph.Node) *graph.Node { return nn.Focal(x, y, 2) },
		"multimargin":  func(x, y *graph.Node) *graph.Node { return nn.MultiMargin(x, y, 1, 1) },
	}
	for name, f := range classes {
		badUse(t, name+": x [4 3] · y int32[3]: want labels, int32 or int64 [4]", func(g *graph.Graph) *graph.Node {
			return f(in(g, "x", f32, 4, 3), in(g, "y", i32, 3))
		})
		badUse(t, "want labels, int32 or int64 [4]", func(g *graph.Graph) *graph.Node {
			return f(in(g, "x", f32, 4, 3), in(g, "y", u8, 4))
		})
		badUse(t, "want float32 or float64, not int32", func(g *graph.Graph) *graph.Node {
			return f(in(g, "x", i32, 4, 3), in(g, "y", i32, 4))
		})
		badUse(t, "want at least one class", func(g *graph.Graph) *graph.Node { return f(in(g, "x", f32, 4, 0), in(g, "y", i32, 4)) })
		badUse(t, "want at least one class", func(g *graph.Graph) *graph.Node { return f(in(g, "x", f32), in(g, "y", i32)) })
	}
	cross := func(y graph.Dtype, rank int, o func(g *graph.Graph) nn.ClassOptions, r ...nn.Reduction) func(g *graph.Graph) *graph.Node {
		return func(g *graph.Graph) *graph.Node {
			return nn.CrossEntropyWith(in(g, "x", f32, 4, 3), in(g, "y", y, []int{4, 3}[:rank]...), o(g), r...)
		}
	}
	with := func(o nn.ClassOptions) func(*graph.Graph) nn.ClassOptions {
		return func(*graph.Graph) nn.ClassOptions { return o }
	}
	badUse(t, "or probabilities, float32[4 3]", cross(f64, 2, with(nn.ClassOptions{})))
	badUse(t, "by label only", cross(f32, 2, with(nn.ClassOptions{Ignore: new(1)})))
	badUse(t, "want a smoothing in [0, 1], not 1.5", cross(i32, 1, with(nn.ClassOptions{Smoothing: 1.5})))
	badUse(t, "want weights float32[3], not float32[4]", cross(i32, 1, func(g *graph.Graph) nn.ClassOptions {
		return nn.ClassOptions{Weights: in(g, "w", f32, 4)}
	}))
	badUse(t, "want one of nn.Mean, nn.Sum, nn.None and nn.BatchMean, not [Reduction(7)]", cross(i32, 1, with(nn.ClassOptions{}), 7))
	badUse(t, "not [Sum None]", func(g *graph.Graph) *graph.Node {
		return nn.MSE(in(g, "x", f32, 2), in(g, "y", f32, 2), nn.Sum, nn.None)
	})

	x := func(f func(x, y *graph.Node) *graph.Node) func(g *graph.Graph) *graph.Node {
		return func(g *graph.Graph) *graph.Node { return f(in(g, "x", f32, 4, 3), in(g, "y", f32, 4, 3)) }
	}
	badUse(t, "huber: want a delta above 0, not 0", x(func(x, y *graph.Node) *graph.Node { return nn.Huber(x, y, 0) }))
	badUse(t, "smoothl1: want a beta of at least 0, not -1", x(func(x, y *graph.Node) *graph.Node { return nn.SmoothL1(x, y, -1) }))
	badUse(t, "want a gamma of at least 0", x(func(x, y *graph.Node) *graph.Node { return nn.SigmoidFocal(x, y, 0.5, -1) }))
	badUse(t, "an alpha of at most 1", x(func(x, y *graph.Node) *graph.Node { return nn.SigmoidFocal(x, y, 2, 1) }))
	badUse(t, "focal: want a gamma of at least 0, not -1", func(g *graph.Graph) *graph.Node {
		return nn.Focal(in(g, "x", f32, 4, 3), in(g, "y", i32, 4), -1)
	})
	badUse(t, "want a power of 1 or 2, not 3", func(g *graph.Graph) *graph.Node {
		return nn.MultiMargin(in(g, "x", f32, 4, 3), in(g, "y", i32, 4), 1, 3)
	})
	badUse(t, "infonce: want a temperature above 0, not 0", x(func(x, y *graph.Node) *graph.Node { return nn.InfoNCE(x, y, 0) }))
	badUse(t, "ntxent: x [3]: want rows [N, D]", func(g *graph.Graph) *graph.Node {
		return nn.NTXent(in(g, "x", f32, 3), in(g, "y", f32, 3), 1)
	})
	badUse(t, "no axis 2 in [4 3]", x(func(x, y *graph.Node) *graph.Node { return nn.CosineSimilarity(x, y, 2) }))
	badUse(t, "cosineembedding: x float32[4 3] · sign float32[3]: want signs float32[4]", func(g *graph.Graph) *graph.Node {
		return nn.CosineEmbedding(in(g, "x", f32, 4, 3), in(g, "y", f32, 4, 3), in(g, "sign", f32, 3), 0)
	})
	badUse(t, "tripletmargin: x []: want rows", func(g *graph.Graph) *graph.Node {
		a := in(g, "x", f32)
		return nn.TripletMargin(a, a, a, 1, false)
	})
	badUse(t, "gaussiannll: v [4]: want a shape that expands to [4 3]", x(func(x, y *graph.Node) *graph.Node {
		return nn.GaussianNLL(x, y, in(x.Graph(), "v", f32, 4))
	}))
	badUse(t, "bcewithlogits: w [2]: want a shape that expands to [4 3]", x(func(x, y *graph.Node) *graph.Node {
		return nn.BCEWithLogitsWeighted(x, y, in(x.Graph(), "w", f32, 2))
	}))

	ctc := func(blank int, logp, targets []int, length int, d graph.Dtype) func(g *graph.Graph) *graph.Node {
		return func(g *graph.Graph) *graph.Node {
			return nn.CTC(in(g, "x", f32, logp...), in(g, "y", d, targets...),
				in(g, "n", i32, length), in(g, "m", i32, length), nn.CTCOptions{Blank: blank})
		}
	}
	badUse(t, "ctc: x float32[5 2] · y int32[2 3]: want logarithms of probabilities, floats [T, N, C]",
		ctc(0, []int{5, 2}, []int{2, 3}, 2, i32))
	badUse(t, "want targets [2, S] of int32 or int64", ctc(0, []int{5, 2, 4}, []int{3, 3}, 2, i32))
	badUse(t, "want targets [2, S] of int32 or int64", ctc(0, []int{5, 2, 4}, []int{2, 3}, 2, f32))
	badUse(t, "want lengths int64[2], not int32[2] and int32[2]", ctc(0, []int{5, 2, 4}, []int{2, 3}, 2, graph.Int64))
	badUse(t, "want lengths int32[2], not int32[3] and int32[3]", ctc(0, []int{5, 2, 4}, []int{2, 3}, 3, i32))
	badUse(t, "want a blank in [0, 4), not 4", ctc(4, []int{5, 2, 4}, []int{2, 3}, 2, i32))

	good := func(n *graph.Node, d graph.Dtype, dims ...int) *graph.Node { return n.Graph().Input("y", d, dims...) }
	for name, f := range elementwise {
		quiet(t, name, func(bad *graph.Node) *graph.Node { return f(bad, good(bad, f32, 3, 4)) })
		quiet(t, name, func(bad *graph.Node) *graph.Node { return f(good(bad, f32, 3, 4), bad) })
	}
	for name, f := range classes {
		quiet(t, name, func(bad *graph.Node) *graph.Node { return f(bad, good(bad, i32, 3)) })
		quiet(t, name, func(bad *graph.Node) *graph.Node { return f(good(bad, f32, 3, 4), bad) })
	}
	quiet(t, "weights", func(bad *graph.Node) *graph.Node {
		return nn.CrossEntropyWith(good(bad, f32, 3, 4), good(bad, i32, 3), nn.ClassOptions{Weights: bad})
	})
	quiet(t, "pos weights", func(bad *graph.Node) *graph.Node {
		return nn.BCEWithLogitsWeighted(good(bad, f32, 3), good(bad, f32, 3), bad)
	})
	quiet(t, "variance", func(bad *graph.Node) *graph.Node { return nn.GaussianNLL(good(bad, f32, 3), good(bad, f32, 3), bad) })
	quiet(t, "sign", func(bad *graph.Node) *graph.Node {
		return nn.CosineEmbedding(good(bad, f32, 3), good(bad, f32, 3), bad, 0)
	})
	quiet(t, "ctc", func(bad *graph.Node) *graph.Node {
		return nn.CTC(good(bad, f32, 3, 1, 4), good(bad, i32, 1, 2), bad, good(bad, i32, 1), nn.CTCOptions{})
	})
}

// Labels and lengths are known only when a step runs: the error names row, value and number of classes.
func TestLabelsOutOfRange(t *testing.T) {
	for _, c := range []struct {
		name, want string
		f          func(x, y *graph.Node) *graph.Node
	}{
		{"crossentropy", "label 7 of row 1 is not in [0, 4)", func(x, y *graph.Node) *graph.Node { return nn.CrossEntropy(x, y) }},
		{"smoothed", "label 7 of row 1 is not in [0, 4)", func(x, y *graph.Node) *graph.Node {
			return nn.CrossEntropyWith(x, y, nn.ClassOptions{Smoothing: 0.1, Ignore: new(-100)})
		}},
		{"nll", "index 7, number 1 of the list, is not in [0, 4)", func(x, y *graph.Node) *graph.Node { return nn.NLL(x, y) }},
		{"focal", "7", func(x, y *graph.Node) *graph.Node { return nn.Focal(x, y, 2) }},
		{"multimargin", "7", func(x, y *graph.Node) *graph.Node { return nn.MultiMargin(x, y, 1, 1) }},
		{"ctc's targets", "index 7", func(x, y *graph.Node) *graph.Node {
			n := ints(x, []int32{2}, 1)
			return nn.CTC(x.Graph().Fill(0, graph.T(graph.Float32, 5, 1, 4)), ops.Unsqueeze(y, 0), n, n, nn.CTCOptions{})
		}},
		{"ctc's lengths", "index 7, number 1 of the list, is not in [0, 6)", func(x, y *graph.Node) *graph.Node {
			return nn.CTC(x.Graph().Fill(0, graph.T(graph.Float32, 5, 2, 4)), ints(x, make([]int32, 4), 2, 2), y,
				ints(x, make([]int32, 2), 2), nn.CTCOptions{})
		}},
		{"ctc's target lengths", "index 7, number 1 of the list, is not in [0, 3)", func(x, y *graph.Node) *graph.Node {
			return nn.CTC(x.Graph().Fill(0, graph.T(graph.Float32, 5, 2, 4)), ints(x, make([]int32, 4), 2, 2),
				ints(x, make([]int32, 2), 2), y, nn.CTCOptions{})
		}},
	} {
		g := graph.New(graph.Training)
		x, y := g.Input("x", graph.Float32, 2, 4), g.Input("y", graph.Int32, 2)
		p, err := exec.Compile(g, exec.In(x, y), exec.Out(c.f(x, y)))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		_, err = p.Run(make([]float32, 8), []int32{0, 7})
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
		if _, err := p.Run(make([]float32, 8), []int32{0, 1}); err != nil {
			t.Errorf("%s with labels in range: %v", c.name, err)
		}
	}
}
