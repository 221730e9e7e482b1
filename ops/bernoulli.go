package ops

import "github.com/kedja-ml/kedja/graph"

// Bernoulli draws ones with the given probabilities, and zeros: an element for each of p, which is floats, as the result is. There is no
// derivative. A probability below 0 or NaN counts as 0, and one above 1 as 1. It is a draw as Uniform is, in float64.
func Bernoulli(p *graph.Node) *graph.Node {
	if p = ofFloats("bernoulli", p); !p.Valid() {
		return p
	}
	return bernoulliOf(p, uniformFor(p))
}

func bernoulliOf(p, u *graph.Node) *graph.Node {
	return Cast(Less(u, Cast(p, graph.Float64)), p.Dtype())
}

func bernoulliInfo() Info {
	return Info{
		Name: "Bernoulli", Bad: parameterBad("bernoulli", func(x *graph.Node) { Bernoulli(x) }),
		Cases: byKeys(between(0, 1), 1, func(x []*graph.Node, key *graph.Node) []*graph.Node {
			return []*graph.Node{bernoulliOf(x[0], uniformBy(x[0], key, 7))}
		}),
	}
}
