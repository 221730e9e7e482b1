package ops

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
)

// Norm returns the p-norm along the given axes, which disappear; along all of them if none is given.
//
//	y = (Σ |x|ᵖ)^(1/p)        ∂y/∂x = sign(x)·(|x|/y)^(p−1), 0 where y is 0, by PyTorch's convention
//
// x is floats, and p is at least 1, for below it is no norm: 2 is Euclid's, 1 the sum of |x|, and +∞ the largest of them, whose cotangent
// goes to the first. Squares may overflow.
func Norm(x *graph.Node, p float64, axes ...int) *graph.Node { return reduced(x, axes, norm(p, axes)) }

// NormKeep is Norm with the axes kept, at size 1.
func NormKeep(x *graph.Node, p float64, axes ...int) *graph.Node { return keep(x, axes, norm(p, axes)) }

func norm(p float64, axes []int) func(*graph.Node, graph.Shape) *graph.Node {
	return func(x *graph.Node, to graph.Shape) *graph.Node {
		switch {
		case !isFloat(x):
			return x.Graph().Failf("norm: %s %v: %w", x.Called(), x.Type(), wantFloat(x.Type()))
		case !(p >= 1):
			return x.Graph().Failf("norm: want a power of at least 1, not %v", p)
		case p == 1:
			return sumTo(Abs(x), to)
		case p == 2:
			return root(sumTo(Square(x), to))
		case math.IsInf(p, 1):
			return largest(axes, false)(Abs(x), to)
		}
		sum := sumTo(Pow(Abs(x), p), to)
		none := Equal(sum, Like(0, sum))
		return Where(none, Like(0, sum), Pow(Where(none, Like(1, sum), sum), 1/p))
	}
}

func normInfo() Info     { return normsInfo("Norm", Norm) }
func normKeepInfo() Info { return normsInfo("NormKeep", NormKeep) }

func normsInfo(name string, f func(x *graph.Node, p float64, axes ...int) *graph.Node) Info {
	euclid := func(x *graph.Node, axes ...int) *graph.Node { return f(x, 2, axes...) }
	info := Info{Name: name, Order: 4, Cases: reductionCases(euclid, Nonzero, true), Bad: append(reductionBad(euclid), Bad{
		"want a power of at least 1, not 0.5", func(g *graph.Graph) { f(g.Input("x", graph.Float32, 3), 0.5) },
	}, Bad{
		"want a power of at least 1, not NaN", func(g *graph.Graph) { f(g.Input("x", graph.Float32, 3), math.NaN()) },
	})}
	powers := []float64{1, 3, 2.5, math.Inf(1)}
	for i, c := range reductionCases(euclid, Apart, false) {
		p, axes := powers[i%len(powers)], axisSets[i].axes
		c.Name += " other power"
		c.F = func(in []*graph.Node) []*graph.Node { return []*graph.Node{f(in[0], p, axes...)} }
		info.Cases = append(info.Cases, c)
	}
	return info
}
