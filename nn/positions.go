package nn

import (
	"fmt"
	"math/rand/v2"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// Positions adds a learned row for each place in a sequence: y[…, i, :] = x[…, i, :] + W[i, :].
//
//	x [..., T, width], T ≤ n    W [n, width]
type Positions struct{ W *graph.Param }

// NewPositions draws a table for sequences of up to n tokens from N(0, 1), unless Weights says else.
func NewPositions(r *rand.Rand, n, width int, opts ...Option) *Positions {
	s := apply(append([]Option{Weights(Normal(1))}, opts...))
	return &Positions{graph.NewParam("positions.W", s.weights(r, width, n, n, width))}
}

// Forward adds the rows from the first on. A sequence longer than the table is an error.
func (p *Positions) Forward(x *graph.Node) *graph.Node { return p.ForwardAt(x, nil) }

// ForwardAt adds the rows from number at on, a scalar of int32 or int64; nil stands for 0. A row that is not there is then an error of
// the run.
func (p *Positions) ForwardAt(x, at *graph.Node) *graph.Node {
	n, width := p.W.Type().Shape.Dim(0), p.W.Type().Shape.Dim(1)
	if err := wantSequence(x, width); err != nil || !x.Valid() {
		return refuse("positions", x, err)
	}
	t, w := x.Shape().Dim(-2), x.Graph().Use(p.W)
	if t > n {
		return refuse("positions", x, fmt.Errorf("want at most %d positions, not %d", n, t))
	}
	if at == nil {
		return ops.Add(x, ops.Slice(w, 0, 0, t))
	}
	return ops.Add(x, ops.Gather(w, placesFrom(x, at)))
}

// placesFrom is at, at + 1, … for a sequence like x; at is nil for 0.
func placesFrom(x, at *graph.Node) *graph.Node {
	if at == nil {
		return ops.Iota(x.Graph(), graph.Int32, x.Shape().Dim(-2))
	}
	return ops.Add(ops.Iota(x.Graph(), at.Dtype(), x.Shape().Dim(-2)), at)
}

// wantSequence says what keeps x from being [..., T, width]; any width will do if none is given.
func wantSequence(x *graph.Node, width int) error {
	switch s := x.Shape(); {
	case x.Valid() && s.Rank() < 2:
		return fmt.Errorf("want [..., length, width], not rank %d", s.Rank())
	case x.Valid() && width > 0 && s.Dim(-1) != width:
		return fmt.Errorf("want a width of %d, not %d", width, s.Dim(-1))
	}
	return nil
}

// refuse fails with err, or returns x if it has failed already.
func refuse(layer string, x *graph.Node, err error) *graph.Node {
	if !x.Valid() {
		return x
	}
	return x.Graph().Failf("%s: %s %v: %w", layer, x.Called(), x.Shape(), err)
}
