package ode

import (
	"math"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/flow"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// A Tolerance says how large the estimated error of a step may be: its root mean square, each element's in units of
// Absolute + Relative·max(|y before|, |y after|), is at most 1.
type Tolerance struct {
	Absolute, Relative float64 // 1e-6 if 0
	Rounds             int     // steps tried at most, 10,000 if 0; what has not arrived by then is NaN
}

func (o Tolerance) filled() Tolerance {
	if o.Absolute == 0 {
		o.Absolute = 1e-6
	}
	if o.Relative == 0 {
		o.Relative = 1e-6
	}
	if o.Rounds == 0 {
		o.Rounds = 10_000
	}
	return o
}

// DormandPrince returns y(t1) from y(t0), t1 before or after t0, by steps of fifth order whose lengths follow the error that an embedded method of
// fourth order estimates (Dormand & Prince, "A family of embedded Runge-Kutta formulae", 1980, table 2). Its derivative solves the adjoint
// equation back from t1, da/dt = −(∂f/∂y)ᵀ·a, together with y and what θ gathers, to the same tolerance (Chen et al., "Neural ordinary differential
// equations", 2018): no step is kept. It has derivatives in its turn. Times have none.
func DormandPrince(f Field, y0 *graph.Node, t0, t1 float64, o Tolerance, theta ...*graph.Node) *graph.Node {
	g := y0.Graph()
	if y0.Valid() && !y0.Dtype().Float() {
		return g.Failf("dormand-prince of %v: want float32 or float64", y0.Type())
	}
	if d := t1 - t0; math.IsNaN(d) || math.IsInf(d, 0) {
		return g.Failf("dormand-prince: want times that are finite, not %v and %v", t0, t1)
	}
	if t0 == t1 {
		return y0
	}
	forward := func(in []*graph.Node) []*graph.Node {
		return []*graph.Node{integrate(f, in[0], t0, t1, o.filled(), in[1:])}
	}
	backward := func(in, ys, dys []*graph.Node) []*graph.Node {
		xs := append([]*graph.Node{ys[0]}, in[1:]...)
		parts := []*graph.Node{ys[0], dys[0]} // y, a, and what θ gathers, from zeros on
		for _, p := range in[1:] {
			parts = append(parts, ops.Like(0, p))
		}
		end := DormandPrince(func(t, s *graph.Node, theta []*graph.Node) *graph.Node {
			now := split(s, parts)
			at := append([]*graph.Node{now[0]}, theta...)
			dy := f(t, now[0], theta)
			ds := []*graph.Node{dy}
			for i, d := range autodiff.Pull([]*graph.Node{dy}, []*graph.Node{now[1]}, at) {
				if d == nil {
					d = ops.Like(0, at[i])
				}
				ds = append(ds, ops.Neg(d))
			}
			return join(ds)
		}, join(parts), t1, t0, o, in[1:]...)
		return split(end, parts)[1 : 1+len(xs)]
	}
	return autodiff.Custom("dormand-prince", forward, backward)(append([]*graph.Node{y0}, theta...)...)[0]
}

// join lays arrays out as one list.
func join(parts []*graph.Node) *graph.Node {
	flat := make([]*graph.Node, len(parts))
	for i, p := range parts {
		flat[i] = ops.Reshape(p, -1)
	}
	return ops.Concat(0, flat...)
}

// split is the inverse of join, for arrays of the shapes of like.
func split(s *graph.Node, like []*graph.Node) (parts []*graph.Node) {
	at := 0
	for _, l := range like {
		n := l.Shape().Size()
		parts = append(parts, ops.ReshapeTo(ops.Slice(s, 0, at, n), l.Shape()))
		at += n
	}
	return parts
}

// The method's coefficients: stages, and the weights of the fifth order less those of the fourth.
var (
	nodes  = []float64{0, 1. / 5, 3. / 10, 4. / 5, 8. / 9, 1, 1}
	stages = [][]float64{
		{},
		{1. / 5},
		{3. / 40, 9. / 40},
		{44. / 45, -56. / 15, 32. / 9},
		{19372. / 6561, -25360. / 2187, 64448. / 6561, -212. / 729},
		{9017. / 3168, -355. / 33, 46732. / 5247, 49. / 176, -5103. / 18656},
		{35. / 384, 0, 500. / 1113, 125. / 192, -2187. / 6784, 11. / 84}, // the result, where the next step begins
	}
	errors = []float64{71. / 57600, 0, -71. / 16695, 71. / 1920, -17253. / 339200, 22. / 525, -1. / 40}
)

// integrate runs the steps. The state is t, y, the next step's length and the slope at t.
func integrate(f Field, y0 *graph.Node, t0, t1 float64, o Tolerance, theta []*graph.Node) *graph.Node {
	g, scalar := y0.Graph(), graph.T(y0.Dtype())
	sign := math.Copysign(1, t1-t0)
	left := func(t *graph.Node) *graph.Node { return ops.Scale(sign, ops.Affine(-1, t, t1)) } // time to go, in its direction
	arrived := 1e-12 * math.Abs(t1-t0)
	if y0.Dtype() == graph.Float32 {
		arrived = 1e-6 * math.Abs(t1-t0)
	}
	start := g.Fill(t0, scalar)
	begin := []*graph.Node{start, y0, g.Fill(math.Abs(t1-t0)/16, scalar), f(start, y0, theta)}
	final, _ := flow.While(o.Rounds, begin, func(s []*graph.Node) *graph.Node {
		return ops.Greater(left(s[0]), ops.Like(arrived, s[0]))
	}, func(s []*graph.Node) []*graph.Node {
		t, y, k1 := s[0], s[1], s[3]
		length := ops.Minimum(s[2], left(t))
		h := ops.Scale(sign, length)
		k := []*graph.Node{k1}
		next := y
		for i := 1; i < len(stages); i++ {
			next = ops.Add(y, ops.Mul(h, weighted(stages[i], k)))
			k = append(k, f(ops.Add(t, ops.Scale(nodes[i], h)), next, theta))
		}
		unit := ops.Affine(o.Relative, ops.Maximum(ops.Abs(y), ops.Abs(next)), o.Absolute)
		size := ops.Sqrt(ops.Mean(ops.Square(ops.Div(ops.Mul(h, weighted(errors, k)), unit))))
		good := ops.LessEqual(size, ops.Like(1, size))
		// the step that would just have been good, with something to spare; a NaN shortens, too
		factor := ops.Scale(0.9, ops.Pow(ops.Maximum(size, ops.Like(1e-8, size)), -0.2))
		factor = ops.Where(ops.LessEqual(size, ops.Like(1e8, size)), ops.Minimum(ops.Maximum(factor, ops.Like(0.2, factor)), ops.Like(5, factor)), ops.Like(0.2, factor))
		return []*graph.Node{
			ops.Where(good, ops.Add(t, h), t), ops.Where(good, next, y), ops.Mul(length, factor), ops.Where(good, k[6], k1),
		}
	})
	there := ops.LessEqual(left(final[0]), ops.Like(arrived, final[0]))
	return ops.Where(there, final[1], ops.Like(math.NaN(), final[1]))
}

// weighted is Σ wᵢ·kᵢ.
func weighted(w []float64, k []*graph.Node) (s *graph.Node) {
	for i, v := range w {
		switch {
		case v == 0:
		case s == nil:
			s = ops.Scale(v, k[i])
		default:
			s = ops.Add(s, ops.Scale(v, k[i]))
		}
	}
	return s
}
