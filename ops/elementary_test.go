package ops_test

import (
	"math"
	"testing"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

func TestElementary(t *testing.T) {
	checkFloat(t, "sqrt", unary(ops.Sqrt), row{4, 2}, row{0, 0}, row{zero, zero}, row{-1, nan}, row{inf, inf}, row{nan, nan})
	checkFloat(t, "rsqrt", unary(ops.Rsqrt), row{4, 0.5}, row{0, inf}, row{zero, -inf}, row{-1, nan}, row{inf, 0}, row{nan, nan})
	checkFloat(t, "reciprocal", unary(ops.Reciprocal), row{4, 0.25}, row{0, inf}, row{zero, -inf}, row{inf, 0}, row{-inf, zero}, row{nan, nan})
	checkFloat(t, "exp", unary(ops.Exp), row{0, 1}, row{zero, 1}, row{inf, inf}, row{-inf, 0}, row{1000, inf}, row{-1000, 0}, row{nan, nan})
	checkFloat(t, "log", unary(ops.Log), row{1, 0}, row{0, -inf}, row{zero, -inf}, row{-1, nan}, row{inf, inf}, row{nan, nan})
	checkFloat(t, "log1p", unary(ops.Log1p), row{0, 0}, row{zero, zero}, row{-1, -inf}, row{-2, nan}, row{inf, inf}, row{nan, nan}, row{1e-30, 1e-30})
	checkFloat(t, "tanh", unary(ops.Tanh), row{0, 0}, row{zero, zero}, row{inf, 1}, row{-inf, -1}, row{100, 1}, row{-100, -1}, row{nan, nan})
	checkFloat(t, "erf", unary(ops.Erf), row{0, 0}, row{zero, zero}, row{inf, 1}, row{-inf, -1}, row{30, 1}, row{nan, nan})
	checkFloat(t, "sin", unary(ops.Sin), row{0, 0}, row{zero, zero}, row{inf, nan}, row{nan, nan})
	checkFloat(t, "cos", unary(ops.Cos), row{0, 1}, row{-inf, nan}, row{nan, nan})

	xs := span(-9, 9, 1003)
	follows(t, "sqrt", unary(ops.Sqrt), math.Sqrt, span(0, 9, 301), 0.5, 0.5)
	follows(t, "rsqrt", unary(ops.Rsqrt), func(x float64) float64 { return 1 / math.Sqrt(x) }, span(0.1, 9, 301), 1, 1)
	follows(t, "exp", unary(ops.Exp), math.Exp, span(-80, 80, 1003), 2, 3)
	follows(t, "log", unary(ops.Log), math.Log, span(1e-3, 9, 1003), 2, 3)
	follows(t, "log1p", unary(ops.Log1p), math.Log1p, span(-0.99, 9, 1003), 2, 3)
	follows(t, "log1p", unary(ops.Log1p), math.Log1p, span(-1e-6, 1e-6, 301), 2, 3)
	follows(t, "tanh", unary(ops.Tanh), math.Tanh, xs, 3, 3)
	follows(t, "erf", unary(ops.Erf), math.Erf, xs, 2, 3)
	follows(t, "sin", unary(ops.Sin), math.Sin, xs, 1, 3)
	follows(t, "cos", unary(ops.Cos), math.Cos, xs, 1, 3)
}

func TestElementarySlopes(t *testing.T) {
	checkFloat(t, "slope of sqrt", slope(unary(ops.Sqrt), 0), row{4, 0.25}, row{0, inf}, row{-1, nan})
	checkFloat(t, "slope of rsqrt", slope(unary(ops.Rsqrt), 0), row{4, -0.0625}, row{0, -inf})
	checkFloat(t, "slope of reciprocal", slope(unary(ops.Reciprocal), 0), row{2, -0.25}, row{0, -inf}, row{inf, zero})
	checkFloat(t, "slope of exp", slope(unary(ops.Exp), 0), row{0, 1}, row{-inf, 0})
	checkFloat(t, "slope of log", slope(unary(ops.Log), 0), row{4, 0.25}, row{0, inf}, row{inf, 0})
	checkFloat(t, "slope of log1p", slope(unary(ops.Log1p), 0), row{1, 0.5}, row{0, 1}, row{-1, inf})
	checkFloat(t, "slope of tanh", slope(unary(ops.Tanh), 0), row{0, 1}, row{100, 0}, row{-inf, 0})
	checkFloat(t, "slope of erf", slope(unary(ops.Erf), 0), row{0, 2 / math.SqrtPi}, row{inf, 0})
}

func TestElementaryOrders(t *testing.T) {
	xs := []float64{0.4, 0.9, 1.7, 2.2}
	for name, f := range map[string]func(*graph.Node) *graph.Node{
		"sqrt": ops.Sqrt, "rsqrt": ops.Rsqrt, "reciprocal": ops.Reciprocal, "exp": ops.Exp, "log": ops.Log, "log1p": ops.Log1p,
		"tanh": ops.Tanh, "erf": ops.Erf, "sin": ops.Sin, "cos": ops.Cos, "square": ops.Square,
	} {
		derives(t, name, unary(f), xs, 4)
	}
}
