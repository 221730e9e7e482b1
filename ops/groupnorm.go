package ops

import (
	"errors"
	"fmt"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/channels"
)

// GroupNorm standardises groups of neighbouring channels of each example, then scales and shifts each channel (Wu & He, 2018, section 3.1):
//
//	x [N, C, …]    scale, shift [C]    y = (x − mean)·rstd·scale + shift    mean, rstd [N, groups], rstd = (var + eps)^−½
//
// With z = (x − mean)·rstd and d = ∂y·scale: ∂x = rstd·(d − mean(d) − z·mean(d·z)), means taken over a group; ∂scale = Σ ∂y·z and
// ∂shift = Σ ∂y over everything but the channel. As many groups as channels are instance normalisation. The statistics are residuals of
// the derivative. Operands are floats of one dtype, groups divide C and are not empty, eps is not negative. A group's bits depend on that
// group alone.
func GroupNorm(x, scale, shift *graph.Node, groups int, eps float64) (y, mean, rstd *graph.Node) {
	r := graph.ApplyN(groupNorm{groups, eps}, 3, x, scale, shift)
	return r[0], r[1], r[2]
}

type groupNorm struct {
	Groups int
	Eps    float64
}

func (groupNorm) Name() string { return "groupnorm" }

func (o groupNorm) Infer(in []graph.Type) ([]graph.Type, error) {
	x, per := in[0].Shape, graph.Type{Dtype: in[0].Dtype, Shape: graph.Of(in[0].Shape.Dim(1))}
	switch {
	case !in[0].Dtype.Float():
		return nil, wantFloat(in[0])
	case x.Rank() < 2:
		return nil, errors.New("want [N, C, …]")
	case o.Groups < 1 || x.Dim(1)%o.Groups != 0:
		return nil, fmt.Errorf("%d groups do not divide %d channels", o.Groups, x.Dim(1))
	case x.Cut(1, x.Rank()).Size() == 0:
		return nil, errors.New("there is no mean of no elements")
	case in[1] != per || in[2] != per:
		return nil, fmt.Errorf("want a scale and a shift of %v, not %v and %v", per, in[1], in[2])
	case !(o.Eps >= 0):
		return nil, fmt.Errorf("want an epsilon that is not negative, not %v", o.Eps)
	}
	stat := graph.Type{Dtype: in[0].Dtype, Shape: graph.Of(x.Dim(0), o.Groups)}
	return []graph.Type{in[0], stat, stat}, nil
}

// byGroup cuts the groups of all examples into tasks.
func byGroup(x graph.Shape, groups int) graph.Work {
	return graph.Work{Phases: [3]int{share(x.Dim(0)*groups, 4*x.Cut(1, x.Rank()).Size()/groups)}}
}

// groupPiece is the piece of a task of byGroup.
func groupPiece(x graph.Shape, groups, task, tasks int) graph.Runs {
	lo, hi := (&graph.Call{Task: task, Tasks: tasks}).Span(x.Dim(0) * groups)
	n := x.Cut(1, x.Rank()).Size() / groups
	return graph.Runs{At: lo * n, Len: (hi - lo) * n, Count: 1}
}

func (o groupNorm) Work(in, _ []graph.Type) graph.Work { return byGroup(in[0].Shape, o.Groups) }

func (o groupNorm) Piece(x graph.Shape, task, tasks int) graph.Runs {
	return groupPiece(x, o.Groups, task, tasks)
}

func (o groupNorm) Eval(c *graph.Call) error {
	if c.Out[0].Type.Dtype == graph.Float32 {
		groupNormTask[float32](c, o)
	} else {
		groupNormTask[float64](c, o)
	}
	return nil
}

func groupNormTask[T graph.Floating](c *graph.Call, o groupNorm) {
	x, scale, shift := graph.Data[T](c.In[0]), graph.Data[T](c.In[1]), graph.Data[T](c.In[2])
	y, mean, rstd := graph.Data[T](c.Out[0]), graph.Data[T](c.Out[1]), graph.Data[T](c.Out[2])
	per := len(scale) / o.Groups
	for i, hi := c.Span(len(mean)); i < hi; i++ {
		n, k := len(x)/len(mean), i%o.Groups*per
		mean[i], rstd[i] = channels.NormalizeGroup(y[i*n:(i+1)*n], x[i*n:(i+1)*n], scale[k:k+per], shift[k:k+per], o.Eps)
	}
}

func (o groupNorm) Define(in []*graph.Node) []*graph.Node {
	x, s := in[0], in[0].Shape()
	y, mean, rstd := LayerNorm(ReshapeTo(x, graph.Of(s.Dim(0), o.Groups, s.Cut(1, s.Rank()).Size()/o.Groups)), o.Eps)
	stat := graph.Of(s.Dim(0), o.Groups)
	y = Add(Mul(ReshapeTo(y, s), perChannel(in[1], x)), perChannel(in[2], x))
	return []*graph.Node{y, ReshapeTo(mean, stat), ReshapeTo(rstd, stat)}
}

// Restore rounds as the kernel does.
func (o groupNorm) Restore(in, stats []*graph.Node) *graph.Node {
	x, s := in[0], in[0].Shape()
	n, c := s.Dim(0), s.Dim(1)
	one := make([]int, s.Rank())
	for i := range one {
		one[i] = 1
	}
	one[0], one[1] = n, c
	of := func(stat *graph.Node) *graph.Node { return Reshape(stat, n, o.Groups, 1) }
	mean := Reshape(Expand(of(stats[0]), n, o.Groups, c/o.Groups), one...)
	a := Reshape(Mul(of(stats[1]), Reshape(in[1], o.Groups, c/o.Groups)), one...)
	return Add(Mul(Sub(x, mean), a), perChannel(in[2], x))
}

// VJPs covers the usual case; a cotangent of the statistics is left to the definition.
func (o groupNorm) VJPs(ys, dys []*graph.Node) []*graph.Node {
	if dys[0] == nil || dys[1] != nil || dys[2] != nil {
		return nil
	}
	return graph.ApplyN(groupNormGrad{o.Groups}, 3, ys[0].In()[0], ys[0].In()[1], ys[1], ys[2], dys[0])
}
