package ops

import (
	"fmt"
	"math/rand/v2"

	"github.com/kedja-ml/kedja/graph"
)

// PutAlongAxis sets elements of each line of x along an axis where the indices say, as NumPy's put_along_axis does; of several for one
// place, the last stays.
//
//	y = x, then y[a…, index[a…, j, b…], b…] = u[a…, j, b…] in the order of j
//
// The derivative goes to x where nothing was set, and to the elements of u that stayed. x and u are of one dtype, index of int32 or int64 has
// the shape of u; sizes are those of x but for the axis. A number out of range is an error of the run.
func PutAlongAxis(x, index, u *graph.Node, axis int) *graph.Node {
	return written("putalongaxis", x, index, u, axis, func(x, index, u *graph.Node) *graph.Node {
		kept, here := lastOf(index, u, x.Shape().Dim(-1))
		return Where(here, kept, x)
	})
}

// MaxAlongAxis keeps the larger of an element of x and all those of u that the indices send to its place: PyTorch's scatter_reduce with amax.
//
//	y[…, k, …] = max(x[…, k, …], all u[a…, j, b…] with index[a…, j, b…] = k)
//
// The derivative goes to the largest, to the last of equals in u, and half to each of x and u if they are equal. Otherwise it is as
// PutAlongAxis, for numbers. NaN is larger than any number.
func MaxAlongAxis(x, index, u *graph.Node, axis int) *graph.Node {
	return written("maxalongaxis", x, index, u, axis, largestAt)
}

// MinAlongAxis keeps the smaller of an element of x and all those of u that the indices send to its place. Otherwise it is as MaxAlongAxis:
// NaN stays, too.
func MinAlongAxis(x, index, u *graph.Node, axis int) *graph.Node {
	return written("minalongaxis", x, index, u, axis, func(x, index, u *graph.Node) *graph.Node {
		return Neg(largestAt(Neg(x), index, Neg(u)))
	})
}

// largestAt sorts, so that the largest is the last.
func largestAt(x, index, u *graph.Node) *graph.Node {
	u, order := SortWithIndex(u, -1, false)
	kept, here := lastOf(TakeAlongAxis(index, order, -1), u, x.Shape().Dim(-1))
	return Where(here, Maximum(x, kept), x)
}

// lastOf is what u has last for each of n places of a row, and where there is any.
func lastOf(index, u *graph.Node, n int) (kept, here *graph.Node) {
	last := graph.Apply(lastWriter{n}, index)
	if !last.Valid() || u.Shape().Dim(-1) == 0 {
		none := Like(0, last)
		return Cast(none, u.Dtype()), Cast(none, graph.Bool)
	}
	return TakeAlongAxis(u, Maximum(last, Like(0, last)), -1), GreaterEqual(last, Like(0, last))
}

// written moves the axis to the end, for f, and back.
func written(name string, x, index, u *graph.Node, axis int, f func(x, index, u *graph.Node) *graph.Node) *graph.Node {
	for _, n := range []*graph.Node{x, index, u} {
		if !n.Valid() {
			return n
		}
	}
	at, err := x.Shape().Axis(axis)
	switch {
	case err != nil:
	case index.Shape() != u.Shape() || u.Shape().Rank() != x.Shape().Rank() || u.Shape().WithDim(at, 0) != x.Shape().WithDim(at, 0):
		err = fmt.Errorf("want one index for each element, and the sizes of x beside axis %d", at)
	case x.Dtype() != u.Dtype():
		err = fmt.Errorf("dtypes %v and %v differ; ops.Cast converts", x.Dtype(), u.Dtype())
	default:
		err = wantIndex(index.Type())
	}
	if err != nil {
		return x.Graph().Failf("%s: %s %v, %s %v, %s %v: %w", name, x.Called(), x.Type(), index.Called(), index.Type(), u.Called(), u.Type(), err)
	}
	return MoveAxis(f(MoveAxis(x, at, -1), MoveAxis(index, at, -1), MoveAxis(u, at, -1)), -1, at)
}

func putAlongAxisInfo() Info { return writtenInfo("PutAlongAxis", PutAlongAxis) }
func maxAlongAxisInfo() Info { return writtenInfo("MaxAlongAxis", MaxAlongAxis) }
func minAlongAxisInfo() Info { return writtenInfo("MinAlongAxis", MinAlongAxis) }

func writtenInfo(name string, f func(x, index, u *graph.Node, axis int) *graph.Node) Info {
	bad := func(want string, x, index, u graph.Type, axis int) Bad {
		return Bad{want, func(g *graph.Graph) { f(g.Placeholder("x", x), g.Placeholder("i", index), g.Placeholder("u", u), axis) }}
	}
	x, i := graph.T(graph.Float32, 2, 3), graph.T(graph.Int32, 2, 3)
	info := Info{Name: name, Order: 4, Bad: []Bad{
		bad("no axis 2 in [2 3]", x, i, x, 2),
		bad("want one index for each element", x, graph.T(graph.Int32, 2, 2), x, 1),
		bad("want one index for each element", x, graph.T(graph.Int32, 3, 3), graph.T(graph.Float32, 3, 3), 1),
		bad("dtypes float32 and float64 differ", x, i, graph.T(graph.Float64, 2, 3), 1),
		bad("want indices of int32 or int64, not float32", x, x, x, 1),
	}}
	for _, s := range [][]int{{4}, {1}, {2, 3}, {3, 1, 2}, {2, 0}, {2, 2, 3, 2}} {
		for axis, n := range s {
			for _, k := range []int{0, 1, 3} {
				if n == 0 && k > 0 {
					continue
				}
				u := graph.Of(s...).WithDim(axis, k)
				in := []Operand{{Shape: graph.Of(s...), Draw: Apart}, {Shape: u, Dtype: []graph.Dtype{graph.Int32, graph.Int64}[k%2], Draw: Index(max(1, n))}, {Shape: u, Draw: apartFrom}}
				info.Cases = append(info.Cases, Case{fmt.Sprint(s, " by ", u, " along ", axis), in, func(in []*graph.Node) []*graph.Node {
					return []*graph.Node{Square(f(in[0], in[1], in[2], axis))}
				}})
			}
		}
	}
	return info
}

// apartFrom draws values that tie neither with each other nor with those of Apart.
func apartFrom(r *rand.Rand, n int) []float64 {
	v := Apart(r, n)
	for i := range v {
		v[i] = 0.7*v[i] + 0.0123
	}
	return v
}
