package attention

import (
	"bytes"
	"math"
	"unsafe"

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

// blind reports whether the mask hides all of n keys from j on from all of r queries from i on: a cache that is not full, or padding.
func (m *Masks[T]) blind(head, i, r, j, n int) bool {
	if m.Allow == nil {
		return false
	}
	if m.AllowAt.Row == 0 {
		r = min(r, 1)
	}
	for x := range r {
		row := m.Allow[m.AllowAt.at(head)+(i+x)*m.AllowAt.Row+j:][:n]
		if bytes.IndexByte(unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(row))), n), 1) >= 0 {
			return false
		}
	}
	return true
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
