package ops

import (
	"fmt"
	"math"

	"github.com/kedja-ml/kedja/graph"
)

// SoftplusBeta returns ln(1 + e^βx)/β of each element of x, which has a float dtype, for a constant β above 0 (Dugas et al., 2001): the
// larger it is, the sharper the bend. ∂y/∂x = σ(βx). It needs no threshold beyond which it is linear: nothing overflows.
func SoftplusBeta(x *graph.Node, beta float64) *graph.Node {
	if !(beta > 0) || math.IsInf(beta, 1) {
		return x.Graph().Failf("softplus: want a finite beta above 0, not %v", beta)
	}
	return Scale(1/beta, Softplus(Scale(beta, x)))
}

func softplusBetaInfo() Info {
	f := func(x *graph.Node) *graph.Node { return SoftplusBeta(x, 2) }
	info := Info{Name: "SoftplusBeta", Order: 4, Bad: append(unaryBad(f), Bad{
		"want a finite beta above 0, not 0", func(g *graph.Graph) { SoftplusBeta(g.Input("x", graph.Float32, 2), 0) },
	}, Bad{
		"want a finite beta above 0, not NaN", func(g *graph.Graph) { SoftplusBeta(g.Input("x", graph.Float32, 2), math.NaN()) },
	})}
	for i, c := range unaryCases(f, Real) {
		beta := []float64{2, 1, 0.3}[i%3]
		c.Name = fmt.Sprint(c.Name, " beta ", beta)
		c.F = func(in []*graph.Node) []*graph.Node { return []*graph.Node{SoftplusBeta(in[0], beta)} }
		info.Cases = append(info.Cases, c)
	}
	return info
}
