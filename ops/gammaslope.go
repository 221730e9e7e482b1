package ops

import (
	"fmt"
	"math"

	"github.com/kedja-ml/kedja/graph"
)

// gammaOrders is how many derivatives with respect to the shape there are.
const gammaOrders = 11

// gammaSlope is h(α, y) = −∂ᵏF(α, eʸ)/∂αᵏ over p, F being the cumulative gamma distribution and p = e^(αy − eʸ)/Γ(α) the density of the
// logarithm y: for k = 1 the slope of a gamma variate's logarithm along its shape. With ℓ = ln p, ℓⱼ its derivatives along α and Bₖ the complete
// Bell polynomial of these, which is ∂ᵏp/∂αᵏ over p,
//
//	∂h/∂α = hₖ₊₁ − h·ℓ₁        ∂h/∂y = −Bₖ − h·(α − eʸ)        ℓ₁ = y − ψ(α), ℓⱼ = −ψ⁽ʲ⁻¹⁾(α)
func gammaSlope(k int, alpha, y *graph.Node) *graph.Node {
	return graph.Apply(gammaSlopes{K: k}, alpha, y)
}

type gammaSlopes struct {
	float
	K int
}

func (gammaSlopes) Name() string { return "gammaslope" }

func (o gammaSlopes) Infer(in []graph.Type) ([]graph.Type, error) {
	if o.K < 1 || o.K > gammaOrders {
		return nil, fmt.Errorf("want a derivative of an order from 1 to %d, not %d", gammaOrders, o.K)
	}
	return o.float.Infer(in)
}

func (o gammaSlopes) Eval(c *graph.Call) error {
	return Zip(c, func(a, y float64) float64 { return gammaSlopeAt(o.K, a, y) })
}

func (o gammaSlopes) Partial(h *graph.Node, i int) *graph.Node {
	a, y := h.In()[0], h.In()[1]
	first := Sub(y, Digamma(a))
	if i == 0 {
		return Sub(gammaSlope(o.K+1, a, y), Mul(h, first))
	}
	l := []*graph.Node{nil, first}
	for j := 2; j <= o.K; j++ {
		l = append(l, Neg(Polygamma(a, j-1)))
	}
	bell := []*graph.Node{Like(1, h)}
	for n := range o.K {
		sum, choose := Mul(bell[n], l[1]), 1.0
		for i := 1; i <= n; i++ {
			choose *= float64(n+1-i) / float64(i)
			sum = Add(sum, Scale(choose, Mul(bell[n-i], l[i+1])))
		}
		bell = append(bell, sum)
	}
	return Neg(Add(bell[o.K], Mul(h, Sub(a, Exp(y)))))
}

// A jet has the Taylor coefficients of a function of the shape.
type jet [gammaOrders + 1]float64

func gammaSlopeAt(k int, a, y float64) float64 {
	x := math.Exp(y)
	switch {
	case !(a > 0) || math.IsInf(a, 0) || y != y || math.IsInf(x, 1):
		return math.NaN()
	case a > 1e8 && k == 1: // x = a + z·√a + (z² − 1)/3 + …, z held
		return (1 + (x-a)/(2*a)) / x
	case a > 1e8:
		return 0
	}
	// The density over what it is at a, e^(ℓ₁ε + ℓ₂ε²/2 + …), by the derivative of an exponential.
	var slope, e jet // slope[j] is ℓⱼ₊₁/j!
	factorial := 1.0
	for j := range k {
		if factorial *= max(1, float64(j)); j == 0 {
			slope[0] = y - digamma(a)
			continue
		}
		sign := float64(1 - j%2*2) // ψ⁽ʲ⁾ = (−1)ʲ⁺¹·j!·ζ(j + 1, a)
		slope[j] = sign * zeta(float64(j+1), a)
	}
	e[0] = 1
	for n := range k {
		for j := range n + 1 {
			e[n+1] += slope[j] * e[n-j]
		}
		e[n+1] /= float64(n + 1)
	}
	of, sign := lowerGamma(k, a, x), -1.0
	if x > a+1 {
		of, sign = upperGamma(k, a, x), 1
	}
	h := 0.0
	for j := range k + 1 {
		h += e[j] * of[k-j]
	}
	return sign * h * math.Gamma(float64(k+1))
}
