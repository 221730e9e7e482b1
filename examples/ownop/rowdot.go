package ownop

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// RowDot returns Σₖ a[…, k]·b[…, k], the dot product of each row of a with the same row of b: ∂y/∂a = b, ∂y/∂b = a, row by row.
//
//	a [..., n]    b [..., n]    y [...]
func RowDot(a, b *graph.Node) *graph.Node { return graph.Apply(rowDot{}, a, b) }

// rowDot is not pointwise: it says for itself which shape its result has, and how it is batched.
type rowDot struct{}

func (rowDot) Name() string { return "rowdot" }

// Infer gives the type of the result, or says in one clause what was wanted; the place and the operands are put before it.
func (rowDot) Infer(in []graph.Type) ([]graph.Type, error) {
	if in[0] != in[1] || in[0].Shape.Rank() < 1 || !in[0].Dtype.Float() {
		return nil, fmt.Errorf("want two arrays of floats of one shape [..., n]")
	}
	return []graph.Type{{Dtype: in[0].Dtype, Shape: in[0].Shape.Cut(0, in[0].Shape.Rank()-1)}}, nil
}

// Eval computes it, for both float types.
func (rowDot) Eval(c *graph.Call) error {
	if c.Out[0].Type.Dtype == graph.Float32 {
		dots(graph.Data[float32](c.Out[0]), graph.Data[float32](c.In[0]), graph.Data[float32](c.In[1]))
	} else {
		dots(graph.Data[float64](c.Out[0]), graph.Data[float64](c.In[0]), graph.Data[float64](c.In[1]))
	}
	return nil
}

func dots[T float32 | float64](y, a, b []T) {
	n := len(a) / max(1, len(y))
	for i := range y {
		y[i] = 0 // results are written in full: what lay there before is anything
		for k := i * n; k < (i+1)*n; k++ {
			y[i] += a[k] * b[k]
		}
	}
}

// VJP pulls the cotangent of the result back to each operand.
func (rowDot) VJP(y, dy *graph.Node) []*graph.Node {
	d := ops.Unsqueeze(dy, -1)
	return []*graph.Node{ops.Mul(d, y.In()[1]), ops.Mul(d, y.In()[0])}
}

// Batch applies it to all rows of mapped operands at once: a leading axis more is nothing new here. Without it vmap refuses the op.
func (rowDot) Batch(in []*graph.Node, mapped []bool) []*graph.Node {
	in = ops.Align(in, mapped)
	return []*graph.Node{RowDot(in[0], in[1])}
}
