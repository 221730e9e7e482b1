package attention

import (
	"math"

	"github.com/kedja-ml/kedja/internal/kernel/gemm"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// Forward computes one unit of y [Batch, Heads, T, Dv] and of lse [Batch, Heads, T], the logarithm of the sum of e^score. A query that
// sees no key gets y = 0 and lse = −∞.
func Forward[T gemm.Float](p *Plan, unit int, y, lse, q, k, v []T, m *Masks[T], local []T) {
	var w worker[T]
	w.place(p, local, false)
	parts := ceil(p.T, chunk)
	head, lo := unit/parts, unit%parts*chunk
	n := min(chunk, p.T-lo)
	kv := head / p.group()
	q, y, lse = q[(head*p.T+lo)*p.D:][:n*p.D], y[(head*p.T+lo)*p.Dv:][:n*p.Dv], lse[head*p.T+lo:][:n]
	k, v = k[kv*p.S*p.D:][:p.S*p.D], v[kv*p.S*p.Dv:][:p.S*p.Dv]
	clear(y)
	for i := range n {
		w.top[i], w.sum[i] = T(math.Inf(-1)), 0
	}
	for j := 0; j < p.sees(lo+n-1); j += keys {
		cols := min(keys, p.S-j)
		w.packTransposed(w.kt, k[j*p.D:], cols, p.D)
		w.pack(w.v, v[j*p.Dv:], cols, p.Dv)
		for i := 0; i < n; i += rows {
			r := min(rows, n-i)
			see := min(cols, p.sees(lo+i+r-1)-j)
			if see <= 0 {
				continue
			}
			ld := w.scores(q[i*p.D:], r, see)
			for x := range r {
				at := i + x
				w.weigh(w.score[x*ld:][:ld], max(0, min(see, p.sees(lo+at)-j)), at, y[at*p.Dv:][:p.Dv], m, head, lo+at, j)
			}
			w.product(r, p.Dv, see, w.score, ld, false, w.v, cols, y[i*p.Dv:], p.Dv, true)
		}
	}
	for i := range n {
		lse[i] = w.top[i] + T(math.Log(float64(w.sum[i])))
		if w.sum[i] != 0 {
			row := y[i*p.Dv:][:p.Dv]
			vec.Scale(row, row, 1/w.sum[i])
		}
	}
}

// scores computes the scores of r queries and the first n keys of the block, and returns the length of a row of the tile.
func (w *worker[T]) scores(q []T, r, n int) (ld int) {
	vec.Scale(w.q[:r*w.D], q, T(w.Scale))
	ld = panels(n, w.nr)
	w.product(r, ld, w.D, w.q, w.D, false, w.kt, w.D, w.score, ld, false)
	return ld
}

// weigh turns the first n scores of a row into e^(score − top) and the others, which the query does not see, into 0. Where the row
// meets a larger score than before, what there is of the result so far shrinks.
func (w *worker[T]) weigh(row []T, n, at int, y []T, m *Masks[T], head, i, j int) {
	clear(row[n:])
	row = row[:n]
	m.apply(row, head, i, j)
	old := w.top[at]
	top := max(old, vec.Max(row))
	if math.IsInf(float64(top), -1) {
		clear(row)
		return
	}
	sum := vec.ExpSumShift(row, row, top)
	if old != top {
		shrink := T(math.Exp(float64(old - top)))
		vec.Scale(y, y, shrink)
		w.sum[at] *= shrink
		w.top[at] = top
	}
	w.sum[at] += sum
}
