package ops

import "github.com/kedja-ml/kedja/graph"

// Mean returns the mean along the given axes, which disappear; along all of them if none is given. The mean of nothing is NaN.
//
//	y = Σ x / n        ∂y/∂x = 1/n
//
// x is of a float dtype.
func Mean(x *graph.Node, axes ...int) *graph.Node { return reduced(x, axes, mean) }

// MeanKeep is Mean with the axes kept, at size 1.
func MeanKeep(x *graph.Node, axes ...int) *graph.Node { return keep(x, axes, mean) }

func mean(x *graph.Node, to graph.Shape) *graph.Node {
	if !isFloat(x) {
		return x.Graph().Failf("mean: %s %v: %w", x.Called(), x.Type(), wantFloat(x.Type()))
	}
	n := 1
	for i, d := range x.Shape().Dims() {
		if to.Dim(i) != d {
			n *= d
		}
	}
	if n == 0 {
		return Div(sumTo(x, to), Like(0, sumTo(x, to)))
	}
	return Scale(1/float64(n), sumTo(x, to))
}
