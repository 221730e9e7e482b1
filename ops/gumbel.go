package ops

import "github.com/kedja-ml/kedja/graph"

// Gumbel draws an array of float32s of the given sizes from the standard Gumbel distribution, whose cumulative one is exp(−e^(−x)):
// −ln(−ln u) of uniform float64s, so that none is beyond [−3.7, 36.8]. It has no derivative; it is a draw as Uniform is.
func Gumbel(g *graph.Graph, dims ...int) *graph.Node {
	return GumbelOf(g, graph.T(graph.Float32, dims...))
}

// GumbelOf is Gumbel for a type of either float dtype.
func GumbelOf(g *graph.Graph, t graph.Type) *graph.Node {
	u := float64sFor(g, t)
	if !u.Valid() {
		return u
	}
	return Cast(gumbelOf(u), t.Dtype)
}

// gumbelOf takes a uniform 0 as half of the next.
func gumbelOf(u *graph.Node) *graph.Node {
	return Neg(Log(Neg(Log(Maximum(u, Like(0x1p-54, u))))))
}

// float64sFor are uniform float64s for what has a float type.
func float64sFor(g *graph.Graph, t graph.Type) *graph.Node {
	if t.Dtype.Float() {
		t.Dtype = graph.Float64
	}
	return UniformOf(g, t)
}

func gumbelInfo() Info {
	return Info{Name: "Gumbel", Cases: throughUniform(gumbelOf), Bad: throughUniformBad(GumbelOf)}
}

// throughUniform are cases of draws that are functions of uniform float64s.
func throughUniform(f func(u *graph.Node) *graph.Node) []Case {
	cs := drawCases(func(of graph.Type) graph.Op {
		return uniform{Of: graph.Type{Dtype: graph.Float64, Shape: of.Shape}, Stream: 7}
	})
	for i, c := range cs {
		cs[i].F = func(in []*graph.Node) []*graph.Node { return []*graph.Node{f(c.F(in)[0])} }
	}
	return cs
}

func throughUniformBad(draw func(g *graph.Graph, of graph.Type) *graph.Node) []Bad {
	return drawBad(func(of graph.Type) graph.Op { return uniform{Of: of} }, draw)[:4]
}
