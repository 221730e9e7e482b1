package attention

import (
	"math"

	"github.com/kedja-ml/kedja/internal/kernel/gemm"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// A Pull holds the operands and results of Backward: those of Forward, the cotangent Dy of y, and the cotangents Dq, Dk, Dv pulled
// back.
type Pull[T gemm.Float] struct {
	Q, K, V, Y, Lse, Dy []T
	Dq, Dk, Dv          []T
	Masks[T]
}

// Backward computes one unit of a phase.
//
//	dv = wᵀ·dy        ds = w·(dy·vᵀ − Σ dy·y)        dq = scale·ds·k        dk = scale·dsᵀ·q        w = e^(score − lse)
func Backward[T gemm.Float](p *Plan, phase, unit int, t *Pull[T], local []T) {
	var w worker[T]
	w.place(p, local, true)
	r := region{kv: unit, keys: span{0, p.S}, queries: span{0, p.T}, dkv: true, dq: true}
	if p.long() {
		size, of := keys, &r.keys
		if phase == 1 {
			size, of = chunk, &r.queries
		}
		parts := ceil(of.hi, size)
		r.kv, r.dkv, r.dq = unit/parts, phase == 0, phase == 1
		of.lo = unit % parts * size
		of.hi = min(of.hi, of.lo+size)
	}
	w.pull(r, t)
}

// A region is what a unit goes over: some keys of one head, and some queries of each head that shares it.
type region struct {
	kv            int
	keys, queries span
	dkv, dq       bool // what it computes
}

type span struct{ lo, hi int }

func (w *worker[T]) pull(r region, t *Pull[T]) {
	g, d, dv := w.group(), w.D, w.Dv
	first := r.kv * g // head of queries
	for h := range g {
		for i := r.queries.lo; i < r.queries.hi; i++ {
			at := ((first+h)*w.T + i) * dv
			w.delta[h*w.T+i] = vec.Dot(t.Dy[at:at+dv], t.Y[at:at+dv])
		}
		if r.dq {
			clear(w.queries(t.Dq, first+h, r.queries))
		}
	}
	for j := r.keys.lo; j < r.keys.hi; j += keys {
		b := block[T]{at: j, n: min(keys, r.keys.hi-j)}
		row := r.kv*w.S + j
		k, v := t.K[row*d:][:b.n*d], t.V[row*dv:][:b.n*dv]
		w.packTransposed(w.kt, k, b.n, d)
		w.packTransposed(w.v, v, b.n, dv)
		if r.dq {
			w.pack(w.k, k, b.n, d)
		}
		if r.dkv {
			b.dk, b.dv = t.Dk[row*d:][:b.n*d], t.Dv[row*dv:][:b.n*dv]
			clear(b.dk)
			clear(b.dv)
		}
		for h := range g {
			for i := r.queries.lo; i < r.queries.hi; i += rows {
				w.tile(&b, t, first+h, h, i, min(rows, r.queries.hi-i), r.dq)
			}
		}
	}
	for h := 0; h < g && r.dq; h++ {
		dq := w.queries(t.Dq, first+h, r.queries)
		vec.Scale(dq, dq, T(w.Scale))
	}
}

// queries are the rows of one head of an array like q.
func (w *worker[T]) queries(q []T, head int, s span) []T {
	return q[(head*w.T+s.lo)*w.D : (head*w.T+s.hi)*w.D]
}

// A block of keys, and where their derivatives go, if they are wanted.
type block[T gemm.Float] struct {
	at, n  int
	dk, dv []T
}

// tile adds what r queries of one head from i on, and a block of keys, give to each other.
func (w *worker[T]) tile(b *block[T], t *Pull[T], head, h, i, r int, dq bool) {
	see := min(b.n, w.sees(i+r-1)-b.at)
	if see <= 0 {
		return
	}
	d, dv := w.D, w.Dv
	row := head*w.T + i
	dy := t.Dy[row*dv:][:r*dv]
	ld := w.scores(t.Q[row*d:][:r*d], r, see)
	w.product(r, ld, dv, dy, dv, false, w.v, dv, w.slope, ld, false)
	for x := range r {
		n := max(0, min(see, w.sees(i+x)-b.at))
		weight, slope := w.score[x*ld:][:ld], w.slope[x*ld:][:ld]
		clear(weight[n:])
		clear(slope[n:])
		weight, slope = weight[:n], slope[:n]
		lse := t.Lse[row+x]
		if math.IsInf(float64(lse), -1) {
			clear(weight)
		} else {
			t.apply(weight, head, i+x, b.at)
			vec.ExpSumShift(weight, weight, lse)
		}
		vec.Affine(slope, slope, 1, -w.delta[h*w.T+i+x])
		vec.Mul(slope, slope, weight)
	}
	if b.dk != nil {
		w.pack(w.right, dy, r, dv)
		w.product(see, dv, r, w.score, ld, true, w.right, r, b.dv, dv, true)
		w.pack(w.right, w.q, r, d)
		w.product(see, d, r, w.slope, ld, true, w.right, r, b.dk, d, true)
	}
	if dq {
		w.product(r, d, see, w.slope, ld, false, w.k, b.n, t.Dq[row*d:], d, true)
	}
}
