package ops

import (
	"errors"
	"fmt"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/channels"
)

// BatchNorm standardises each channel over the batch, then scales and shifts it (Ioffe & Szegedy, 2015, algorithm 1):
//
//	x [N, C, …]    scale, shift [C]    y = (x − mean)·rstd·scale + shift    mean, var [C], rstd = (var + eps)^−½
//
//	∂x = scale·rstd·(∂y − mean(∂y) − z·mean(∂y·z)), z = (x − mean)·rstd    ∂scale = Σ ∂y·z    ∂shift = Σ ∂y
//
// var is the mean of (x − mean)² over everything but the channel. The statistics are residuals of the derivative, and good to keep running
// means of. Operands are floats of one dtype; there is at least one element of each channel, and eps is not negative.
func BatchNorm(x, scale, shift *graph.Node, eps float64) (y, mean, variance *graph.Node) {
	r := graph.ApplyN(batchNorm{eps}, 3, x, scale, shift)
	return r[0], r[1], r[2]
}

type batchNorm struct{ Eps float64 }

func (batchNorm) Name() string { return "batchnorm" }

func (o batchNorm) Infer(in []graph.Type) ([]graph.Type, error) {
	x, per := in[0].Shape, graph.Type{Dtype: in[0].Dtype, Shape: graph.Of(in[0].Shape.Dim(1))}
	switch {
	case !in[0].Dtype.Float():
		return nil, wantFloat(in[0])
	case x.Rank() < 2:
		return nil, errors.New("want [N, C, …]")
	case x.Size() == 0 && x.Dim(1) > 0:
		return nil, errors.New("there is no mean of no elements")
	case in[1] != per || in[2] != per:
		return nil, fmt.Errorf("want a scale and a shift of %v, not %v and %v", per, in[1], in[2])
	case !(o.Eps >= 0):
		return nil, fmt.Errorf("want an epsilon that is not negative, not %v", o.Eps)
	}
	return []graph.Type{in[0], per, per}, nil
}

// byChannel makes a task of each channel, or of some short ones that lie side by side; a task reads its channels several times, from cache.
func byChannel(x graph.Type) graph.Work {
	return graph.Work{Phases: [3]int{channelTasks(nchw(x.Shape))}}
}

// channelTasks depends on the shape alone: channels of a few hundred elements together, but eight tasks.
func channelTasks(s channels.Shape) int {
	together := max(1, min(512/max(1, s.Len), s.C/8))
	return (s.C + together - 1) / together
}

// channelPiece is the piece of a task of byChannel.
func channelPiece(x graph.Shape, task, tasks int) graph.Runs {
	s := nchw(x)
	lo, hi := task*s.C/tasks, (task+1)*s.C/tasks
	return graph.Runs{At: lo * s.Len, Len: (hi - lo) * s.Len, Apart: s.C * s.Len, Count: s.N}
}

func (batchNorm) Work(in, _ []graph.Type) graph.Work { return byChannel(in[0]) }
func (batchNorm) Piece(x graph.Shape, task, tasks int) graph.Runs {
	return channelPiece(x, task, tasks)
}

func (o batchNorm) Eval(c *graph.Call) error {
	if c.Out[0].Type.Dtype == graph.Float32 {
		batchNormChannel[float32](c, o.Eps)
	} else {
		batchNormChannel[float64](c, o.Eps)
	}
	return nil
}

// nchw lays [N, C, …] out for package channels.
func nchw(s graph.Shape) channels.Shape {
	return channels.Shape{N: s.Dim(0), C: s.Dim(1), Len: s.Cut(2, graph.MaxRank).Size()}
}

func batchNormChannel[T graph.Floating](c *graph.Call, eps float64) {
	in := func(i int) []T { return graph.Data[T](c.In[i]) }
	out := func(i int) []T { return graph.Data[T](c.Out[i]) }
	lo, hi := c.Span(c.In[1].Len())
	channels.Normalize(nchw(c.In[0].Type.Shape), lo, hi, out(0), in(0), in(1), in(2), out(1), out(2), eps)
}

func (o batchNorm) Define(in []*graph.Node) []*graph.Node {
	axes := beside(in[0].Shape())
	mean := MeanKeep(in[0], axes...)
	d := Sub(in[0], mean)
	variance := MeanKeep(Square(d), axes...)
	y := Add(Mul(Mul(d, Rsqrt(Offset(variance, o.Eps))), perChannel(in[1], in[0])), perChannel(in[2], in[0]))
	return []*graph.Node{y, ReshapeTo(mean, in[1].Shape()), ReshapeTo(variance, in[1].Shape())}
}

// beside lists the axes of [N, C, …] but C.
func beside(s graph.Shape) []int {
	axes := []int{0}
	for i := 2; i < s.Rank(); i++ {
		axes = append(axes, i)
	}
	return axes
}

// perChannel makes [1, C, 1, …] of [C].
func perChannel(v, x *graph.Node) *graph.Node {
	d := make([]int, x.Shape().Rank())
	for i := range d {
		d[i] = 1
	}
	d[1] = v.Shape().Dim(0)
	return Reshape(v, d...)
}

// Restore rounds as the kernel does.
func (o batchNorm) Restore(in, stats []*graph.Node) *graph.Node {
	of := func(v *graph.Node) *graph.Node { return perChannel(v, in[0]) }
	rstd := Cast(Reciprocal(Sqrt(Offset(Cast(stats[1], graph.Float64), o.Eps))), in[0].Dtype())
	return Add(Mul(Sub(in[0], of(stats[0])), of(Mul(rstd, in[1]))), of(in[2]))
}

// VJPs covers the usual case; a cotangent of the statistics is left to the definition.
func (o batchNorm) VJPs(ys, dys []*graph.Node) []*graph.Node {
	if dys[0] == nil || dys[1] != nil || dys[2] != nil {
		return nil
	}
	return graph.ApplyN(batchNormGrad(o), 3, ys[0].In()[0], ys[0].In()[1], ys[1], ys[2], dys[0])
}
