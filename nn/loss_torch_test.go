package nn_test

import (
	"testing"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/ops"
)

// given is a constant that a case of losses.py states, nil if there is none.
func (c torchCase) given(d graph.Dtype, in []*graph.Node) *graph.Node {
	m, ok := c.Attr["given"].(map[string]any)
	if !ok {
		return nil
	}
	a := torchArray{T: "f"}
	for _, n := range m["s"].([]any) {
		a.S = append(a.S, int(n.(float64)))
	}
	for _, v := range m["v"].([]any) {
		a.V = append(a.V, torchNumber(v.(float64)))
	}
	return in[0].Graph().Constant(a.buffer(d))
}

func (c torchCase) reduction() nn.Reduction {
	r, ok := map[string]nn.Reduction{"mean": nn.Mean, "sum": nn.Sum, "none": nn.None, "batchmean": nn.BatchMean}[c.text("r")]
	if !ok {
		panic("no reduction in " + c.Name)
	}
	return r
}

func (c torchCase) classes(d graph.Dtype, in []*graph.Node) (o nn.ClassOptions) {
	o.Weights = c.given(d, in)
	o.Smoothing, _ = c.Attr["smoothing"].(float64)
	if v, ok := c.Attr["ignore"].(float64); ok {
		n := int(v)
		o.Ignore = &n
	}
	return o
}

// pair makes a row of a loss of two operands; the second may be given.
func pair(f func(x, y *graph.Node, r ...nn.Reduction) *graph.Node) torchRow {
	return func(c torchCase, d graph.Dtype, in []*graph.Node) *graph.Node {
		if y := c.given(d, in); y != nil {
			in = append(in[:1:1], y)
		}
		return f(in[0], in[1], c.reduction())
	}
}

// numbered makes a row of a loss of two operands and a number.
func numbered(name string, f func(x, y *graph.Node, v float64, r ...nn.Reduction) *graph.Node) torchRow {
	return func(c torchCase, d graph.Dtype, in []*graph.Node) *graph.Node {
		g := func(x, y *graph.Node, r ...nn.Reduction) *graph.Node { return f(x, y, c.num(name), r...) }
		return pair(g)(c, d, in)
	}
}

func TestLossTorch(t *testing.T) {
	testTorch(t, map[string]torchRow{
		"MSE":            pair(nn.MSE),
		"L1":             pair(nn.L1),
		"Huber":          numbered("delta", nn.Huber),
		"SmoothL1":       numbered("beta", nn.SmoothL1),
		"BCE":            pair(nn.BCE),
		"BCEWithLogits":  pair(nn.BCEWithLogits),
		"KLDiv":          pair(nn.KLDiv),
		"KLDivLog":       pair(nn.KLDivLog),
		"KLNormal":       pair(nn.KLNormal),
		"Hinge":          pair(nn.Hinge),
		"HingeEmbedding": numbered("margin", nn.HingeEmbedding),
		"InfoNCE":        numbered("tau", nn.InfoNCE),
		"NTXent":         numbered("tau", nn.NTXent),
		"Focal":          numbered("gamma", nn.Focal),
		"GaussianNLL": func(c torchCase, _ graph.Dtype, in []*graph.Node) *graph.Node {
			return nn.GaussianNLL(in[0], in[1], in[2], c.reduction())
		},
		"BCEWithLogitsWeighted": func(c torchCase, d graph.Dtype, in []*graph.Node) *graph.Node {
			return nn.BCEWithLogitsWeighted(in[0], in[1], c.given(d, in), c.reduction())
		},
		"SigmoidFocal": func(c torchCase, d graph.Dtype, in []*graph.Node) *graph.Node {
			return nn.SigmoidFocal(in[0], c.given(d, in), c.num("alpha"), c.num("gamma"), c.reduction())
		},
		"CrossEntropy": func(c torchCase, d graph.Dtype, in []*graph.Node) *graph.Node {
			return nn.CrossEntropyWith(in[0], in[1], c.classes(d, in), c.reduction())
		},
		"NLL": func(c torchCase, d graph.Dtype, in []*graph.Node) *graph.Node {
			return nn.NLLWith(in[0], in[1], c.classes(d, in), c.reduction())
		},
		"MultiMargin": func(c torchCase, _ graph.Dtype, in []*graph.Node) *graph.Node {
			return nn.MultiMargin(in[0], in[1], c.num("margin"), int(c.num("p")), c.reduction())
		},
		"TripletMargin": func(c torchCase, _ graph.Dtype, in []*graph.Node) *graph.Node {
			return nn.TripletMargin(in[0], in[1], in[2], c.num("margin"), c.flag("swap"), c.reduction())
		},
		"CosineSimilarity": func(c torchCase, _ graph.Dtype, in []*graph.Node) *graph.Node {
			return nn.CosineSimilarity(in[0], in[1], int(c.num("axis")))
		},
		"CosineEmbedding": func(c torchCase, d graph.Dtype, in []*graph.Node) *graph.Node {
			return nn.CosineEmbedding(in[0], in[1], c.given(d, in), c.num("margin"), c.reduction())
		},
		"CTC": func(c torchCase, _ graph.Dtype, in []*graph.Node) *graph.Node {
			o := nn.CTCOptions{Blank: int(c.num("blank")), ZeroInfinity: c.flag("zero")}
			return nn.CTC(ops.LogSoftmax(in[0], -1), in[1], in[2], in[3], o, c.reduction())
		},
	})
}
