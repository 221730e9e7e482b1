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
	g := w.group()
	first := r.kv * g // head of queries
	for h := range g {
		for i := r.queries.lo; i < r.queries.hi; i++ {
			w.delta[h*w.T+i] = vec.Dot(t.Dy[w.At.Dy.at(first+h, w.Heads, i):][:w.Dv], t.Y[w.At.Y.at(first+h, w.Heads, i):][:w.Dv])
			if r.dq {
				clear(t.Dq[w.At.Dq.at(first+h, w.Heads, i):][:w.D])
			}
		}
	}
	for j := r.keys.lo; j < r.keys.hi; j += keys {
		b := block[T]{at: j, n: min(keys, r.keys.hi-j)}
		k, at := matrix(t.K, w.At.K, r.kv, w.KVHeads, j, b.n, w.D), &w.At
		w.packKeys(k, b.n, at.K.Row)
		w.packTransposed(w.v, matrix(t.V, at.V, r.kv, w.KVHeads, j, b.n, w.Dv), b.n, w.Dv, at.V.Row)
		if r.dq {
			w.pack(w.k, k, b.n, w.D, at.K.Row)
		}
		if r.dkv {
			b.dk, b.dv = matrix(t.Dk, at.Dk, r.kv, w.KVHeads, j, b.n, w.D), matrix(t.Dv, at.Dv, r.kv, w.KVHeads, j, b.n, w.Dv)
			for i := range b.n {
				clear(b.dk[i*at.Dk.Row:][:w.D])
				clear(b.dv[i*at.Dv.Row:][:w.Dv])
			}
		}
		for h := range g {
			for i := r.queries.lo; i < r.queries.hi; i += rows {
				w.tile(&b, t, first+h, h, i, min(rows, r.queries.hi-i), r.dq)
			}
		}
	}
}

// A block of keys, and where their derivatives go, if they are wanted.
type block[T gemm.Float] struct {
	at, n  int
	dk, dv []T
}

// tile adds what r queries of one head from i on, and a block of keys, give to each other.
func (w *worker[T]) tile(b *block[T], t *Pull[T], head, h, i, r int, dq bool) {
	see := min(b.n, w.sees(i+r-1)-b.at)
	if see <= 0 || t.blind(head, i, r, b.at, see) {
		return
	}
	q, dy := matrix(t.Q, w.At.Q, head, w.Heads, i, r, w.D), matrix(t.Dy, w.At.Dy, head, w.Heads, i, r, w.Dv)
	ldq, ldy := w.At.Q.Row, w.At.Dy.Row
	ld := w.scores(q, r, see, ldq)
	w.product(r, ld, w.Dv, dy, ldy, false, w.v, w.Dv, w.slope, ld, false)
	for x := range r {
		n := max(0, min(see, w.sees(i+x)-b.at))
		weight, slope := w.score[x*ld:][:ld], w.slope[x*ld:][:ld]
		clear(weight[n:])
		clear(slope[n:])
		weight, slope = weight[:n], slope[:n]
		lse := t.Lse[head*w.T+i+x]
		if math.IsInf(float64(lse), -1) {
			clear(weight)
		} else {
			t.apply(weight, head, i+x, b.at)
			vec.ExpSumShift(weight, weight, lse)
		}
		scale := T(w.Scale)
		vec.Affine(slope, slope, scale, -scale*w.delta[h*w.T+i+x])
		vec.Mul(slope, slope, weight)
	}
	if b.dk != nil {
		w.pack(w.right, dy, r, w.Dv, ldy)
		w.product(see, w.Dv, r, w.score, ld, true, w.right, r, b.dv, w.At.Dv.Row, true)
		w.pack(w.right, q, r, w.D, ldq)
		w.product(see, w.D, r, w.slope, ld, true, w.right, r, b.dk, w.At.Dk.Row, true)
	}
	if dq {
		w.product(r, w.D, see, w.slope, ld, false, w.k, b.n, t.Dq[w.At.Dq.at(head, w.Heads, i):], w.At.Dq.Row, true)
	}
	w.breathe(r * see * (3*w.D + 2*w.Dv))
}
