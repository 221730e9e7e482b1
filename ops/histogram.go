package ops

import (
	"fmt"
	"math"

	"github.com/kedja-ml/kedja/graph"
)

// Histogram counts the elements of x in bins of equal width from lo to hi, as int32: bin k holds lo + k·w ≤ v < lo + (k + 1)·w, the last
// one hi as well, with w = (hi − lo)/bins. What lies outside, and NaN, is not counted. x is floats; there is no derivative.
//
//	x […]    y [bins]
func Histogram(x *graph.Node, bins int, lo, hi float64) *graph.Node {
	if !x.Valid() {
		return x
	}
	var err error
	switch {
	case !isFloat(x):
		err = wantFloat(x.Type())
	case bins < 1 || !(lo < hi) || math.IsInf(hi-lo, 0):
		err = fmt.Errorf("want bins from a finite number to a larger one, not %d from %v to %v", bins, lo, hi)
	}
	if err != nil {
		return x.Graph().Failf("histogram: %s %v: %w", x.Called(), x.Shape(), err)
	}
	edges := make([]float64, bins+1)
	for i := range edges {
		edges[i] = lo + (hi-lo)*float64(i)/float64(bins)
	}
	edges[bins] = hi
	flat := Reshape(StopGradient(x), -1)
	at := Searchsorted(Cast(x.Graph().Constant(graph.BufferOf(edges, len(edges))), x.Dtype()), flat, true) // 0 below, bins + 1 from hi on
	top := Equal(flat, Like(hi, flat))
	at = Where(top, Like(float64(bins), at), at)
	return Slice(Bincount(at, bins+2), 0, 1, bins)
}

func histogramInfo() Info {
	info := Info{Name: "Histogram", Bad: []Bad{
		{"want float32 or float64, not int32", func(g *graph.Graph) { Histogram(g.Input("x", graph.Int32, 3), 2, 0, 1) }},
		{"not 0 from 0 to 1", func(g *graph.Graph) { Histogram(g.Input("x", graph.Float32, 3), 0, 0, 1) }},
		{"not 2 from 1 to 1", func(g *graph.Graph) { Histogram(g.Input("x", graph.Float32, 3), 2, 1, 1) }},
		{"not 2 from -Inf to 1", func(g *graph.Graph) { Histogram(g.Input("x", graph.Float32, 3), 2, math.Inf(-1), 1) }},
	}}
	for i, c := range unaryCases(nil, near(-1.2, -0.4, 0.2, 1.7)) {
		bins := 1 + i%5
		c.F = func(in []*graph.Node) []*graph.Node { return []*graph.Node{Histogram(in[0], bins, -1, 1.5)} }
		info.Cases = append(info.Cases, c)
	}
	return info
}
