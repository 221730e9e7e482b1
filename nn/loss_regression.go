package nn

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// MSE is the mean of (x − y)² over all elements.
//
//	x, y [...], of one shape
func MSE(x, y *graph.Node, r ...Reduction) *graph.Node {
	if bad := unlike("mse", x, y); bad != nil {
		return bad
	}
	return reduced("mse", ops.Square(ops.Sub(x, y)), r)
}

// L1 is the mean of |x − y| over all elements; the derivative at 0 is 0.
//
//	x, y [...], of one shape
func L1(x, y *graph.Node, r ...Reduction) *graph.Node {
	if bad := unlike("l1", x, y); bad != nil {
		return bad
	}
	return reduced("l1", ops.Abs(ops.Sub(x, y)), r)
}

// Huber is the mean of ½d² where |d| ≤ delta and delta·(|d| − ½delta) elsewhere, d = x − y (Huber, 1964). delta is positive.
//
//	x, y [...], of one shape
func Huber(x, y *graph.Node, delta float64, r ...Reduction) *graph.Node {
	if bad := unlike("huber", x, y); bad != nil {
		return bad
	}
	if !(delta > 0) {
		return x.Graph().Failf("huber: want a delta above 0, not %v", delta)
	}
	return reduced("huber", huber(x, y, delta), r)
}

func huber(x, y *graph.Node, delta float64) *graph.Node {
	d := ops.Abs(ops.Sub(x, y))
	quadratic := ops.Clamp(d, 0, delta)
	linear := ops.Sub(d, quadratic)
	return ops.Add(ops.Scale(0.5, ops.Square(quadratic)), ops.Scale(delta, linear))
}

// SmoothL1 is the mean of ½d²/beta where |d| ≤ beta and |d| − ½beta elsewhere, d = x − y (Girshick, 2015, Fast R-CNN, eq. 3, has beta 1):
// Huber/beta, and L1 for a beta of 0.
//
//	x, y [...], of one shape
func SmoothL1(x, y *graph.Node, beta float64, r ...Reduction) *graph.Node {
	if bad := unlike("smoothl1", x, y); bad != nil {
		return bad
	}
	switch {
	case !(beta >= 0):
		return x.Graph().Failf("smoothl1: want a beta of at least 0, not %v", beta)
	case beta == 0:
		return L1(x, y, r...)
	}
	return reduced("smoothl1", ops.Scale(1/beta, huber(x, y, beta)), r)
}

// minVariance is the floor of variances, PyTorch's default.
const minVariance = 1e-6

// GaussianNLL is the mean of ½(ln σ² + (target − mean)²/σ²), the negative log-likelihood of a normal distribution without the
// constant ½ln 2π (Nix & Weigend, 1994). A variance below 1e-6 counts as 1e-6, but gets the gradient of that, as in PyTorch, so that
// it can recover.
//
//	mean, target [...], of one shape    variance: that shape, or one that expands to it
func GaussianNLL(mean, target, variance *graph.Node, r ...Reduction) *graph.Node {
	if bad := unlike("gaussiannll", mean, target); bad != nil {
		return bad
	}
	variance = expanded("gaussiannll", variance, mean)
	if bad := unlike("gaussiannll", mean, variance); bad != nil {
		return bad
	}
	lift := ops.Sub(ops.Clamp(variance, minVariance, inf), variance)
	v := ops.Add(variance, ops.StopGradient(lift))
	return reduced("gaussiannll", ops.Scale(0.5, ops.Add(ops.Log(v), ops.Div(ops.Square(ops.Sub(target, mean)), v))), r)
}
