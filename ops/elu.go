package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// ELU returns x where it is above 0, and α·(eˣ − 1) elsewhere, of each element of x, which has a float dtype, for a constant α (Clevert
// et al., 2015): ∂y/∂x is 1 where x > 0, and α·eˣ = y + α elsewhere, at the kink by convention. At NaN the derivative is NaN, where
// PyTorch has 1.
func ELU(x *graph.Node, alpha float64) *graph.Node {
	return graph.Apply(elu{Scale: 1, Low: alpha, Rate: 1}, x)
}

// elu is Scale·x above 0, and Low·(e^(Rate·x) − 1) elsewhere.
type elu struct {
	Pointwise
	Scale, Low, Rate float64
}

func (elu) Name() string { return "elu" }

func (o elu) Eval(c *graph.Call) error {
	if c.In[0].Type.Dtype == graph.Float32 {
		vec.ELU(graph.Data[float32](c.Out[0]), graph.Data[float32](c.In[0]), float32(o.Scale), o.Low, o.Rate)
	} else {
		vec.ELU(graph.Data[float64](c.Out[0]), graph.Data[float64](c.In[0]), o.Scale, o.Low, o.Rate)
	}
	return nil
}

// Partial reads the result below the kink: Rate·Low·e^(Rate·x) = Rate·(y + Low).
func (o elu) Partial(y *graph.Node, _ int) *graph.Node {
	x := y.In()[0]
	return Where(Less(Like(0, x), x), Like(o.Scale, x), Affine(o.Rate, y, o.Rate*o.Low))
}

// eluCases give one member of the family to every case in turn.
func eluCases(fs ...func(x *graph.Node) *graph.Node) []Case {
	cs := unaryCases(fs[0], Nonzero)
	for i := range cs {
		f := fs[i%len(fs)]
		cs[i].F = func(in []*graph.Node) []*graph.Node { return []*graph.Node{f(in[0])} }
	}
	return cs
}

func eluInfo() Info {
	with := func(alpha float64) func(x *graph.Node) *graph.Node {
		return func(x *graph.Node) *graph.Node { return ELU(x, alpha) }
	}
	return Info{Name: "ELU", Order: 4, Cases: eluCases(with(1), with(0.3), with(2)), Bad: unaryBad(with(1))}
}
