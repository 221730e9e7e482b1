package ops

import (
	"fmt"
	"math"

	"github.com/kedja-ml/kedja/graph"
)

// maxPolygamma is the largest order, whose factorial float64 still holds.
const maxPolygamma = 169

// Polygamma returns ψ⁽ⁿ⁾(x), the n-th derivative of the Digamma function, of each element of x, which has a float dtype, for a constant n
// from 0 to 169: ∂y/∂x = ψ⁽ⁿ⁺¹⁾(x). For n ≥ 1 it is (−1)ⁿ⁺¹·n!·ζ(n + 1, x) (DLMF 5.15, 25.11), ±∞ at 0 and −1, −2, … as the formula has
// it there; below 0 it is NaN from n = 2 on.
func Polygamma(x *graph.Node, n int) *graph.Node {
	return graph.Apply(polygamma{N: n}, x)
}

type polygamma struct {
	float
	N int
}

func (polygamma) Name() string { return "polygamma" }

func (o polygamma) Infer(in []graph.Type) ([]graph.Type, error) {
	if o.N < 0 || o.N > maxPolygamma {
		return nil, fmt.Errorf("want an order from 0 to %d, not %d", maxPolygamma, o.N)
	}
	return o.float.Infer(in)
}

func (o polygamma) Eval(c *graph.Call) error {
	if o.N == 0 {
		return Map(c, digamma)
	}
	if o.N == 1 {
		return Map(c, trigamma)
	}
	factor := math.Gamma(float64(o.N + 1))
	if o.N%2 == 0 {
		factor = -factor
	}
	return Map(c, func(x float64) float64 { return factor * zeta(float64(o.N+1), x) })
}

func (o polygamma) Partial(y *graph.Node, _ int) *graph.Node { return Polygamma(y.In()[0], o.N+1) }

// far is from where the asymptotic series below are exact to float64 with the terms they have.
const far = 12

// bernoulli are B₂ₖ/(2k) for k = 1 to 7, of the series of ψ (DLMF 5.11.2); times 2k/(2k)!, of ζ's (DLMF 25.11.43).
var bernoulli = [...]float64{1. / 12, -1. / 120, 1. / 252, -1. / 240, 1. / 132, -691. / 32760, 1. / 12}

// digamma steps up by ψ(x) = ψ(x + 1) − 1/x to where the series holds; negative x are reflected, ψ(x) = ψ(1 − x) − π·cot πx (DLMF 5.5.4).
func digamma(x float64) float64 {
	switch {
	case x == 0:
		return math.Copysign(math.Inf(1), -x)
	case math.IsInf(x, 1) || x != x:
		return x
	case x < 0:
		whole, part := math.Modf(x)
		if part == 0 || math.IsInf(whole, 0) {
			return math.NaN()
		}
		return digamma(1-x) - math.Pi/math.Tan(math.Pi*part)
	}
	low := 0.0
	for ; x < far; x++ {
		low -= 1 / x
	}
	s, r, p := 0.0, 1/(x*x), 1.0
	for _, b := range bernoulli {
		p *= r
		s += b * p
	}
	return low + math.Log(x) - 0.5/x - s
}

// trigamma reflects negative x: ψ'(x) = π²/sin² πx − ψ'(1 − x) (DLMF 5.15.6).
func trigamma(x float64) float64 {
	if x >= 0 || x != x {
		return zeta(2, x)
	}
	_, part := math.Modf(x)
	if part == 0 {
		return math.Inf(1)
	}
	s := math.Pi / math.Sin(math.Pi*part)
	return s*s - zeta(2, 1-x)
}

// zeta is Hurwitz's ζ(s, x) = Σ (x + k)⁻ˢ over k ≥ 0, for s > 1 and x ≥ 0, by Euler and Maclaurin's formula.
func zeta(s, x float64) float64 {
	switch {
	case x == 0 || x < 0 && x == math.Trunc(x):
		return math.Inf(1)
	case x < 0 || x != x:
		return math.NaN()
	case math.IsInf(x, 1):
		return 0
	}
	low := 0.0
	for ; x < far+s; x++ {
		low += math.Pow(x, -s)
	}
	p := math.Pow(x, -s)
	sum := p*x/(s-1) + p/2
	rising := s * p / x // s(s + 1)…(s + 2k − 2)·x^(−s − 2k + 1)/(2k − 1)!, of which the k-th term has B₂ₖ/(2k)
	for i, b := range bernoulli {
		sum += b * rising
		k := float64(2*i + 2)
		rising *= (s + k - 1) * (s + k) / (k * (k + 1) * x * x)
	}
	return low + sum
}

func polygammaInfo() Info {
	f := func(x *graph.Node) *graph.Node { return Polygamma(x, 1) }
	info := Info{Name: "Polygamma", Order: 4, Cases: unaryCases(f, Positive), Bad: append(unaryBad(f),
		Bad{"want an order from 0 to 169, not -1", func(g *graph.Graph) { Polygamma(g.Input("x", graph.Float32, 2), -1) }},
		Bad{"want an order from 0 to 169, not 170", func(g *graph.Graph) { Polygamma(g.Input("x", graph.Float32, 2), 170) }},
	)}
	for i := range info.Cases {
		n := i % 4
		info.Cases[i].Name = fmt.Sprint(info.Cases[i].Name, " order ", n)
		info.Cases[i].F = func(in []*graph.Node) []*graph.Node { return []*graph.Node{Polygamma(in[0], n)} }
	}
	return info
}
