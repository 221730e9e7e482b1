package ops

import "github.com/kedja-ml/kedja/graph"

// Digamma returns ψ(x) = Γ'(x)/Γ(x) of each element of x, which has a float dtype, also of negative ones: ∂y/∂x = ψ⁽¹⁾(x), Polygamma of
// order 1. It is NaN at −1, −2, …, and ∓∞ at ±0 as in PyTorch and SciPy.
func Digamma(x *graph.Node) *graph.Node { return Polygamma(x, 0) }

func digammaInfo() Info {
	return Info{Name: "Digamma", Order: 4, Cases: unaryCases(Digamma, Positive), Bad: unaryBad(Digamma)}
}
