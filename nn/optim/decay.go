package optim

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// Exponential is base·factor^done: PyTorch's ExponentialLR.
func Exponential(base, factor float64) Rate {
	return func(done *graph.Node) *graph.Node { return scaled(base, factor, done) }
}

// StepDecay multiplies base by factor after every so many steps: base·factor^⌊done/every⌋, PyTorch's StepLR.
func StepDecay(base, factor float64, every int) Rate {
	return func(done *graph.Node) *graph.Node { return scaled(base, factor, quotient(done, every)) }
}

// MultiStep multiplies base by factor when the number of steps done reaches each of at: PyTorch's MultiStepLR.
func MultiStep(base, factor float64, at ...int) Rate {
	return func(done *graph.Node) *graph.Node {
		passed := ops.Like(0, done)
		for _, n := range at {
			passed = ops.Add(passed, ops.Cast(ops.GreaterEqual(done, ops.Like(float64(n), done)), done.Dtype()))
		}
		return scaled(base, factor, passed)
	}
}

// Polynomial falls from base to 0 over the given number of steps, and stays there: base·(1 − done/steps)^power, PyTorch's
// PolynomialLR. The power must be positive.
func Polynomial(base float64, steps int, power float64) Rate {
	return func(done *graph.Node) *graph.Node {
		if !(power > 0) {
			return done.Graph().Failf("polynomial: the power is %v, want a positive one", power)
		}
		left := ops.Clamp(ops.Affine(-1/float64(max(1, steps)), done, 1), 0, 1)
		return ops.Scale(base, ops.Pow(left, power))
	}
}

// InverseSqrt rises to peak during the first steps and then falls with the root of their number (Vaswani et al., 2017, section 5.3):
//
//	peak·min(t/steps, √(steps/t))    with t = done + 1
//
// The paper's peak is 1/√(width·steps).
func InverseSqrt(peak float64, steps int) Rate {
	return func(done *graph.Node) *graph.Node {
		share := ops.Scale(1/float64(max(1, steps)), ops.Offset(done, 1))
		return ops.Scale(peak, ops.Minimum(share, ops.Rsqrt(share)))
	}
}

// scaled is base·factorⁿ.
func scaled(base, factor float64, n *graph.Node) *graph.Node {
	if !(factor >= 0) {
		return n.Graph().Failf("rate: the factor is %v, want none below 0", factor)
	}
	return ops.Scale(base, power(factor, n))
}

// quotient is ⌊n/by⌋ of a float64 scalar that holds a whole number ≥ 0: the division is of integers.
func quotient(n *graph.Node, by int) *graph.Node {
	whole := ops.Cast(n, graph.Int64)
	return ops.Cast(ops.Div(whole, ops.Like(float64(max(1, by)), whole)), n.Dtype())
}

// remainder is n − by·⌊n/by⌋ of such a scalar.
func remainder(n *graph.Node, by int) *graph.Node {
	return ops.Sub(n, ops.Scale(float64(max(1, by)), quotient(n, by)))
}
