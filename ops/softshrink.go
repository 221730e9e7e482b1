package ops

import (
	"fmt"
	"math"

	"github.com/kedja-ml/kedja/graph"
)

// SoftShrink returns x − λ where x > λ, x + λ where x < −λ, and 0 between, of each element of x, which has a float dtype, for a constant
// λ ≥ 0: the proximal operator of λ|x| (Donoho, 1995). ∂y/∂x is 1 where |x| > λ and 0 elsewhere.
func SoftShrink(x *graph.Node, lambda float64) *graph.Node {
	if !(lambda >= 0) || math.IsInf(lambda, 1) {
		return x.Graph().Failf("softshrink: want a finite lambda, not negative, not %v", lambda)
	}
	return Where(LessEqual(Abs(x), Like(lambda, x)), Like(0, x), Sub(x, Scale(lambda, Sign(x))))
}

func softShrinkInfo() Info {
	f := func(x *graph.Node) *graph.Node { return SoftShrink(x, 0.5) }
	info := Info{Name: "SoftShrink", Order: 4, Bad: append(unaryBad(f), Bad{
		"want a finite lambda, not negative, not -1", func(g *graph.Graph) { SoftShrink(g.Input("x", graph.Float32, 2), -1) },
	})}
	for i, c := range unaryCases(f, near(0, 0.8, -0.8, 1.5, -1.5)) {
		lambda := []float64{0.5, 0.3, 1.2}[i%3]
		c.Name = fmt.Sprint(c.Name, " lambda ", lambda)
		c.F = func(in []*graph.Node) []*graph.Node { return []*graph.Node{SoftShrink(in[0], lambda)} }
		info.Cases = append(info.Cases, c)
	}
	return info
}
