package optim

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// CosineRestarts falls from base to final as Cosine does, over first steps, then starts again at base; each cycle is longer times as
// long as the one before (Loshchilov & Hutter, 2017, section 3): PyTorch's CosineAnnealingWarmRestarts.
func CosineRestarts(base, final float64, first, longer int) Rate {
	return func(done *graph.Node) *graph.Node {
		if first < 1 || longer < 1 {
			return done.Graph().Failf("cosine restarts: a cycle of %d steps, the next %d times as long; want at least 1", first, longer)
		}
		at, length := remainder(done, first), ops.Like(float64(first), done)
		if longer > 1 {
			// Cycle n starts at first·(longerⁿ−1)/(longer−1): its start tells its length. Few of them fit in what float64 counts.
			start := ops.Like(0, done)
			for s, l := float64(first), float64(first*longer); s < 1<<53; s, l = s+l, l*float64(longer) {
				b := ops.Like(s, done)
				start = ops.Where(ops.GreaterEqual(done, b), b, start)
			}
			at, length = ops.Sub(done, start), ops.Affine(float64(longer-1), start, float64(first))
		}
		return annealed(base, final, ops.Div(at, length))
	}
}

// OneCycle rises from start to peak and falls to final, both along half a cosine, within the given number of steps, of which rise is the
// share that the rate goes up (Smith & Topin, 2018). PyTorch's OneCycleLR with its default factors is
// OneCycle(peak/25, peak, peak/25e4, steps, 0.3), but for the momentum, which that cycles too.
func OneCycle(start, peak, final float64, steps int, rise float64) Rate {
	return func(done *graph.Node) *graph.Node {
		if steps < 2 || !(rise > 0 && rise < 1) {
			return done.Graph().Failf("one cycle: %d steps of which a share of %v rises; want at least 2, and a share between 0 and 1", steps, rise)
		}
		top, end := rise*float64(steps)-1, float64(steps-1)
		if top <= 0 {
			return done.Graph().Failf("one cycle: a share of %v of %d steps has no room for a rise", rise, steps)
		}
		up := ops.Div(done, ops.Like(top, done))
		down := ops.Clamp(ops.Div(ops.Offset(done, -top), ops.Like(end-top, done)), 0, 1)
		first := ops.LessEqual(done, ops.Like(top, done))
		return ops.Where(first, annealed(start, peak, up), annealed(peak, final, down))
	}
}

// annealed goes from a to b along half a cosine as share goes from 0 to 1.
func annealed(a, b float64, share *graph.Node) *graph.Node {
	return ops.Affine((a-b)/2, ops.Cos(ops.Scale(math.Pi, share)), (a+b)/2)
}

// Sequence follows first for the given number of steps, then the other rate, which sees the steps since: PyTorch's SequentialLR.
func Sequence(first Rate, steps int, then Rate) Rate {
	return func(done *graph.Node) *graph.Node {
		since := ops.Offset(done, -float64(steps))
		return ops.Where(ops.Less(since, ops.Like(0, since)), first(done), then(ops.ReLU(since)))
	}
}
