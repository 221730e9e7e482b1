package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// LayerNormAffine is LayerNorm followed by a scale and a shift of each place in a row, in one pass:
//
//	x [r…, n]    scale, shift [n]    y = (x − mean)·rstd·scale + shift    mean, rstd [r…, 1]
//
// With z = (x − mean)·rstd and d = ∂y·scale: ∂x = rstd·(d − mean(d) − z·mean(d·z)), ∂scale = Σ ∂y·z and ∂shift = Σ ∂y over all rows.
// Operands are floats of one dtype. A row's bits depend on that row alone.
func LayerNormAffine(x, scale, shift *graph.Node, eps float64) (y, mean, rstd *graph.Node) {
	r := graph.ApplyN(layerNormAffine{eps}, 3, x, scale, shift)
	return r[0], r[1], r[2]
}

type layerNormAffine struct{ Eps float64 }

func (layerNormAffine) Name() string { return "layernormaffine" }

func (o layerNormAffine) Infer(in []graph.Type) ([]graph.Type, error) {
	out, err := layerNorm(o).Infer(in[:1])
	if err != nil {
		return nil, err
	}
	if per := (graph.Type{Dtype: in[0].Dtype, Shape: graph.Of(in[0].Shape.Dim(-1))}); in[1] != per || in[2] != per {
		return nil, fmt.Errorf("want a scale and a shift of %v, not %v and %v", per, in[1], in[2])
	}
	return out, nil
}

func (layerNormAffine) Work(in, _ []graph.Type) graph.Work { return byRow(in[0]) }

func (layerNormAffine) Piece(x graph.Shape, task, tasks int) graph.Runs {
	return rowsPiece(x, task, tasks)
}

func (o layerNormAffine) Eval(c *graph.Call) error {
	if c.Out[0].Type.Dtype == graph.Float32 {
		layerNormAffineRows[float32](c, o.Eps)
	} else {
		layerNormAffineRows[float64](c, o.Eps)
	}
	return nil
}

func layerNormAffineRows[T graph.Floating](c *graph.Call, eps float64) {
	x, scale, shift := graph.Data[T](c.In[0]), graph.Data[T](c.In[1]), graph.Data[T](c.In[2])
	y, mean, rstd := graph.Data[T](c.Out[0]), graph.Data[T](c.Out[1]), graph.Data[T](c.Out[2])
	for r, hi, n := rowsOf(c); r < hi; r++ {
		row := x[r*n : (r+1)*n]
		mean[r], rstd[r] = statistics(row, eps)
		vec.Normalized(y[r*n:(r+1)*n], row, scale, shift, mean[r], rstd[r])
	}
}

func (o layerNormAffine) Define(in []*graph.Node) []*graph.Node {
	y, mean, rstd := LayerNorm(in[0], o.Eps)
	return []*graph.Node{Add(Mul(y, in[1]), in[2]), mean, rstd}
}

// Restore rounds as the kernel does.
func (layerNormAffine) Restore(in, stats []*graph.Node) *graph.Node {
	return Add(Mul(Mul(Sub(in[0], stats[0]), stats[1]), in[1]), in[2])
}

// VJPs covers the usual case; a cotangent of the statistics is left to the definition.
func (layerNormAffine) VJPs(ys, dys []*graph.Node) []*graph.Node {
	if dys[0] == nil || dys[1] != nil || dys[2] != nil {
		return nil
	}
	return graph.ApplyN(layerNormAffineGrad{}, 3, ys[0].In()[0], ys[0].In()[1], ys[1], ys[2], dys[0])
}
