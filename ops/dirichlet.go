package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// Dirichlet draws from the Dirichlet distributions whose concentrations the last axis of alpha holds: shares of gamma variates in their sum,
// in logarithms, so that small concentrations do no harm.
//
//	alpha […, k], floats    x […, k] with Σᵢ x[…, i] = 1        derivatives by those of Gamma
//
// A concentration below 0 gives NaN. It is a draw as Uniform is, of at most 2³² elements.
func Dirichlet(alpha *graph.Node) *graph.Node {
	if alpha = ofFloats("dirichlet", alpha); !alpha.Valid() {
		return alpha
	}
	if alpha.Shape().Rank() < 1 {
		return refusedAs("dirichlet", alpha, fmt.Errorf("want concentrations in the last axis"))
	}
	return Softmax(drawLogGamma(alpha), -1)
}

func dirichletInfo() Info {
	info := Info{Name: "Dirichlet", Bad: append(parameterBad("dirichlet", func(x *graph.Node) { Dirichlet(x) }),
		Bad{"want concentrations in the last axis", func(g *graph.Graph) { Dirichlet(g.Input("x", graph.Float32)) }},
	)}
	for _, c := range byKeys(Positive, 1, func(x []*graph.Node, key *graph.Node) []*graph.Node {
		return []*graph.Node{Softmax(graph.Apply(logGamma{Stream: 7}, x[0], key), -1)}
	}) {
		if c.In[0].Shape.Rank() > 0 {
			info.Cases = append(info.Cases, c)
		}
	}
	return info
}
