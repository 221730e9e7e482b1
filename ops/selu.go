package ops

import "github.com/kedja-ml/kedja/graph"

// SELU returns λ·x where x is above 0, and λ·α·(eˣ − 1) elsewhere, of each element of x, which has a float dtype, with the λ = 1.0507…
// and α = 1.6732… that keep mean 0 and variance 1 from layer to layer (Klambauer et al., 2017, equation 14): ∂y/∂x is λ where x > 0,
// and y + λ·α elsewhere, at the kink by convention. At NaN the derivative is NaN, where PyTorch has λ.
func SELU(x *graph.Node) *graph.Node {
	const lambda, alpha = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717
	return graph.Apply(elu{Scale: lambda, Low: lambda * alpha, Rate: 1}, x)
}

func seluInfo() Info {
	return Info{Name: "SELU", Order: 4, Cases: eluCases(SELU), Bad: unaryBad(SELU)}
}
