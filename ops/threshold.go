package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// Threshold returns x where x > at, and the constant value elsewhere, of each element of x, which has a float dtype: ∂y/∂x is 1 where
// x > at and 0 elsewhere. NaN stays.
func Threshold(x *graph.Node, at, value float64) *graph.Node {
	if x.Valid() && !isFloat(x) {
		return x.Graph().Failf("threshold: %s %v: %w", x.Called(), x.Shape(), wantFloat(x.Type()))
	}
	return Where(LessEqual(x, Like(at, x)), Like(value, x), x)
}

func thresholdInfo() Info {
	f := func(x *graph.Node) *graph.Node { return Threshold(x, 0.5, 2) }
	info := Info{Name: "Threshold", Order: 4, Bad: unaryBad(f)}
	for i, c := range unaryCases(f, near(0.8, -0.5, 1.2, -1.5)) {
		at := []float64{0.5, -1, 1}[i%3]
		c.Name = fmt.Sprint(c.Name, " at ", at)
		c.F = func(in []*graph.Node) []*graph.Node { return []*graph.Node{Threshold(in[0], at, -0.25)} }
		info.Cases = append(info.Cases, c)
	}
	return info
}
