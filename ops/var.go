package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// Var returns the variance along the given axes, which disappear; along all of them if none is given.
//
//	y = Σ (x − mean)² / (n − correction)        ∂y/∂x = 2(x − mean) / (n − correction)
//
// x is floats. A correction of 0 gives the mean square, of 1 the unbiased estimate (Bessel's; PyTorch's default). It is computed in two
// passes, so that a large mean does not cancel. Where n ≤ correction the divisor is 0, as NumPy and PyTorch have it.
func Var(x *graph.Node, correction int, axes ...int) *graph.Node {
	return reduced(x, axes, variance(correction))
}

// VarKeep is Var with the axes kept, at size 1.
func VarKeep(x *graph.Node, correction int, axes ...int) *graph.Node {
	return keep(x, axes, variance(correction))
}

func variance(correction int) func(*graph.Node, graph.Shape) *graph.Node {
	return func(x *graph.Node, to graph.Shape) *graph.Node {
		if !isFloat(x) {
			return x.Graph().Failf("var: %s %v: %w", x.Called(), x.Type(), wantFloat(x.Type()))
		}
		n := 1
		for i, d := range x.Shape().Dims() {
			if to.Dim(i) != d {
				n *= d
			}
		}
		squares := sumTo(Square(Sub(x, expandTo(mean(x, to), x.Shape()))), to)
		if n <= correction {
			return Div(squares, Like(0, squares))
		}
		return Scale(1/float64(n-correction), squares)
	}
}

func varInfo() Info     { return varianceInfo("Var", Var, 0) }
func varKeepInfo() Info { return varianceInfo("VarKeep", VarKeep, 0) }

// varianceInfo has cases of reductions of at least so many elements, with a correction where there are more than one.
func varianceInfo(name string, f func(x *graph.Node, correction int, axes ...int) *graph.Node, least int) Info {
	info := Info{Name: name, Order: 4, Bad: append(reductionBad(func(x *graph.Node, axes ...int) *graph.Node { return f(x, 0, axes...) }), Bad{
		"want float32 or float64, not int32", func(g *graph.Graph) { f(g.Input("x", graph.Int32, 3), 0) },
	})}
	for _, s := range axisSets {
		x := graph.Of(s.dims...)
		n := x.Size() / dropped(x, s.axes).Size()
		for correction := range 2 {
			if n <= correction || n < least {
				continue
			}
			in := []Operand{{Shape: x, Draw: Apart}}
			info.Cases = append(info.Cases, Case{fmt.Sprint(s.dims, s.axes, " less ", correction), in, func(in []*graph.Node) []*graph.Node {
				return []*graph.Node{f(in[0], correction, s.axes...)}
			}})
		}
	}
	return info
}
