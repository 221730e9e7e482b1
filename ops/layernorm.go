package ops

import (
	"errors"
	"fmt"
	"math"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// LayerNorm standardises each row along the last axis (Ba et al., 2016, eq. 4), without scale and shift.
//
//	y = (x − mean)·rstd        rstd = (var + eps)^−½        ∂x = rstd·(∂y − mean(∂y) − y·mean(∂y·y))
//
// var is the mean of (x − mean)². The statistics, with a last axis of size 1, are results: residuals of the derivative, and good to
// look at. x is floats, its last axis not empty; eps is not negative. A row's bits depend on that row alone.
func LayerNorm(x *graph.Node, eps float64) (y, mean, rstd *graph.Node) {
	r := graph.ApplyN(layerNorm{eps}, 3, x)
	return r[0], r[1], r[2]
}

type layerNorm struct{ Eps float64 }

func (layerNorm) Name() string { return "layernorm" }

func (o layerNorm) Infer(in []graph.Type) ([]graph.Type, error) {
	s := in[0].Shape
	if !in[0].Dtype.Float() {
		return nil, wantFloat(in[0])
	}
	if s.Rank() == 0 || s.Dim(-1) == 0 {
		return nil, errors.New("want a last axis that is not empty")
	}
	if !(o.Eps >= 0) {
		return nil, fmt.Errorf("want an epsilon that is not negative, not %v", o.Eps)
	}
	stat := graph.Type{Dtype: in[0].Dtype, Shape: s.WithDim(-1, 1)}
	return []graph.Type{in[0], stat, stat}, nil
}

func (layerNorm) Work(in, _ []graph.Type) graph.Work { return byRow(in[0]) }

func (layerNorm) Piece(x graph.Shape, task, tasks int) graph.Runs { return rowsPiece(x, task, tasks) }

func (o layerNorm) Eval(c *graph.Call) error {
	if c.Out[0].Type.Dtype == graph.Float32 {
		layerNormRows[float32](c, o.Eps)
	} else {
		layerNormRows[float64](c, o.Eps)
	}
	return nil
}

func layerNormRows[T graph.Floating](c *graph.Call, eps float64) {
	x, y, mean, rstd := graph.Data[T](c.In[0]), graph.Data[T](c.Out[0]), graph.Data[T](c.Out[1]), graph.Data[T](c.Out[2])
	for r, hi, n := rowsOf(c); r < hi; r++ {
		row := x[r*n : (r+1)*n]
		mean[r], rstd[r] = statistics(row, eps)
		vec.Shifted(y[r*n:(r+1)*n], row, mean[r], rstd[r], 0)
	}
}

// statistics are mean and (var + eps)^−½ of a row.
func statistics[T graph.Floating](row []T, eps float64) (mean, rstd T) {
	mean, squares := vec.Moments(row)
	return mean, T(1 / math.Sqrt(float64(squares/T(len(row)))+eps))
}

func (o layerNorm) Define(in []*graph.Node) []*graph.Node {
	mean := MeanKeep(in[0], -1)
	d := Sub(in[0], mean)
	rstd := Rsqrt(Offset(MeanKeep(Square(d), -1), o.Eps))
	return []*graph.Node{Mul(d, rstd), mean, rstd}
}

// Restore rounds as the kernel does, which adds 0: there is no −0.
func (layerNorm) Restore(in, stats []*graph.Node) *graph.Node {
	y := Mul(Sub(in[0], stats[0]), stats[1])
	return Add(y, Like(0, y))
}

// VJPs covers the usual case; a cotangent of the statistics is left to the definition.
func (layerNorm) VJPs(ys, dys []*graph.Node) []*graph.Node {
	if dys[0] == nil || dys[1] != nil || dys[2] != nil {
		return nil
	}
	return []*graph.Node{graph.Apply(layerNormGrad{}, ys[0], ys[2], dys[0])}
}

func (o layerNorm) Batch(in []*graph.Node, _ []bool) []*graph.Node { return graph.ApplyN(o, 3, in...) }

// layerNormGrad(y, rstd, dy) = rstd·(dy − mean(dy) − y·mean(dy·y)).
type layerNormGrad struct{}

func (layerNormGrad) Name() string                       { return "layernormgrad" }
func (layerNormGrad) Work(in, _ []graph.Type) graph.Work { return byRow(in[0]) }

func (layerNormGrad) Infer(in []graph.Type) ([]graph.Type, error) {
	t, err := layerNorm{}.Infer(in[:1])
	if err != nil {
		return nil, err
	}
	return in[:1], wantTypes(in[1:], t[2], in[0])
}

func (layerNormGrad) Piece(x graph.Shape, task, tasks int) graph.Runs {
	return rowsPiece(x, task, tasks)
}

func (layerNormGrad) Define(in []*graph.Node) []*graph.Node {
	y, rstd, dy := in[0], in[1], in[2]
	d := Sub(Sub(dy, MeanKeep(dy, -1)), Mul(y, MeanKeep(Mul(dy, y), -1)))
	return []*graph.Node{Mul(d, rstd)}
}

func (layerNormGrad) Eval(c *graph.Call) error {
	if c.Out[0].Type.Dtype == graph.Float32 {
		layerNormGradRows[float32](c)
	} else {
		layerNormGradRows[float64](c)
	}
	return nil
}

func layerNormGradRows[T graph.Floating](c *graph.Call) {
	y, rstd, dy, dx := graph.Data[T](c.In[0]), graph.Data[T](c.In[1]), graph.Data[T](c.In[2]), graph.Data[T](c.Out[0])
	for r, hi, n := rowsOf(c); r < hi; r++ {
		row, d := y[r*n:(r+1)*n], dy[r*n:(r+1)*n]
		sum, product := vec.SumDotShift(row, d, 0)
		vec.Mixed(dx[r*n:(r+1)*n], row, d, 0, -product/T(n)*rstd[r], rstd[r], -sum/T(n)*rstd[r])
	}
}

func (o layerNormGrad) Batch(in []*graph.Node, mapped []bool) []*graph.Node {
	return []*graph.Node{graph.Apply(o, Align(in, mapped)...)}
}
