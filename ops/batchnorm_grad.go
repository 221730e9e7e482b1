package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/channels"
)

// batchNormGrad(x, scale, mean, var, dy) gives the cotangents of x, scale and shift; see BatchNorm.
type batchNormGrad struct{ Eps float64 }

func (batchNormGrad) Name() string { return "batchnormgrad" }

func (batchNormGrad) Infer(in []graph.Type) ([]graph.Type, error) {
	t, err := batchNorm{}.Infer([]graph.Type{in[0], in[1], in[1]})
	if err != nil {
		return nil, err
	}
	return []graph.Type{in[0], in[1], in[1]}, wantTypes(in[2:], t[1], t[2], in[0])
}

func (batchNormGrad) Work(in, _ []graph.Type) graph.Work { return byChannel(in[0]) }
func (batchNormGrad) Piece(x graph.Shape, task, tasks int) graph.Runs {
	return channelPiece(x, task, tasks)
}

func (o batchNormGrad) Eval(c *graph.Call) error {
	if c.Out[0].Type.Dtype == graph.Float32 {
		batchNormGradChannel[float32](c, o.Eps)
	} else {
		batchNormGradChannel[float64](c, o.Eps)
	}
	return nil
}

func batchNormGradChannel[T graph.Floating](c *graph.Call, eps float64) {
	in := func(i int) []T { return graph.Data[T](c.In[i]) }
	out := func(i int) []T { return graph.Data[T](c.Out[i]) }
	lo, hi := c.Span(c.In[1].Len())
	channels.Gradient(nchw(c.In[0].Type.Shape), lo, hi, out(0), in(0), in(4), in(1), in(2), in(3), out(1), out(2), eps)
}

func (o batchNormGrad) Define(in []*graph.Node) []*graph.Node {
	x, dy := in[0], in[4]
	of := func(v *graph.Node) *graph.Node { return perChannel(v, x) }
	axes := beside(x.Shape())
	rstd := Rsqrt(Offset(in[3], o.Eps))
	z := Mul(Sub(x, of(in[2])), of(rstd))
	d := Sub(Sub(dy, MeanKeep(dy, axes...)), Mul(z, MeanKeep(Mul(dy, z), axes...)))
	return []*graph.Node{Mul(d, of(Mul(in[1], rstd))), Sum(Mul(dy, z), axes...), Sum(dy, axes...)}
}
