package ops

import (
	"errors"
	"fmt"
	"math"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// RMSNorm divides each row along the last axis by its root mean square, and scales each place in it (Zhang & Sennrich, 2019, eq. 4):
//
//	x [r…, n]    scale [n]    y = x·rrms·scale    rrms = (mean(x²) + eps)^−½ [r…, 1]
//
// With z = x·rrms and d = ∂y·scale: ∂x = rrms·(d − z·mean(d·z)) and ∂scale = Σ ∂y·z over all rows. rrms is a residual of the derivative.
// Operands are floats of one dtype, the last axis is not empty, eps is not negative. A row's bits depend on that row alone.
func RMSNorm(x, scale *graph.Node, eps float64) (y, rrms *graph.Node) {
	r := graph.ApplyN(rmsNorm{eps}, 2, x, scale)
	return r[0], r[1]
}

type rmsNorm struct{ Eps float64 }

func (rmsNorm) Name() string { return "rmsnorm" }

func (o rmsNorm) Infer(in []graph.Type) ([]graph.Type, error) {
	s := in[0].Shape
	switch per := (graph.Type{Dtype: in[0].Dtype, Shape: graph.Of(s.Dim(-1))}); {
	case !in[0].Dtype.Float():
		return nil, wantFloat(in[0])
	case s.Rank() == 0 || s.Dim(-1) == 0:
		return nil, errors.New("want a last axis that is not empty")
	case in[1] != per:
		return nil, fmt.Errorf("want a scale of %v, not %v", per, in[1])
	case !(o.Eps >= 0):
		return nil, fmt.Errorf("want an epsilon that is not negative, not %v", o.Eps)
	}
	return []graph.Type{in[0], {Dtype: in[0].Dtype, Shape: s.WithDim(-1, 1)}}, nil
}

func (rmsNorm) Work(in, _ []graph.Type) graph.Work { return byRow(in[0]) }

func (rmsNorm) Piece(x graph.Shape, task, tasks int) graph.Runs { return rowsPiece(x, task, tasks) }

func (o rmsNorm) Eval(c *graph.Call) error {
	if c.Out[0].Type.Dtype == graph.Float32 {
		rmsNormRows[float32](c, o.Eps)
	} else {
		rmsNormRows[float64](c, o.Eps)
	}
	return nil
}

func rmsNormRows[T graph.Floating](c *graph.Call, eps float64) {
	x, scale, y, rrms := graph.Data[T](c.In[0]), graph.Data[T](c.In[1]), graph.Data[T](c.Out[0]), graph.Data[T](c.Out[1])
	for r, hi, n := rowsOf(c); r < hi; r++ {
		row := x[r*n : (r+1)*n]
		rrms[r] = T(1 / math.Sqrt(float64(vec.Dot(row, row)/T(n))+eps))
		vec.MulScaled(y[r*n:(r+1)*n], row, scale, rrms[r])
	}
}

func (o rmsNorm) Define(in []*graph.Node) []*graph.Node {
	rrms := Rsqrt(Offset(MeanKeep(Square(in[0]), -1), o.Eps))
	return []*graph.Node{Mul(Mul(in[0], rrms), in[1]), rrms}
}

// Restore rounds as the kernel does.
func (rmsNorm) Restore(in, stats []*graph.Node) *graph.Node {
	return Mul(Mul(stats[0], in[0]), in[1])
}

// VJPs covers the usual case; a cotangent of rrms is left to the definition.
func (rmsNorm) VJPs(ys, dys []*graph.Node) []*graph.Node {
	if dys[0] == nil || dys[1] != nil {
		return nil
	}
	return graph.ApplyN(rmsNormGrad{}, 2, ys[0].In()[0], ys[0].In()[1], ys[1], dys[0])
}
