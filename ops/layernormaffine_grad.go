package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// layerNormAffineGrad(x, scale, mean, rstd, dy) gives the cotangents of x, scale and shift; see LayerNormAffine.
type layerNormAffineGrad struct{}

func (layerNormAffineGrad) Name() string { return "layernormaffinegrad" }

func (layerNormAffineGrad) Infer(in []graph.Type) ([]graph.Type, error) {
	return []graph.Type{in[0], in[1], in[1]}, nil
}

// Work sums the cotangents of scale and shift over the rows of each task, and in a second phase over the tasks, in order.
func (layerNormAffineGrad) Work(in, _ []graph.Type) graph.Work {
	w, row := byRow(in[0]), in[1].Bytes()
	w.Phases[1] = 1
	w.Scratch = w.Phases[0] * 2 * row
	return w
}

func (layerNormAffineGrad) Piece(x graph.Shape, task, tasks int) graph.Runs {
	return rowsPiece(x, task, tasks)
}

func (layerNormAffineGrad) Eval(c *graph.Call) error {
	if c.Out[0].Type.Dtype == graph.Float32 {
		layerNormAffineGradRows[float32](c)
	} else {
		layerNormAffineGradRows[float64](c)
	}
	return nil
}

func layerNormAffineGradRows[T graph.Floating](c *graph.Call) {
	in := func(i int) []T { return graph.Data[T](c.In[i]) }
	n := c.In[1].Len()
	sums := elements[T](c.Scratch)
	if c.Phase == 1 {
		dscale, dshift := graph.Data[T](c.Out[1]), graph.Data[T](c.Out[2])
		vec.Fill(dscale, 0)
		vec.Fill(dshift, 0)
		for ; len(sums) >= 2*n && n > 0; sums = sums[2*n:] {
			vec.Add(dscale, dscale, sums[:n])
			vec.Add(dshift, dshift, sums[n:2*n])
		}
		return
	}
	x, scale, mean, rstd, dy, dx := in(0), in(1), in(2), in(3), in(4), graph.Data[T](c.Out[0])
	own := sums[c.Task*2*n : (c.Task+1)*2*n]
	vec.Fill(own, 0)
	for r, hi, _ := rowsOf(c); r < hi; r++ {
		row, cot := x[r*n:(r+1)*n], dy[r*n:(r+1)*n]
		sum, product := vec.NormSums(row, cot, scale, own[:n], own[n:], mean[r], rstd[r])
		vec.MixedScaled(dx[r*n:(r+1)*n], row, cot, scale, mean[r], -product/T(n)*rstd[r]*rstd[r], rstd[r], -sum/T(n)*rstd[r])
	}
}

func (layerNormAffineGrad) Define(in []*graph.Node) []*graph.Node {
	x, rstd, dy := in[0], in[3], in[4]
	z := Mul(Sub(x, in[2]), rstd)
	t := Mul(dy, in[1])
	d := Sub(Sub(t, MeanKeep(t, -1)), Mul(z, MeanKeep(Mul(t, z), -1)))
	sum := func(v *graph.Node) *graph.Node {
		axes := make([]int, v.Shape().Rank()-1)
		for i := range axes {
			axes[i] = i
		}
		if len(axes) == 0 {
			return v
		}
		return Sum(v, axes...)
	}
	return []*graph.Node{Mul(d, rstd), sum(Mul(dy, z)), sum(dy)}
}
