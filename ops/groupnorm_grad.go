package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/channels"
)

// groupNormGrad(x, scale, mean, rstd, dy) gives the cotangents of x, scale and shift; see GroupNorm.
type groupNormGrad struct{ Groups int }

func (groupNormGrad) Name() string { return "groupnormgrad" }

func (o groupNormGrad) Infer(in []graph.Type) ([]graph.Type, error) {
	t, err := groupNorm{Groups: o.Groups}.Infer([]graph.Type{in[0], in[1], in[1]})
	if err != nil {
		return nil, err
	}
	return []graph.Type{in[0], in[1], in[1]}, wantTypes(in[2:], t[1], t[2], in[0])
}

// Work adds up, in a second phase, what the examples give to the cotangents of scale and shift, in float64 and in order.
func (o groupNormGrad) Work(in, _ []graph.Type) graph.Work {
	w := byGroup(in[0].Shape, o.Groups)
	w.Phases[1] = 1
	w.Scratch = 2 * in[0].Shape.Cut(0, 2).Size() * graph.Float64.Size()
	return w
}

func (o groupNormGrad) Piece(x graph.Shape, task, tasks int) graph.Runs {
	return groupPiece(x, o.Groups, task, tasks)
}

func (o groupNormGrad) Eval(c *graph.Call) error {
	if c.Out[0].Type.Dtype == graph.Float32 {
		groupNormGradTask[float32](c, o.Groups)
	} else {
		groupNormGradTask[float64](c, o.Groups)
	}
	return nil
}

func groupNormGradTask[T graph.Floating](c *graph.Call, groups int) {
	x, scale, mean, rstd, dy := graph.Data[T](c.In[0]), graph.Data[T](c.In[1]), graph.Data[T](c.In[2]), graph.Data[T](c.In[3]), graph.Data[T](c.In[4])
	dx, dscale, dshift := graph.Data[T](c.Out[0]), graph.Data[T](c.Out[1]), graph.Data[T](c.Out[2])
	all := elements[float64](c.Scratch)
	scales, shifts := all[:len(all)/2], all[len(all)/2:] // of each channel of each example
	if c.Phase == 1 {
		for k := range dscale {
			var a, b float64
			for i := k; i < len(scales); i += len(dscale) {
				a += scales[i]
				b += shifts[i]
			}
			dscale[k], dshift[k] = T(a), T(b)
		}
		return
	}
	per := len(scale) / groups
	for i, hi := c.Span(len(mean)); i < hi; i++ {
		lo, k, at := i*(len(x)/len(mean)), i%groups*per, i*per
		end := lo + len(x)/len(mean)
		channels.GradientGroup(dx[lo:end], x[lo:end], dy[lo:end], scale[k:k+per], mean[i], rstd[i], scales[at:at+per], shifts[at:at+per])
	}
}

func (o groupNormGrad) Define(in []*graph.Node) []*graph.Node {
	x, scale, s := in[0], in[1], in[0].Shape()
	of := graph.Of(s.Dim(0), o.Groups, s.Cut(1, s.Rank()).Size()/o.Groups)
	grouped := func(v *graph.Node) *graph.Node { return ReshapeTo(v, of) }
	rstd := Unsqueeze(in[3], -1)
	z := Mul(Sub(grouped(x), Unsqueeze(in[2], -1)), rstd)
	d := grouped(Mul(in[4], perChannel(scale, x)))
	dx := Mul(Sub(Sub(d, MeanKeep(d, -1)), Mul(z, MeanKeep(Mul(d, z), -1))), rstd)
	axes := beside(s)
	return []*graph.Node{ReshapeTo(dx, s), Sum(Mul(in[4], ReshapeTo(z, s)), axes...), Sum(in[4], axes...)}
}
