package ops

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
)

// TruncatedNormal draws an array of float32s of the given sizes from the standard normal distribution where it lies in [lo, hi]:
// √2·erf⁻¹ of uniform float64s between erf(lo/√2) and erf(hi/√2). It has no derivative; it is a draw as Uniform is.
//
// The bounds are finite, lo < hi, and at most 5 on the far side, lo ≤ 5 and hi ≥ −5: beyond, float64s near ±1 are too coarse.
func TruncatedNormal(g *graph.Graph, lo, hi float64, dims ...int) *graph.Node {
	return TruncatedNormalOf(g, graph.T(graph.Float32, dims...), lo, hi)
}

// TruncatedNormalOf is TruncatedNormal for a type of either float dtype.
func TruncatedNormalOf(g *graph.Graph, t graph.Type, lo, hi float64) *graph.Node {
	if !(lo < hi && lo <= 5 && hi >= -5) || math.IsInf(hi-lo, 0) {
		return g.Failf("truncatednormal: want finite bounds lo < hi with lo ≤ 5 and hi ≥ −5, not %v and %v", lo, hi)
	}
	u := float64sFor(g, t)
	if !u.Valid() {
		return u
	}
	return Cast(truncated(u, lo, hi), t.Dtype)
}

func truncated(u *graph.Node, lo, hi float64) *graph.Node {
	a, b := math.Erf(lo/math.Sqrt2), math.Erf(hi/math.Sqrt2)
	return Clamp(Scale(math.Sqrt2, Erfinv(Affine(b-a, u, a))), lo, hi)
}

func truncatedNormalInfo() Info {
	draw := func(g *graph.Graph, of graph.Type) *graph.Node { return TruncatedNormalOf(g, of, -2, 2) }
	bounds := func(lo, hi float64) Bad {
		return Bad{"want finite bounds lo < hi with lo ≤ 5 and hi ≥ −5", func(g *graph.Graph) { TruncatedNormal(g, lo, hi, 2) }}
	}
	return Info{
		Name: "TruncatedNormal", Bad: append(throughUniformBad(draw), bounds(2, 2), bounds(6, 7), bounds(-9, -8), bounds(0, math.Inf(1)), bounds(math.NaN(), 1)),
		Cases: throughUniform(func(u *graph.Node) *graph.Node { return truncated(u, -1, 2.5) }),
	}
}
