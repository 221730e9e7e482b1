package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// rmsNormGrad(x, scale, rrms, dy) gives the cotangents of x and scale; see RMSNorm.
type rmsNormGrad struct{ rowsThenSums }

func (rmsNormGrad) Name() string { return "rmsnormgrad" }

func (rmsNormGrad) Infer(in []graph.Type) ([]graph.Type, error) {
	t, err := rmsNorm{}.Infer(in[:2])
	if err != nil {
		return nil, err
	}
	return in[:2], wantTypes(in[2:], t[1], in[0])
}

func (rmsNormGrad) Eval(c *graph.Call) error {
	if c.Out[0].Type.Dtype == graph.Float32 {
		rmsNormGradRows[float32](c)
	} else {
		rmsNormGradRows[float64](c)
	}
	return nil
}

func rmsNormGradRows[T graph.Floating](c *graph.Call) {
	n, sums := c.In[1].Len(), elements[T](c.Scratch)
	if c.Phase == 1 {
		addTasks(sums, graph.Data[T](c.Out[1]))
		return
	}
	x, scale, rrms, dy, dx := graph.Data[T](c.In[0]), graph.Data[T](c.In[1]), graph.Data[T](c.In[2]), graph.Data[T](c.In[3]), graph.Data[T](c.Out[0])
	dscale := sums[c.Task*n : (c.Task+1)*n]
	vec.Fill(dscale, 0)
	for r, hi, _ := rowsOf(c); r < hi; r++ {
		row, cot := x[r*n:(r+1)*n], dy[r*n:(r+1)*n]
		product := vec.RMSSums(row, cot, scale, dscale, rrms[r])
		vec.MixedScaled(dx[r*n:(r+1)*n], row, cot, scale, 0, -product/T(n)*rrms[r]*rrms[r], rrms[r], 0)
	}
}

func (rmsNormGrad) Define(in []*graph.Node) []*graph.Node {
	z := Mul(in[0], in[2])
	d := Mul(in[3], in[1])
	dx := Mul(Sub(d, Mul(z, MeanKeep(Mul(d, z), -1))), in[2])
	return []*graph.Node{dx, overRows(Mul(in[3], z))}
}
