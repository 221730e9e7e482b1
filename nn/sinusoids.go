package nn

import (
	"fmt"
	"math"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// Sinusoids encodes a place, or a time, by sines and cosines of ever slower frequencies (Vaswani et al., Attention is all you need, 2017,
// section 3.5).
//
//	w_k = Base^(−2k/Width)        y[…, 2k] = sin(t·w_k)        y[…, 2k+1] = cos(t·w_k)
//
// Width is even. Nothing is trained.
type Sinusoids struct {
	Width  int
	Base   float64 // 0 stands for 10,000
	Halves bool    // all sines first, then all cosines, as diffusion models have them
}

// Encode returns the codes [..., Width], in dtype d, of numbers t [...] of any dtype.
func (s Sinusoids) Encode(t *graph.Node, d graph.Dtype) *graph.Node {
	if !t.Valid() {
		return t
	}
	if err := evenWidth(s.Width); err != nil {
		return refuse("sinusoids", t, err)
	}
	angle := angles(t, s.Width, s.Base)
	sin, cos := ops.Cast(ops.Sin(angle), d), ops.Cast(ops.Cos(angle), d)
	if s.Halves {
		return ops.Concat(-1, sin, cos)
	}
	return interleave(sin, cos)
}

// Forward adds the codes of 0, 1, … to a sequence x [..., T, Width].
func (s Sinusoids) Forward(x *graph.Node) *graph.Node { return s.ForwardAt(x, nil) }

// ForwardAt adds the codes from number at on, a scalar of int32 or int64; nil stands for 0.
func (s Sinusoids) ForwardAt(x, at *graph.Node) *graph.Node {
	if err := wantSequence(x, s.Width); err != nil || !x.Valid() {
		return refuse("sinusoids", x, err)
	}
	return ops.Add(x, s.Encode(placesFrom(x, at), x.Dtype()))
}

func evenWidth(n int) error {
	if n < 2 || n%2 != 0 {
		return fmt.Errorf("want an even width above 0, not %d", n)
	}
	return nil
}

// angles returns t·w_k, [..., width/2], in float64: of large t, float32 would keep few digits.
func angles(t *graph.Node, width int, base float64) *graph.Node {
	if base == 0 {
		base = 10_000
	}
	w := make([]float64, width/2)
	for k := range w {
		w[k] = math.Pow(base, -2*float64(k)/float64(width))
	}
	return ops.Mul(ops.Unsqueeze(ops.Cast(t, graph.Float64), -1), t.Graph().Constant(graph.BufferOf(w, len(w))))
}

// interleave is a₀, b₀, a₁, b₁, … along the last axis.
func interleave(a, b *graph.Node) *graph.Node {
	if !a.Valid() {
		return a
	}
	return ops.ReshapeTo(ops.Stack(-1, a, b), a.Shape().WithDim(-1, 2*a.Shape().Dim(-1)))
}
