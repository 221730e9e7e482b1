package ops_test

import (
	"math"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

func leaky(slope float64) build {
	return unary(func(x *graph.Node) *graph.Node { return ops.LeakyReLU(x, slope) })
}

func TestActivations(t *testing.T) {
	checkFloat(t, "relu", unary(ops.ReLU), row{-1, 0}, row{2, 2}, row{0, 0}, row{zero, 0}, row{inf, inf}, row{-inf, 0}, row{nan, nan})
	checkFloat(t, "step", unary(ops.Step), row{-1, 0}, row{1e-30, 1}, row{0, 0}, row{zero, 0}, row{inf, 1}, row{-inf, 0}, row{nan, 0})
	checkFloat(t, "leakyrelu", leaky(0.25), row{-1, -0.25}, row{2, 2}, row{0, 0}, row{zero, zero}, row{inf, inf}, row{-inf, -inf}, row{nan, nan})
	checkFloat(t, "leakyrelu", leaky(-2), row{-1, 2}, row{3, 3}, row{-inf, inf})
	checkFloat(t, "sigmoid", unary(ops.Sigmoid), row{0, 0.5}, row{1000, 1}, row{-1000, 0}, row{inf, 1}, row{-inf, 0}, row{nan, nan})
	checkFloat(t, "softplus", unary(ops.Softplus), row{0, math.Ln2}, row{1000, 1000}, row{-1000, 0}, row{inf, inf}, row{-inf, 0}, row{nan, nan})
	checkFloat(t, "gelu", unary(ops.GELU), row{0, 0}, row{zero, zero}, row{100, 100}, row{-100, zero}, row{inf, inf}, row{nan, nan})
	checkFloat(t, "gelutanh", unary(ops.GELUTanh), row{0, 0}, row{zero, zero}, row{100, 100}, row{-100, zero}, row{inf, inf}, row{nan, nan})

	xs := span(-9, 9, 1003)
	follows(t, "sigmoid", unary(ops.Sigmoid), func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }, xs, 3, 3)
	follows(t, "softplus", unary(ops.Softplus), func(x float64) float64 { return math.Log1p(math.Exp(x)) }, xs, 3, 4)
	follows(t, "gelu", unary(ops.GELU), func(x float64) float64 { return x * math.Erfc(-x/math.Sqrt2) / 2 }, span(-2, 9, 1003), 8, 4)
	follows(t, "gelutanh", unary(ops.GELUTanh), func(x float64) float64 {
		return 0.5 * x * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(x+0.044715*x*x*x)))
	}, span(-2, 9, 1003), 8, 32)
	// The approximation is one: Hendrycks & Gimpel's is within 0.0005 of the function.
	exact, near := run(t, unary(ops.GELU), buffer(graph.Float64, xs, len(xs))), run(t, unary(ops.GELUTanh), buffer(graph.Float64, xs, len(xs)))
	for i := range xs {
		if math.Abs(exact[i]-near[i]) > 5e-4 {
			t.Errorf("GELUTanh(%v) = %v, GELU = %v", xs[i], near[i], exact[i])
		}
	}
}

