package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// LogSoftmax returns the logarithm of Softmax along an axis, without taking the logarithm of a small number.
//
//	y = x − ln Σeˣ        ∂x = ∂y − e^y·Σ ∂y
//
// x is floats. A row of −∞ alone gives NaN, and so does ∞, beside which all that is less gives −∞.
func LogSoftmax(x *graph.Node, axis int) *graph.Node { return alongLast(logSoftmax{}, x, axis) }

type logSoftmax struct{ rowwise }

func (logSoftmax) Name() string { return "logsoftmax" }

func (logSoftmax) Eval(c *graph.Call) error {
	if c.Out[0].Type.Dtype == graph.Float32 {
		logSoftmaxRows[float32](c)
	} else {
		logSoftmaxRows[float64](c)
	}
	return nil
}

func logSoftmaxRows[T graph.Floating](c *graph.Call) {
	x, y := graph.Data[T](c.In[0]), graph.Data[T](c.Out[0])
	for r, hi, n := rowsOf(c); r < hi; r++ {
		to, row := y[r*n:(r+1)*n], x[r*n:(r+1)*n]
		shift, log := logSum(row)
		vec.Affine(to, row, 1, -shift)
		vec.Affine(to, to, 1, -log)
	}
}

func (logSoftmax) Define(in []*graph.Node) []*graph.Node {
	return []*graph.Node{Sub(in[0], LogSumExpKeep(in[0], -1))}
}

func (logSoftmax) VJP(y, dy *graph.Node) []*graph.Node {
	return []*graph.Node{graph.Apply(logSoftmaxGrad{}, y, dy)}
}

func (o logSoftmax) Batch(in []*graph.Node, _ []bool) []*graph.Node {
	return []*graph.Node{graph.Apply(o, in...)}
}

// logSoftmaxGrad(y, dy) = dy − e^y·Σ dy.
type logSoftmaxGrad struct{ rowwise }

func (logSoftmaxGrad) Name() string { return "logsoftmaxgrad" }

func (logSoftmaxGrad) Define(in []*graph.Node) []*graph.Node {
	y, dy := in[0], in[1]
	return []*graph.Node{Sub(dy, Mul(Exp(y), SumKeep(dy, -1)))}
}

func (logSoftmaxGrad) Eval(c *graph.Call) error {
	if c.Out[0].Type.Dtype == graph.Float32 {
		logSoftmaxGradRows[float32](c)
	} else {
		logSoftmaxGradRows[float64](c)
	}
	return nil
}

func logSoftmaxGradRows[T graph.Floating](c *graph.Call) {
	y, dy, dx := graph.Data[T](c.In[0]), graph.Data[T](c.In[1]), graph.Data[T](c.Out[0])
	for r, hi, n := rowsOf(c); r < hi; r++ {
		to, d := dx[r*n:(r+1)*n], dy[r*n:(r+1)*n]
		vec.Exp(to, y[r*n:(r+1)*n])
		vec.Scale(to, to, vec.Sum(d))
		vec.Sub(to, d, to)
	}
}

func (o logSoftmaxGrad) Batch(in []*graph.Node, mapped []bool) []*graph.Node {
	return []*graph.Node{graph.Apply(o, Align(in, mapped)...)}
}

func logSoftmaxInfo() Info {
	return Info{Name: "LogSoftmax", Order: 4, Cases: axisCases(one(LogSoftmax), Real, true), Bad: axisBad(one(LogSoftmax), graph.Int32, "want float32 or float64, not int32")}
}
