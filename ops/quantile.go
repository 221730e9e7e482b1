package ops

import (
	"fmt"
	"math"

	"github.com/kedja-ml/kedja/graph"
)

// Quantile returns the q-quantile along an axis, which disappears, for a constant q in [0, 1]: of the elements in order, the one at
// q·(n − 1), between two neighbours linearly (NumPy's and PyTorch's default). x is floats, at least one along the axis.
//
//	∂y goes to the two neighbours, by their weights
//
// NaN is larger than any number: unlike NumPy's, a quantile is NaN only if it meets one.
func Quantile(x *graph.Node, q float64, axis int) *graph.Node {
	return quantile("quantile", x, q, axis)
}

// Median returns the middle element along an axis, which disappears, the mean of two if their number is even (NumPy's; PyTorch takes the
// lower one). Otherwise it is as Quantile of ½.
func Median(x *graph.Node, axis int) *graph.Node { return quantile("median", x, 0.5, axis) }

func quantile(name string, x *graph.Node, q float64, axis int) *graph.Node {
	if !x.Valid() {
		return x
	}
	at, err := x.Shape().Axis(axis)
	n := x.Shape().Dim(at)
	switch {
	case err != nil:
	case !isFloat(x):
		err = wantFloat(x.Type())
	case n == 0:
		err = fmt.Errorf("there is nothing along axis %d", axis)
	case !(q >= 0 && q <= 1):
		err = fmt.Errorf("want a quantile from 0 to 1, not %v", q)
	}
	if err != nil {
		return x.Graph().Failf("%s: %s %v: %w", name, x.Called(), x.Shape(), err)
	}
	sorted := Sort(x, at, false)
	whole, part := math.Modf(q * float64(n-1))
	y := At(sorted, at, int(whole))
	if part == 0 {
		return y
	}
	return Add(Scale(1-part, y), Scale(part, At(sorted, at, int(whole)+1)))
}

func medianInfo() Info {
	return Info{
		Name: "Median", Order: 4, Cases: axisCases(one(Median), Apart, false),
		Bad: append(axisBad(one(Median), graph.Int32, "want float32 or float64"), Bad{
			"there is nothing along axis 0", func(g *graph.Graph) { Median(g.Input("x", graph.Float32, 0, 2), 0) },
		}),
	}
}

func quantileInfo() Info {
	f := one(func(x *graph.Node, axis int) *graph.Node { return Quantile(x, 0.3, axis) })
	info := Info{Name: "Quantile", Order: 4, Bad: append(axisBad(f, graph.Int32, "want float32 or float64"), Bad{
		"want a quantile from 0 to 1, not 1.5", func(g *graph.Graph) { Quantile(g.Input("x", graph.Float32, 2), 1.5, 0) },
	}, Bad{
		"want a quantile from 0 to 1, not NaN", func(g *graph.Graph) { Quantile(g.Input("x", graph.Float32, 2), math.NaN(), 0) },
	})}
	for _, q := range []float64{0.3, 0, 1} {
		for _, c := range axisCases(one(func(x *graph.Node, axis int) *graph.Node { return Quantile(x, q, axis) }), Apart, false) {
			c.Name = fmt.Sprint(c.Name, " at ", q)
			info.Cases = append(info.Cases, c)
		}
	}
	return info
}
