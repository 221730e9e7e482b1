package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// layerNormAffineGrad(x, scale, mean, rstd, dy) gives the cotangents of x, scale and shift; see LayerNormAffine.
type layerNormAffineGrad struct{ rowsThenSums }

func (layerNormAffineGrad) Name() string { return "layernormaffinegrad" }

func (layerNormAffineGrad) Infer(in []graph.Type) ([]graph.Type, error) {
	t, err := layerNormAffine{}.Infer([]graph.Type{in[0], in[1], in[1]})
	if err != nil {
		return nil, err
	}
	return []graph.Type{in[0], in[1], in[1]}, wantTypes(in[2:], t[1], t[2], in[0])
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
		addTasks(sums, graph.Data[T](c.Out[1]), graph.Data[T](c.Out[2]))
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
	return []*graph.Node{Mul(d, rstd), overRows(Mul(dy, z)), overRows(dy)}
}
