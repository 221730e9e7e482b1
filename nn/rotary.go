package nn

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// Rotary turns pairs of elements of queries and keys by angles that grow with their place, so that their products depend on the distance
// alone (Su et al., RoFormer: Enhanced transformer with rotary position embedding, 2021, eq. 34).
//
//	a' = a·cos(i·w_k) − b·sin(i·w_k)        b' = a·sin(i·w_k) + b·cos(i·w_k)        w_k = Base^(−2k/Width)
//
// Pair k of the vector at place i is (a, b) = (x[2k], x[2k+1]), or (x[k], x[k + Width/2]) with Halves, the layout of LLaMA's weights. The
// elements from Width on stay as they are. Nothing is trained.
type Rotary struct {
	Width  int     // how many elements turn, an even number; 0 for all
	Base   float64 // 0 stands for 10,000
	Halves bool
}

// Rotate turns x [..., T, D], whose first vector is at place at: a scalar of int32 or int64, nil for 0.
func (r Rotary) Rotate(x, at *graph.Node) *graph.Node {
	if err := wantSequence(x, 0); err != nil || !x.Valid() {
		return refuse("rotary", x, err)
	}
	d := x.Shape().Dim(-1)
	n := r.Width
	if n == 0 {
		n = d
	}
	if err := evenWidth(n); err != nil || n > d {
		if err == nil {
			err = fmt.Errorf("want at least the %d elements that turn", n)
		}
		return refuse("rotary", x, err)
	}
	angle := angles(placesFrom(x, at), n, r.Base)
	cos, sin := ops.Cast(ops.Cos(angle), x.Dtype()), ops.Cast(ops.Sin(angle), x.Dtype())
	a, b := r.pairs(ops.Slice(x, -1, 0, n))
	p, q := ops.Sub(ops.Mul(a, cos), ops.Mul(b, sin)), ops.Add(ops.Mul(a, sin), ops.Mul(b, cos))
	y := interleave(p, q)
	if r.Halves {
		y = ops.Concat(-1, p, q)
	}
	if n < d {
		y = ops.Concat(-1, y, ops.Slice(x, -1, n, d-n))
	}
	return y
}

func (r Rotary) pairs(x *graph.Node) (a, b *graph.Node) {
	n := x.Shape().Dim(-1) / 2
	if r.Halves {
		return ops.Slice(x, -1, 0, n), ops.Slice(x, -1, n, n)
	}
	return ops.SliceStep(x, -1, 0, n, 2), ops.SliceStep(x, -1, 1, n, 2)
}
