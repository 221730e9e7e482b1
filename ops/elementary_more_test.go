package ops_test

import (
	"math"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// Special values of what package math computes, and of what it has not.
func TestFurtherElementary(t *testing.T) {
	checkFloat(t, "cbrt", unary(ops.Cbrt), row{-8, -2}, row{zero, zero}, row{-inf, -inf}, row{nan, nan})
	checkFloat(t, "expm1", unary(ops.Expm1), row{zero, zero}, row{-inf, -1}, row{inf, inf}, row{nan, nan})
	checkFloat(t, "log2", unary(ops.Log2), row{8, 3}, row{0x1p-20, -20}, row{0, -inf}, row{-1, nan}, row{inf, inf})
	checkFloat(t, "log10", unary(ops.Log10), row{1, 0}, row{0, -inf}, row{-1, nan}, row{inf, inf})
	checkFloat(t, "asin", unary(ops.Asin), row{zero, zero}, row{2, nan}, row{nan, nan})
	checkFloat(t, "acosh", unary(ops.Acosh), row{1, 0}, row{0.5, nan}, row{inf, inf})
	checkFloat(t, "atanh", unary(ops.Atanh), row{zero, zero}, row{1, inf}, row{-1, -inf}, row{2, nan})
	checkFloat(t, "erfc", unary(ops.Erfc), row{0, 1}, row{inf, 0}, row{-inf, 2}, row{nan, nan})
	checkFloat(t, "erfinv", unary(ops.Erfinv), row{0, 0}, row{1, inf}, row{-1, -inf}, row{2, nan})
	checkFloat(t, "logit", unary(ops.Logit), row{0.5, 0}, row{0, -inf}, row{1, inf}, row{2, nan}, row{-1, nan}, row{nan, nan})
	checkFloat(t, "floor", unary(ops.Floor), row{zero, zero}, row{-0.5, -1}, row{-inf, -inf}, row{nan, nan})
	checkFloat(t, "ceil", unary(ops.Ceil), row{zero, zero}, row{-0.5, zero}, row{1.5, 2}, row{inf, inf}, row{nan, nan})
	checkFloat(t, "round", unary(ops.Round), row{0.5, 0}, row{1.5, 2}, row{2.5, 2}, row{-0.5, zero}, row{inf, inf}, row{nan, nan})
	checkFloat(t, "trunc", unary(ops.Trunc), row{-0.5, zero}, row{-1.5, -1}, row{inf, inf}, row{nan, nan})
	checkFloat(t, "lgamma", unary(ops.Lgamma), row{1, 0}, row{0, inf}, row{-1, inf}, row{inf, inf}, row{-inf, inf}, row{nan, nan})
	checkFloat(t, "digamma", unary(ops.Digamma), row{0, -inf}, row{zero, inf}, row{-1, nan}, row{inf, inf}, row{-inf, nan}, row{nan, nan})
	checkFloat(t, "trigamma", psi(1), row{0, inf}, row{-1, inf}, row{inf, 0}, row{nan, nan})
	checkFloat(t, "atan2", binary(ops.Atan2), row{0, 1, 0}, row{zero, 1, zero}, row{0, inf, 0}, row{nan, 1, nan})
	checkFloat(t, "slope of atan2", slope(binary(ops.Atan2), 0), row{0, 0, 0}, row{0, 2, 0.5})
	checkFloat(t, "hypot", binary(ops.Hypot), row{3, 4, 5}, row{inf, nan, inf}, row{zero, zero, 0})
	checkFloat(t, "copysign", binary(ops.CopySign), row{3, zero, -3}, row{-3, 1, 3}, row{0, -1, zero}, row{inf, -2, -inf})
}

// Errors of a few units in the last place, against package math.
func TestFurtherElementaryFollows(t *testing.T) {
	real, unit := span(-9, 9, 1003), span(-0.999, 0.999, 1003)
	follows(t, "cbrt", unary(ops.Cbrt), math.Cbrt, real, 0.5, 1)
	follows(t, "exp2", unary(ops.Exp2), math.Exp2, real, 0.5, 1)
	follows(t, "expm1", unary(ops.Expm1), math.Expm1, real, 0.5, 1)
	follows(t, "tan", unary(ops.Tan), math.Tan, real, 0.5, 1)
	follows(t, "sinh", unary(ops.Sinh), math.Sinh, real, 0.5, 1)
	follows(t, "erfc", unary(ops.Erfc), math.Erfc, real, 0.5, 1)
	follows(t, "logit", unary(ops.Logit), func(p float64) float64 { return -math.Log(1/p - 1) }, span(0.76, 0.999, 301), 1, 300)
	follows(t, "logit near a half", unary(ops.Logit), func(p float64) float64 { return 2 * math.Atanh(2*p-1) }, span(0.4, 0.6, 301), 1, 4)
	inverse := func(x *graph.Node) *graph.Node { return ops.Erf(ops.Erfinv(x)) }
	follows(t, "erf of erfinv", unary(inverse), func(x float64) float64 { return x }, unit, 3, 8)
}

// Values of the polygamma functions to 15 digits (DLMF 5.4, 5.15): ψ(1) = −γ, ψ(½) = −γ − 2·ln 2, ψ'(1) = π²/6, ψ'(½) = π²/2,
// ψ”(1) = −2ζ(3), ψ”'(1) = π⁴/15.
func TestPolygamma(t *testing.T) {
	const gamma, zeta3 = 0.57721566490153286, 1.2020569031595943
	for _, c := range []struct {
		n       int
		x, want float64
	}{
		{0, 1, -gamma},
		{0, 0.5, -gamma - 2*math.Ln2},
		{0, -0.5, -gamma - 2*math.Ln2 + 2},
		{1, 1, math.Pi * math.Pi / 6},
		{1, 0.5, math.Pi * math.Pi / 2},
		{1, -0.5, math.Pi*math.Pi/2 + 4},
		{2, 1, -2 * zeta3},
		{3, 1, math.Pow(math.Pi, 4) / 15},
	} {
		got := run(t, psi(c.n), buffer(graph.Float64, []float64{c.x}, 1))[0]
		if math.Abs(got-c.want) > 4e-15*math.Abs(c.want) {
			t.Errorf("polygamma %d of %v is %v, want %v", c.n, c.x, got, c.want)
		}
	}
}

func psi(n int) build {
	return unary(func(x *graph.Node) *graph.Node { return ops.Polygamma(x, n) })
}

func TestRemainders(t *testing.T) {
	for d := graph.Float32; d <= graph.Int64; d++ {
		check(t, "mod", d, binary(ops.Mod), row{7, 3, 1}, row{-7, 3, 2}, row{7, -3, -2}, row{-7, -3, -1})
		check(t, "rem", d, binary(ops.Rem), row{7, 3, 1}, row{-7, 3, -1}, row{7, -3, 1}, row{-7, -3, -1})
	}
	checkFloat(t, "mod", binary(ops.Mod), row{1, 0, nan}, row{inf, 2, nan}, row{nan, 1, nan})
	check(t, "mod", graph.Uint8, binary(ops.Mod), row{250, 7, 5}, row{6, 3, 0})
}

func TestBits(t *testing.T) {
	for _, d := range []graph.Dtype{graph.Int32, graph.Int64} {
		check(t, "and", d, binary(ops.And), row{12, 10, 8}, row{-1, 5, 5})
		check(t, "or", d, binary(ops.Or), row{12, 10, 14}, row{-1, 5, -1})
		check(t, "xor", d, binary(ops.Xor), row{12, 10, 6}, row{-1, 5, -6})
		check(t, "not", d, unary(ops.Not), row{0, -1}, row{5, -6})
		check(t, "left", d, binary(ops.ShiftLeft), row{3, 4, 48}, row{-1, 2, -4}, row{1, 200, 0})
		check(t, "right", d, binary(ops.ShiftRight), row{48, 4, 3}, row{-5, 1, -3}, row{-5, 200, -1})
	}
	check(t, "not", graph.Uint8, unary(ops.Not), row{0, 255}, row{170, 85})
	check(t, "xor", graph.Bool, binary(ops.Xor), row{0, 0, 0}, row{0, 1, 1}, row{1, 0, 1}, row{1, 1, 0})
}

// What has no result is an error of the run, on integers.
func TestIntegersRefused(t *testing.T) {
	for _, c := range []struct {
		want string
		d    graph.Dtype
		f    func(a, b *graph.Node) *graph.Node
		b    float64
	}{
		{"shifted by a negative count", graph.Int32, ops.ShiftLeft, -1},
		{"shifted by a negative count", graph.Int64, ops.ShiftRight, -1},
		{"an integer is divided by zero", graph.Int64, ops.Mod, 0},
		{"an integer is divided by zero", graph.Uint8, ops.Rem, 0},
	} {
		if _, err := try(binary(c.f), buffer(c.d, []float64{1}, 1), buffer(c.d, []float64{c.b}, 1)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
}
