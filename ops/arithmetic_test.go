package ops_test

import (
	"math"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

func TestArithmetic(t *testing.T) {
	checkFloat(t, "add", binary(ops.Add), row{1, 2, 3}, row{zero, zero, zero}, row{zero, 0, 0}, row{inf, -inf, nan}, row{nan, 1, nan})
	checkFloat(t, "sub", binary(ops.Sub), row{1, 3, -2}, row{zero, 0, zero}, row{0, zero, 0}, row{0, 0, 0}, row{inf, inf, nan}, row{1, nan, nan})
	checkFloat(t, "mul", binary(ops.Mul), row{2, -3, -6}, row{zero, 2, zero}, row{zero, -2, 0}, row{0, inf, nan}, row{inf, -2, -inf})
	checkFloat(t, "div", binary(ops.Div), row{1, 4, 0.25}, row{1, 0, inf}, row{1, zero, -inf}, row{0, 0, nan}, row{zero, 5, zero}, row{1, inf, 0},
		row{inf, inf, nan}, row{-3, 2, -1.5})
	checkFloat(t, "neg", unary(ops.Neg), row{1, -1}, row{0, zero}, row{zero, 0}, row{inf, -inf}, row{nan, nan})
	checkFloat(t, "abs", unary(ops.Abs), row{-1.5, 1.5}, row{zero, 0}, row{0, 0}, row{-inf, inf}, row{nan, nan}, row{2, 2})
	checkFloat(t, "square", unary(ops.Square), row{-1.5, 2.25}, row{zero, 0}, row{-inf, inf}, row{nan, nan})
	checkFloat(t, "sign", unary(ops.Sign), row{-1e-30, -1}, row{3, 1}, row{0, 0}, row{zero, zero}, row{-inf, -1}, row{inf, 1}, row{nan, nan})
	checkFloat(t, "maximum", binary(ops.Maximum), row{1, 2, 2}, row{2, 1, 2}, row{zero, 0, 0}, row{0, zero, 0}, row{zero, zero, zero}, row{nan, inf, nan},
		row{-inf, nan, nan}, row{-inf, -1, -1})
	checkFloat(t, "minimum", binary(ops.Minimum), row{1, 2, 1}, row{2, 1, 1}, row{zero, 0, zero}, row{0, zero, zero}, row{0, 0, 0}, row{nan, -inf, nan},
		row{inf, nan, nan}, row{inf, -1, -1})
	checkFloat(t, "clamp", unary(func(x *graph.Node) *graph.Node { return ops.Clamp(x, -1, 2) }),
		row{-3, -1}, row{-1, -1}, row{0.5, 0.5}, row{2, 2}, row{7, 2}, row{inf, 2}, row{-inf, -1}, row{nan, nan}, row{zero, zero})
	checkFloat(t, "clamp", unary(func(x *graph.Node) *graph.Node { return ops.Clamp(x, math.Inf(-1), 0.5) }),
		row{-3, -3}, row{2, 0.5}, row{-inf, -inf}, row{nan, nan})
	checkFloat(t, "scale", unary(func(x *graph.Node) *graph.Node { return ops.Scale(-2, x) }), row{1.5, -3}, row{0, zero}, row{-inf, inf}, row{nan, nan})
	checkFloat(t, "affine", unary(func(x *graph.Node) *graph.Node { return ops.Affine(2, x, -1) }), row{1.5, 2}, row{0.5, 0}, row{inf, inf}, row{nan, nan})
	checkFloat(t, "affine", unary(func(x *graph.Node) *graph.Node { return ops.Affine(2, x, 0) }), row{zero, zero}, row{1, 2})
	checkFloat(t, "offset", unary(func(x *graph.Node) *graph.Node { return ops.Offset(x, 1) }), row{1.5, 2.5}, row{-1, 0}, row{nan, nan})
}

func TestIntegers(t *testing.T) {
	const least, most = math.MinInt32, math.MaxInt32
	d := graph.Int32
	check(t, "add", d, binary(ops.Add), row{most, 1, least}, row{1, -2, -1})
	check(t, "sub", d, binary(ops.Sub), row{least, 1, most}, row{1, 2, -1})
	check(t, "mul", d, binary(ops.Mul), row{1 << 30, 4, 0}, row{-3, 5, -15})
	check(t, "div", d, binary(ops.Div), row{7, 2, 3}, row{-7, 2, -3}, row{7, -2, -3}, row{-7, -2, 3}, row{least, -1, least}, row{0, 5, 0})
	check(t, "neg", d, unary(ops.Neg), row{least, least}, row{5, -5})
	check(t, "abs", d, unary(ops.Abs), row{least, least}, row{-5, 5}, row{5, 5}, row{0, 0})
	check(t, "square", d, unary(ops.Square), row{1 << 16, 0}, row{-5, 25})
	check(t, "sign", d, unary(ops.Sign), row{least, -1}, row{most, 1}, row{0, 0}, row{-1, -1})
	check(t, "maximum", d, binary(ops.Maximum), row{least, most, most}, row{-1, -2, -1})
	check(t, "minimum", d, binary(ops.Minimum), row{least, most, least}, row{-1, -2, -2})
	check(t, "clamp", d, unary(func(x *graph.Node) *graph.Node { return ops.Clamp(x, -1.5, 2.5) }), row{-7, -1}, row{-1, -1}, row{7, 2}, row{0, 0})
	check(t, "clamp", d, unary(func(x *graph.Node) *graph.Node { return ops.Clamp(x, math.Inf(-1), 1e300) }), row{least, least}, row{most, most})

	d = graph.Uint8
	check(t, "add", d, binary(ops.Add), row{255, 2, 1})
	check(t, "sub", d, binary(ops.Sub), row{0, 1, 255})
	check(t, "mul", d, binary(ops.Mul), row{16, 17, 16})
	check(t, "div", d, binary(ops.Div), row{200, 3, 66})
	check(t, "neg", d, unary(ops.Neg), row{1, 255}, row{0, 0})
	check(t, "abs", d, unary(ops.Abs), row{200, 200}, row{100, 100})
	check(t, "square", d, unary(ops.Square), row{17, 33})
	check(t, "sign", d, unary(ops.Sign), row{200, 1}, row{0, 0})
	check(t, "maximum", d, binary(ops.Maximum), row{200, 100, 200})
	check(t, "minimum", d, binary(ops.Minimum), row{200, 100, 100})
	check(t, "clamp", d, unary(func(x *graph.Node) *graph.Node { return ops.Clamp(x, -5, 100.9) }), row{200, 100}, row{0, 0})

	d = graph.Int64
	const big = 1 << 62
	check(t, "add", d, binary(ops.Add), row{big, big, -2 * big}, row{1, 2, 3})
	check(t, "sub", d, binary(ops.Sub), row{-2 * big, 2, 2 * big}, row{1, 2, -1}) // 2⁶³ − 2, as float64
	check(t, "mul", d, binary(ops.Mul), row{big, 4, 0})
	check(t, "div", d, binary(ops.Div), row{-9, 2, -4}, row{-2 * big, -1, -2 * big})
	check(t, "neg", d, unary(ops.Neg), row{-2 * big, -2 * big})
	check(t, "abs", d, unary(ops.Abs), row{-2 * big, -2 * big}, row{-big, big})
	check(t, "square", d, unary(ops.Square), row{1 << 32, 0}, row{-3, 9})
	check(t, "sign", d, unary(ops.Sign), row{-2 * big, -1}, row{big, 1}, row{0, 0})
	check(t, "maximum", d, binary(ops.Maximum), row{big, -big, big})
	check(t, "minimum", d, binary(ops.Minimum), row{big, -big, -big})
	check(t, "clamp", d, unary(func(x *graph.Node) *graph.Node { return ops.Clamp(x, -3, math.Inf(1)) }), row{big, big}, row{-big, -3})
}

func TestDivideByZero(t *testing.T) {
	for _, d := range []graph.Dtype{graph.Int32, graph.Int64, graph.Uint8} {
		_, err := try(binary(ops.Div), buffer(d, []float64{1, 2}, 2), buffer(d, []float64{1, 0}, 2))
		if err == nil || !strings.Contains(err.Error(), "an integer is divided by zero") || !strings.Contains(err.Error(), "values_test.go:") {
			t.Errorf("%v: %v", d, err)
		}
	}
}

func TestPow(t *testing.T) {
	pow := func(p float64) build { return unary(func(x *graph.Node) *graph.Node { return ops.Pow(x, p) }) }
	checkFloat(t, "pow 0", pow(0), row{0, 1}, row{nan, 1}, row{inf, 1}, row{-2, 1})
	checkFloat(t, "pow 1", pow(1), row{zero, zero}, row{nan, nan}, row{-2.5, -2.5})
	checkFloat(t, "pow 2", pow(2), row{zero, 0}, row{-inf, inf}, row{-2.5, 6.25})
	checkFloat(t, "pow 3", pow(3), row{zero, zero}, row{-inf, -inf}, row{-2.5, -15.625})
	checkFloat(t, "pow -1", pow(-1), row{zero, -inf}, row{0, inf}, row{-inf, zero}, row{-4, -0.25})
	checkFloat(t, "pow -2", pow(-2), row{zero, inf}, row{-inf, 0}, row{-4, 0.0625})
	checkFloat(t, "pow 0.5", pow(0.5), row{-1, nan}, row{4, 2}, row{0, 0}, row{inf, inf}, row{nan, nan})
	for _, p := range []float64{-3.5, -1, 0.3, 2.7, 3, 5} {
		follows(t, "pow", pow(p), func(x float64) float64 { return math.Pow(x, p) }, span(0.1, 9, 301), 1, 1)
	}
	checkFloat(t, "slope of pow 0", slope(pow(0), 0), row{0, 0}, row{2, 0})
	checkFloat(t, "slope of pow 1", slope(pow(1), 0), row{0, 1}, row{-2, 1})
	checkFloat(t, "slope of pow 2", slope(pow(2), 0), row{0, 0}, row{-3, -6})
	checkFloat(t, "third slope of pow 2", slope(slope(slope(pow(2), 0), 0), 0), row{0, 0}, row{-3, 0})
	checkFloat(t, "slope of pow 0.5", slope(pow(0.5), 0), row{0, inf}, row{4, 0.25})
}

func TestArithmeticSlopes(t *testing.T) {
	checkFloat(t, "da of a-b", slope(binary(ops.Sub), 0), row{3, 2, 1})
	checkFloat(t, "db of a-b", slope(binary(ops.Sub), 1), row{3, 2, -1})
	checkFloat(t, "da of a/b", slope(binary(ops.Div), 0), row{3, 2, 0.5}, row{0, -4, -0.25})
	checkFloat(t, "db of a/b", slope(binary(ops.Div), 1), row{3, 2, -0.75}, row{8, -4, -0.5})
	checkFloat(t, "slope of abs", slope(unary(ops.Abs), 0), row{-3, -1}, row{0, 0}, row{2, 1}, row{inf, 1})
	checkFloat(t, "slope of sign", slope(unary(ops.Sign), 0), row{-3, 0}, row{0, 0}, row{nan, 0})
	checkFloat(t, "second slope of abs", slope(slope(unary(ops.Abs), 0), 0), row{-3, 0}, row{0, 0})
	checkFloat(t, "da of max", slope(binary(ops.Maximum), 0), row{1, 2, 0}, row{2, 1, 1}, row{3, 3, 0.5}, row{inf, inf, 0.5}, row{-inf, 1, 0}, row{zero, 0, 0.5})
	checkFloat(t, "db of max", slope(binary(ops.Maximum), 1), row{1, 2, 1}, row{2, 1, 0}, row{3, 3, 0.5}, row{inf, inf, 0.5}, row{-inf, 1, 1})
	checkFloat(t, "da of min", slope(binary(ops.Minimum), 0), row{1, 2, 1}, row{2, 1, 0}, row{3, 3, 0.5}, row{-inf, -inf, 0.5}, row{-inf, 1, 1})
	checkFloat(t, "db of min", slope(binary(ops.Minimum), 1), row{1, 2, 0}, row{2, 1, 1}, row{3, 3, 0.5}, row{inf, 1, 1})
	checkFloat(t, "second slope of max", slope(slope(binary(ops.Maximum), 0), 1), row{1, 2, 0}, row{3, 3, 0})
	clamp := unary(func(x *graph.Node) *graph.Node { return ops.Clamp(x, 0.1, 2) }) // 0.1 is rounded to float32
	checkFloat(t, "slope of clamp", slope(clamp, 0), row{0.1, 1}, row{2, 1}, row{1, 1}, row{0, 0}, row{2.5, 0}, row{inf, 0}, row{nan, 0})
	checkFloat(t, "second slope of clamp", slope(slope(clamp, 0), 0), row{0.1, 0}, row{1, 0}, row{5, 0})
	// Both operands are one node: the halves add up.
	checkFloat(t, "slope of max(x, x)", slope(unary(func(x *graph.Node) *graph.Node { return ops.Maximum(x, x) }), 0), row{3, 1})
}

func TestArithmeticOrders(t *testing.T) {
	xs := []float64{0.4, 0.9, 1.7, 2.2}
	two := func(f func(a, b *graph.Node) *graph.Node) build { // of x and x², so that both operands count
		return unary(func(x *graph.Node) *graph.Node { return f(x, ops.Square(x)) })
	}
	derives(t, "add", two(ops.Add), xs, 4)
	derives(t, "sub", two(ops.Sub), xs, 4)
	derives(t, "mul", two(ops.Mul), xs, 4)
	derives(t, "div", two(ops.Div), xs, 4)
	derives(t, "maximum", two(ops.Maximum), xs, 4)
	derives(t, "minimum", two(ops.Minimum), xs, 4)
	for _, p := range []float64{0, 1, 2, 3, 4, -1, 0.5, -1.5} {
		derives(t, "pow", unary(func(x *graph.Node) *graph.Node { return ops.Pow(x, p) }), xs, 4)
	}
	derives(t, "neg", unary(func(x *graph.Node) *graph.Node { return ops.Neg(ops.Mul(x, ops.Square(x))) }), xs, 4)
	derives(t, "affine", unary(func(x *graph.Node) *graph.Node { return ops.Square(ops.Affine(3, x, -1)) }), xs, 4)
	derives(t, "clamp", unary(func(x *graph.Node) *graph.Node { return ops.Clamp(ops.Square(x), 0.5, 4) }), xs, 4)
}
