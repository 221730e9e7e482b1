package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// Softmax returns eˣ/Σeˣ along an axis.
//
//	y = eˣ/Σeˣ        ∂x = y·(∂y − Σ ∂y·y)
//
// x is floats. Nothing overflows; a row's bits depend on that row alone. A row of −∞ alone gives NaN, and so
// does ∞, beside which all that is less gives 0.
func Softmax(x *graph.Node, axis int) *graph.Node { return alongLast(softmax{}, x, axis) }

type softmax struct{ rowwise }

func (softmax) Name() string { return "softmax" }

func (softmax) Eval(c *graph.Call) error {
	if c.Out[0].Type.Dtype == graph.Float32 {
		softmaxRows[float32](c)
	} else {
		softmaxRows[float64](c)
	}
	return nil
}

func softmaxRows[T graph.Floating](c *graph.Call) {
	x, y := graph.Data[T](c.In[0]), graph.Data[T](c.Out[0])
	for r, hi, n := rowsOf(c); r < hi; r++ {
		to, row := y[r*n:(r+1)*n], x[r*n:(r+1)*n]
		vec.Scale(to, to, 1/vec.ExpSumShift(to, row, shiftOf(row)))
	}
}

func (softmax) Define(in []*graph.Node) []*graph.Node {
	return []*graph.Node{Exp(Sub(in[0], LogSumExpKeep(in[0], -1)))}
}

func (softmax) VJP(y, dy *graph.Node) []*graph.Node {
	return []*graph.Node{graph.Apply(softmaxGrad{}, y, dy)}
}

func (o softmax) Batch(in []*graph.Node, _ []bool) []*graph.Node {
	return []*graph.Node{graph.Apply(o, in...)}
}

// softmaxGrad(y, dy) = y·(dy − Σ dy·y).
type softmaxGrad struct{ rowwise }

func (softmaxGrad) Name() string { return "softmaxgrad" }

func (softmaxGrad) Define(in []*graph.Node) []*graph.Node {
	y, dy := in[0], in[1]
	return []*graph.Node{Mul(y, Sub(dy, SumKeep(Mul(dy, y), -1)))}
}

func (softmaxGrad) Eval(c *graph.Call) error {
	if c.Out[0].Type.Dtype == graph.Float32 {
		softmaxGradRows[float32](c)
	} else {
		softmaxGradRows[float64](c)
	}
	return nil
}

func softmaxGradRows[T graph.Floating](c *graph.Call) {
	y, dy, dx := graph.Data[T](c.In[0]), graph.Data[T](c.In[1]), graph.Data[T](c.Out[0])
	for r, hi, n := rowsOf(c); r < hi; r++ {
		to, d, p := dx[r*n:(r+1)*n], dy[r*n:(r+1)*n], y[r*n:(r+1)*n]
		vec.Affine(to, d, 1, -vec.Dot(d, p))
		vec.Mul(to, to, p)
	}
}

func (o softmaxGrad) Batch(in []*graph.Node, mapped []bool) []*graph.Node {
	return []*graph.Node{graph.Apply(o, Align(in, mapped)...)}
}

func softmaxInfo() Info {
	return Info{Name: "Softmax", Order: 4, Cases: axisCases(one(Softmax), Real, true), Bad: append(axisBad(one(Softmax), graph.Int32, "want float32 or float64, not int32"), Bad{
		"differ; ops.Cast", func(g *graph.Graph) {
			graph.Apply(softmaxGrad{}, g.Input("y", graph.Float32, 2), g.Input("dy", graph.Float64, 2))
		},
	})}
}