func TestFurtherActivations(t *testing.T) {
	with := func(f func(x *graph.Node, a float64) *graph.Node, a float64) build {
		return unary(func(x *graph.Node) *graph.Node { return f(x, a) })
	}
	tanh := unary(func(x *graph.Node) *graph.Node { return ops.HardTanh(x, -1, 2) })
	checkFloat(t, "silu", unary(ops.SiLU), row{0, 0}, row{zero, zero}, row{1000, 1000}, row{-1000, zero}, row{inf, inf}, row{-inf, zero}, row{nan, nan})
	checkFloat(t, "logsigmoid", unary(ops.LogSigmoid), row{0, -math.Ln2}, row{-1000, -1000}, row{1000, zero}, row{-inf, -inf}, row{inf, zero}, row{nan, nan})
	checkFloat(t, "softplusbeta", with(ops.SoftplusBeta, 2), row{0, math.Ln2 / 2}, row{1000, 1000}, row{-1000, 0}, row{inf, inf}, row{-inf, 0}, row{nan, nan})
	checkFloat(t, "elu", with(ops.ELU, 0.5), row{3, 3}, row{0, 0}, row{zero, zero}, row{-1000, -0.5}, row{inf, inf}, row{-inf, -0.5}, row{nan, nan})
	checkFloat(t, "celu", with(ops.CELU, 0.5), row{3, 3}, row{0, 0}, row{zero, zero}, row{-1000, -0.5}, row{inf, inf}, row{-inf, -0.5}, row{nan, nan})
	checkFloat(t, "selu", unary(ops.SELU), row{1, 1.0507009873554804934}, row{0, 0}, row{zero, zero}, row{-1000, -1.7580993408473768}, row{inf, inf}, row{nan, nan})
	checkFloat(t, "mish", unary(ops.Mish), row{0, 0}, row{zero, zero}, row{1000, 1000}, row{-1000, zero}, row{inf, inf}, row{nan, nan})
	checkFloat(t, "hardtanh", tanh, row{-3, -1}, row{0.5, 0.5}, row{3, 2}, row{inf, 2}, row{-inf, -1}, row{nan, nan})
	checkFloat(t, "relu6", unary(ops.ReLU6), row{-3, 0}, row{0.5, 0.5}, row{7, 6}, row{inf, 6}, row{-inf, 0}, row{nan, nan})
	checkFloat(t, "hardsigmoid", unary(ops.HardSigmoid), row{-4, 0}, row{0, 0.5}, row{4, 1}, row{inf, 1}, row{-inf, 0}, row{nan, nan})
	checkFloat(t, "hardswish", unary(ops.HardSwish), row{-4, zero}, row{0, 0}, row{4, 4}, row{inf, inf}, row{nan, nan})
	checkFloat(t, "softsign", unary(ops.SoftSign), row{-1, -0.5}, row{0, 0}, row{zero, zero}, row{3, 0.75}, row{inf, 1}, row{-inf, -1}, row{nan, nan}, row{1e30, 1})

	xs := span(-9, 9, 1003)
	follows(t, "silu", unary(ops.SiLU), func(x float64) float64 { return x / (1 + math.Exp(-x)) }, xs, 4, 4)
	follows(t, "logsigmoid", unary(ops.LogSigmoid), func(x float64) float64 { return -math.Log1p(math.Exp(-x)) }, xs, 3, 4)
	follows(t, "softplusbeta", with(ops.SoftplusBeta, 0.5), func(x float64) float64 { return 2 * math.Log1p(math.Exp(x/2)) }, xs, 3, 4)
	follows(t, "celu", with(ops.CELU, 2), func(x float64) float64 { return max(x, 0) + min(0, 2*math.Expm1(x/2)) }, xs, 6, 1)
	follows(t, "mish", unary(ops.Mish), func(x float64) float64 { return x * math.Tanh(math.Log1p(math.Exp(x))) }, xs, 6, 8)
}

// At a kink the slope is that of the side which the doc names.
func TestFurtherSlopes(t *testing.T) {
	elu := unary(func(x *graph.Node) *graph.Node { return ops.ELU(x, 0.5) })
	tanh := unary(func(x *graph.Node) *graph.Node { return ops.HardTanh(x, -1, 2) })
	checkFloat(t, "silu", slope(unary(ops.SiLU), 0), row{0, 0.5}, row{100, 1}, row{-1000, 0})
	checkFloat(t, "logsigmoid", slope(unary(ops.LogSigmoid), 0), row{0, 0.5}, row{100, 0x1.a8c1f14e2af5dp-145}, row{-1000, 1})
	checkFloat(t, "elu", slope(elu, 0), row{2, 1}, row{0, 0.5}, row{-1000, 0})
	checkFloat(t, "hardtanh", slope(tanh, 0), row{-2, 0}, row{-1, 0}, row{0, 1}, row{2, 0}, row{3, 0})
	checkFloat(t, "relu6", slope(unary(ops.ReLU6), 0), row{-1, 0}, row{0, 0}, row{1, 1}, row{6, 0}, row{7, 0})
	checkFloat(t, "hardsigmoid", slope(unary(ops.HardSigmoid), 0), row{-3, 0}, row{0, 1. / 6}, row{3, 0})
	checkFloat(t, "hardswish", slope(unary(ops.HardSwish), 0), row{-4, 0}, row{-3, 0}, row{0, 0.5}, row{3, 1}, row{4, 1})
	checkFloat(t, "softsign", slope(unary(ops.SoftSign), 0), row{-1, 0.25}, row{0, 1}, row{1, 0.25})
	checkFloat(t, "second slope of softsign", slope(slope(unary(ops.SoftSign), 0), 0), row{-1, 0.25}, row{0, zero}, row{1, -0.25})
}

