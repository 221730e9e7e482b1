package ops

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// Pow returns xᵖ of each element of x, which has a float dtype, for a constant p: ∂y/∂x = p·xᵖ⁻¹. For p = 0 the result is 1 and the
// derivative is 0 everywhere, so that no 0·∞ arises at 0. A power of a negative number is NaN unless p is whole.
// Those of −∞ and −0 are as C99's pow says: their square roots are ∞ and 0, where PyTorch has NaN and −0.
func Pow(x *graph.Node, p float64) *graph.Node { return graph.Apply(pow{P: p}, x) }

type pow struct {
	float
	P float64
}

func (pow) Name() string { return "pow" }

func (o pow) Eval(c *graph.Call) error {
	if c.In[0].Type.Dtype == graph.Float32 {
		power(graph.Data[float32](c.Out[0]), graph.Data[float32](c.In[0]), o.P)
	} else {
		power(graph.Data[float64](c.Out[0]), graph.Data[float64](c.In[0]), o.P)
	}
	return nil
}

func power[T graph.Floating](dst, x []T, p float64) {
	switch p {
	case -1:
		vec.Reciprocal(dst, x)
	case 0:
		vec.Fill(dst, 1)
	case 1:
		copy(dst, x)
	case 2:
		vec.Square(dst, x)
	case 3:
		for i, v := range x {
			dst[i] = T(v*v) * v
		}
	default:
		for i, v := range x {
			dst[i] = T(math.Pow(float64(v), p))
		}
	}
}

func (o pow) VJP(y, dy *graph.Node) []*graph.Node {
	if o.P == 0 {
		return []*graph.Node{nil}
	}
	return []*graph.Node{Mul(dy, Scale(o.P, Pow(y.In()[0], o.P-1)))}
}

// Simplify writes small powers as the kernel computes them.
func (o pow) Simplify(n *graph.Node) *graph.Node {
	x := n.In()[0]
	switch o.P {
	case -1:
		return Reciprocal(x)
	case 0:
		return Like(1, x)
	case 1:
		return x
	case 2:
		return Square(x)
	case 3:
		return Mul(Square(x), x)
	}
	return nil
}

func powInfo() Info {
	f := func(x *graph.Node) *graph.Node { return Pow(x, 2) }
	info := Info{Name: "Pow", Order: 4, Cases: unaryCases(f, Positive), Bad: unaryBad(f)}
	powers := [...]float64{2, 3, 0.5, -1, -1.5, 1, 0, 4}
	for i := range info.Cases {
		p := powers[i%len(powers)]
		info.Cases[i].F = func(in []*graph.Node) []*graph.Node { return []*graph.Node{Pow(in[0], p)} }
		if p == math.Trunc(p) {
			info.Cases[i].In[0].Draw = Nonzero
		}
	}
	return info
}
