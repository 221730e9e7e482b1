package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// CumProd multiplies along an axis up to each element: y[i] = Π x[j] over j ≤ i. x is numbers; integers wrap around. Derivatives of every
// order are right whatever zeros there are: they are those of a tree of multiplications, nothing is divided.
func CumProd(x *graph.Node, axis int) *graph.Node { return cumulative("cumprod", x, axis, Mul) }

// CumMax returns the largest element along an axis up to each one, of numbers: y[i] = max x[j] over j ≤ i. NaN stays once it came. The
// derivative goes to that element; equals share it.
func CumMax(x *graph.Node, axis int) *graph.Node { return cumulative("cummax", x, axis, Maximum) }

// CumMin returns the smallest element along an axis up to each one. Otherwise it is as CumMax.
func CumMin(x *graph.Node, axis int) *graph.Node { return cumulative("cummin", x, axis, Minimum) }

// LogCumSumExp returns the logarithm of running sums of exponentials along an axis, without overflow: y[i] = ln Σ e^x[j] over j ≤ i. x is
// floats.
//
//	∂y[i]/∂x[j] = e^(x[j] − y[i]) for j ≤ i
func LogCumSumExp(x *graph.Node, axis int) *graph.Node {
	return cumulative("logcumsumexp", x, axis, LogAddExp)
}

// cumulative combines each element with all before it by an associative f, in ⌈log₂ n⌉ steps over the whole axis (Hillis and Steele, 1986):
// a prefix sum of depth and error log n, whose derivatives are those of f.
func cumulative(name string, x *graph.Node, axis int, f func(a, b *graph.Node) *graph.Node) *graph.Node {
	if !x.Valid() {
		return x
	}
	at, err := x.Shape().Axis(axis)
	if d := x.Dtype(); err == nil && !d.Float() && !d.Integer() {
		err = fmt.Errorf("want numbers, not %v", d)
	}
	if err != nil {
		return x.Graph().Failf("%s: %s %v: %w", name, x.Called(), x.Shape(), err)
	}
	n := x.Shape().Dim(at)
	for s := 1; s < n; s *= 2 {
		x = Concat(at, Slice(x, at, 0, s), f(Slice(x, at, 0, n-s), Slice(x, at, s, n-s)))
	}
	return x
}

func cumProdInfo() Info      { return cumulativeInfo("CumProd", CumProd, Real) }
func cumMaxInfo() Info       { return cumulativeInfo("CumMax", CumMax, Apart) }
func cumMinInfo() Info       { return cumulativeInfo("CumMin", CumMin, Apart) }
func logCumSumExpInfo() Info { return cumulativeInfo("LogCumSumExp", LogCumSumExp, Real) }

func cumulativeInfo(name string, f func(x *graph.Node, axis int) *graph.Node, d Domain) Info {
	return Info{Name: name, Order: 4, Cases: axisCases(one(f), d, true), Bad: axisBad(one(f), graph.Bool, "want numbers, not bool")}
}
