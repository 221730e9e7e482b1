package ops

import "github.com/kedja-ml/kedja/graph"

// Beta draws from the beta distributions with the given parameters, one element for each pair, broadcast: G/(G + H) of gamma variates of
// shapes a and b, in logarithms, so that small parameters do no harm.
//
//	a […], b […], floats of one dtype    x […] on [0, 1]        derivatives by those of Gamma
//
// A parameter below 0 gives NaN. It is two draws as Uniform is one, of at most 2³² elements each.
func Beta(a, b *graph.Node) *graph.Node {
	a, b = ofFloats("beta", a), ofFloats("beta", b)
	if ab := Broadcast(a, b); a.Valid() && b.Valid() && alike([]graph.Type{ab[0].Type(), ab[1].Type()}) == nil {
		return betaOf(drawLogGamma(ab[0]), drawLogGamma(ab[1]))
	}
	return Add(a, b) // is refused
}

// betaOf is a share of two, given by logarithms.
func betaOf(g, h *graph.Node) *graph.Node { return Sigmoid(Sub(g, h)) }

func betaInfo() Info {
	return Info{Name: "Beta", Bad: append(parameterBad("beta", func(x *graph.Node) { Beta(x, x) }),
		Bad{"shapes [2] and [3] do not broadcast", func(g *graph.Graph) { Beta(g.Input("a", graph.Float32, 2), g.Input("b", graph.Float32, 3)) }},
		Bad{"dtypes float32 and float64 differ", func(g *graph.Graph) { Beta(g.Input("a", graph.Float32, 2), g.Input("b", graph.Float64, 2)) }},
	), Cases: byKeys(Positive, 2, func(x []*graph.Node, key *graph.Node) []*graph.Node {
		return []*graph.Node{betaOf(graph.Apply(logGamma{Stream: 7}, x[0], key), graph.Apply(logGamma{Stream: 8}, x[1], key))}
	})}
}