func TestActivationSlopes(t *testing.T) {
	checkFloat(t, "slope of relu", slope(unary(ops.ReLU), 0), row{-1, 0}, row{2, 1}, row{0, 0}, row{zero, 0}, row{inf, 1})
	checkFloat(t, "second slope of relu", slope(slope(unary(ops.ReLU), 0), 0), row{-1, 0}, row{2, 0}, row{0, 0})
	checkFloat(t, "slope of step", slope(unary(ops.Step), 0), row{-1, 0}, row{2, 0}, row{0, 0})
	for _, s := range []float64{0.25, 0.01, 0.3, 0, 1, -2} { // exactly 1 and s, however s is rounded
		checkFloat(t, "slope of leakyrelu", slope(leaky(s), 0), row{-1, s}, row{2, 1}, row{0, s})
	}
	checkFloat(t, "second slope of leakyrelu", slope(slope(leaky(0.1), 0), 0), row{-1, 0}, row{2, 0}, row{0, 0})
	checkFloat(t, "slope of sigmoid", slope(unary(ops.Sigmoid), 0), row{0, 0.25}, row{1000, 0}, row{-1000, 0})
	checkFloat(t, "slope of softplus", slope(unary(ops.Softplus), 0), row{0, 0.5}, row{1000, 1}, row{-1000, 0})
	checkFloat(t, "slope of gelu", slope(unary(ops.GELU), 0), row{0, 0.5}, row{100, 1}, row{-100, 0})
	checkFloat(t, "slope of gelutanh", slope(unary(ops.GELUTanh), 0), row{0, 0.5}, row{100, 1}, row{-100, 0})
}

func TestActivationOrders(t *testing.T) {
	xs := []float64{-1.9, -0.6, 0.2, 0.9, 1.7}
	for name, f := range map[string]func(*graph.Node) *graph.Node{
		"sigmoid": ops.Sigmoid, "softplus": ops.Softplus, "gelu": ops.GELU, "gelutanh": ops.GELUTanh,
		"relu":      func(x *graph.Node) *graph.Node { return ops.Square(ops.ReLU(x)) },
		"leakyrelu": func(x *graph.Node) *graph.Node { return ops.Square(ops.LeakyReLU(x, 0.3)) },
	} {
		derives(t, name, unary(f), xs, 4)
	}
	derives(t, "gelu at 0", unary(ops.GELU), []float64{0}, 4)
}

// The backward pass of ReLU needs its result only: nothing keeps the operand alive.
func TestReLUKeepsResult(t *testing.T) {
	g := graph.New(graph.Training)
	x := g.Input("x", graph.Float32, 3)
	h := ops.Square(x)
	y := ops.ReLU(h)
	dy := g.Input("dy", graph.Float32, 3)
	dh := autodiff.VJP([]*graph.Node{y}, []*graph.Node{dy}, []*graph.Node{h})[0]
	want := `%0 = input "x" float32[3]
%1 = square %0 float32[3]
%2 = relu %1 float32[3]
%3 = input "dy" float32[3]
%4 = step %2 float32[3]
%5 = mul %3 %4 float32[3]
return %5
`
	if got := graph.Print(dh); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
