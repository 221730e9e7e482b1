package attention

import (
	"math"

	"github.com/kedja-ml/kedja/internal/kernel/gemm"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// Masks say what else goes into the scores. Both are matrices [T, S], or one row of them for all queries, for each head.
type Masks[T gemm.Float] struct {
	Allow   []bool // where false, the query does not see the key; nil allows all
	AllowAt Grid
	Bias    []T // added to the scaled scores; nil adds nothing
	BiasAt  Grid
}

// A Grid says where the matrix of each head begins, when some axes are shared.
type Grid struct {
	Rank          int // of the leading axes: batch and heads
	Dims, Strides [8]int
	Row           int // from one query to the next: 0 if all share one row
}

// at is where the matrix of a head of the batch, counted through, begins.
func (g *Grid) at(head int) (at int) {
	for i := g.Rank - 1; i >= 0; i-- {
		at += head % g.Dims[i] * g.Strides[i]
		head /= g.Dims[i]
	}
	return at
}

// apply puts the masks of one query on its scores for keys from j on.
func (m *Masks[T]) apply(score []T, head, i, j int) {
	if m.Bias != nil {
		vec.Add(score, score, m.Bias[m.BiasAt.at(head)+i*m.BiasAt.Row+j:])
	}
	if m.Allow != nil {
		none := T(math.Inf(-1))
		for x, ok := range m.Allow[m.AllowAt.at(head)+i*m.AllowAt.Row+j:][:len(score)] {
			if !ok {
				score[x] = none
			}
		}
	}
}
