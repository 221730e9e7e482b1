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
	n, kv := min(chunk, p.T-lo), head/p.group()
	at, ldq, ldy := &p.At, p.At.Q.Row, p.At.Y.Row
	q, y = matrix(q, at.Q, head, p.Heads, lo, n, p.D), matrix(y, at.Y, head, p.Heads, lo, n, p.Dv)
	lse = lse[head*p.T+lo:][:n]
	for i := range n {
		clear(y[i*ldy:][:p.Dv])
		w.top[i], w.sum[i] = T(math.Inf(-1)), 0
	}
	for j := 0; j < p.sees(lo+n-1); j += keys {
		cols := min(keys, p.S-j)
		if m.blind(head, lo, n, j, cols) {
			continue
		}
		w.packKeys(matrix(k, at.K, kv, p.KVHeads, j, cols, p.D), cols, at.K.Row)
		w.pack(w.v, matrix(v, at.V, kv, p.KVHeads, j, cols, p.Dv), cols, p.Dv, at.V.Row)
		for i := 0; i < n; i += rows {
			r := min(rows, n-i)
			see := min(cols, p.sees(lo+i+r-1)-j)
			if see <= 0 || m.blind(head, lo+i, r, j, see) {
				continue
			}
			ld := w.scores(q[i*ldq:], r, see, ldq)
			for x := range r {
				row := i + x
				w.weigh(w.score[x*ld:][:ld], max(0, min(see, p.sees(lo+row)-j)), row, y[row*ldy:][:p.Dv], m, head, lo+row, j)
			}
			w.product(r, p.Dv, see, w.score, ld, false, w.v, cols, y[i*ldy:], ldy, true)
			w.breathe(r * see * (p.D + p.Dv))
		}
	}
	for i := range n {
		lse[i] = w.top[i] + T(math.Log(float64(w.sum[i])))
		if w.sum[i] != 0 {
			row := y[i*ldy:][:p.Dv]
			vec.Scale(row, row, 1/w.sum[i])
		}
	}
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
	if old != top && w.sum[at] != 0 {
		shrink := T(math.Exp(float64(old - top)))
		vec.Scale(y, y, shrink)
		w.sum[at] *= shrink
	}
	w.top[at] = top
	w.sum[at] += sum
}
