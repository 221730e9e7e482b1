package ops

import "github.com/kedja-ml/kedja/graph"

// CELU returns x where it is above 0, and α·(e^(x/α) − 1) elsewhere, of each element of x, which has a float dtype, for a constant α
// that is not 0 (Barron, 2017): ∂y/∂x is 1 where x > 0, and e^(x/α) = y/α + 1 elsewhere, so that it has no jump at 0. At NaN the
// derivative is NaN, where PyTorch has 1.
func CELU(x *graph.Node, alpha float64) *graph.Node {
	if alpha == 0 || alpha != alpha {
		return x.Graph().Failf("celu: want an alpha that is not 0, not %v", alpha)
	}
	return graph.Apply(elu{Scale: 1, Low: alpha, Rate: 1 / alpha}, x)
}

func celuInfo() Info {
	with := func(alpha float64) func(x *graph.Node) *graph.Node {
		return func(x *graph.Node) *graph.Node { return CELU(x, alpha) }
	}
	return Info{Name: "CELU", Order: 4, Cases: eluCases(with(1), with(0.7), with(2)), Bad: append(unaryBad(with(1)), Bad{
		"want an alpha that is not 0, not 0", func(g *graph.Graph) { CELU(g.Input("x", graph.Float32, 2), 0) },
	})}
}
