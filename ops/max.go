package ops

import "github.com/kedja-ml/kedja/graph"

// Max returns the largest element along the given axes, which disappear; of all if none is given. NaN is larger than any number.
//
//	y = max x        ∂y/∂x = 1 at the first of the largest in row-major order, 0 elsewhere
//
// So does PyTorch's max; its amax shares the cotangent among equals. x is numbers; there must be at least one along the axes.
func Max(x *graph.Node, axes ...int) *graph.Node { return reduced(x, axes, largest(axes, false)) }

// MaxKeep is Max with the axes kept, at size 1.
func MaxKeep(x *graph.Node, axes ...int) *graph.Node { return keep(x, axes, largest(axes, false)) }

// Min returns the smallest element along the given axes; otherwise it is as Max, and a NaN counts as smallest.
func Min(x *graph.Node, axes ...int) *graph.Node { return reduced(x, axes, largest(axes, true)) }

// MinKeep is Min with the axes kept, at size 1.
func MinKeep(x *graph.Node, axes ...int) *graph.Node { return keep(x, axes, largest(axes, true)) }

func largest(axes []int, smallest bool) func(*graph.Node, graph.Shape) *graph.Node {
	return func(x *graph.Node, to graph.Shape) *graph.Node {
		at := -1
		if len(axes) == 1 {
			at = axes[0]
		} else {
			x = joined(x, axes)
		}
		y, _ := extremes(x, at, smallest)
		return ReshapeTo(y, to)
	}
}
