package gemm

import "unsafe"

// Phases returns the number of tasks of each phase, none if it is to be left out: phase 0 packs operands into the
// shared scratch, phase 1 computes blocks of C. Phase 0 must be over before phase 1 begins; tasks of a phase may run in
// any order or at once.
func (p Plan) Phases() (tasks [2]int) {
	return [2]int{p.packingA() + p.packingB(), p.rows * p.cols}
}

// packingA is the number of tasks that pack A, each of about 2^15 elements.
func (p Plan) packingA() int {
	if p.readA != shared {
		return 0
	}
	return max(1, min(p.M*p.K>>15, p.strips()*ceil(p.K, p.kc), 32))
}

// packingB is the number of tasks that pack B, which come first.
func (p Plan) packingB() int {
	if p.readB != shared {
		return 0
	}
	return max(1, min(p.sharedB()>>15, p.panels()*ceil(p.K, p.kc), 32))
}

// Rows is the rows of C that a task of phase 1 computes whole and alone; ok is false where tasks share rows.
func (p Plan) Rows(task int) (lo, hi int, ok bool) {
	lo, hi = part(p.strips(), max(1, p.rows), task)
	return lo * MR, min(hi*MR, p.M), p.cols == 1
}

// strips is the number of rows of tiles.
func (p Plan) strips() int { return ceil(p.M, MR) }

// panels is the number of panels of B.
func (p Plan) panels() int { return ceil(p.N, p.nr) }

// Scratch returns how many elements of memory the tasks share, for all phases of one run. All memory may hold anything
// to begin with, and is read fastest when aligned to 64 bytes.
func (p Plan) Scratch() int {
	if p.readA != shared {
		return p.sharedB()
	}
	return p.sharedB() + p.M*p.K
}

// sharedB is how much of the scratch is B's; A's lies behind it.
func (p Plan) sharedB() int {
	if p.readB != shared {
		return 0
	}
	return p.K * p.panels() * p.nr
}

// Local returns how many elements of memory a task of phase 1 needs for itself while it runs.
func (p Plan) Local() int {
	n := MR * p.isa.nr(p.size)
	if p.readB != inPlace && p.readB != packed {
		return n
	}
	if p.pairs() {
		return n + 2*n/MR*p.kc
	}
	return n + n/MR*p.kc
}

// Run executes one task of a phase: C = act(op(A)·op(B) (+ C) + bias), C as p says. bias has N elements, one a column,
// or is nil. [Check] must have approved the operands; scratch and local are as long as [Plan.Scratch] and [Plan.Local] say.
func Run[T Float](p Plan, phase, task int, c, a, b, bias, scratch, local []T) {
	if phase == 0 {
		if n := p.packingB(); task >= n {
			shareA(p, task-n, a, scratch)
		} else {
			packPanels(p, task, n, b, scratch)
		}
		return
	}
	c = c[:(p.M-1)*p.LDC+p.N] // tiles are not bounds-checked
	n := MR * p.isa.nr(p.size)
	w := worker[T]{Plan: p, c: c, a: a, b: b, bias: bias, scratch: scratch, tmp: local[:n], panel: local[n:]}
	w.run(task)
}

func shareA[T Float](p Plan, task int, a, scratch []T) {
	strips := p.strips()
	lo, hi := part(strips*ceil(p.K, p.kc), p.packingA(), task)
	for u := lo; u < hi; u++ {
		k, i := u/strips*p.kc, u%strips*MR
		kc := min(p.kc, p.K-k)
		packA(p.isa, min(MR, p.M-i), kc, a[p.inA(i, k):], p.LDA, p.TransA, scratch[p.inSharedA(i, k, kc):])
	}
}

// packPanels packs all of B in so many tasks.
func packPanels[T Float](p Plan, task, tasks int, b, dst []T) {
	panels := p.panels()
	lo, hi := part(panels*ceil(p.K, p.kc), tasks, task)
	for u := lo; u < hi; u++ {
		k, j := u/panels*p.kc, u%panels*p.nr
		kc := min(p.kc, p.K-k)
		packB(p.isa, kc, min(p.nr, p.N-j), p.nr, b[p.inB(k, j):], p.LDB, p.TransB, dst[p.inSharedB(k, j, kc):])
	}
}

// inB is where element (k, j) of op(B) lies.
func (p Plan) inB(k, j int) int {
	if p.TransB {
		return j*p.LDB + k
	}
	return k*p.LDB + j
}

// inA is where element (i, k) of op(A) lies.
func (p Plan) inA(i, k int) int {
	if p.TransA {
		return k*p.LDA + i
	}
	return i*p.LDA + k
}

// inSharedA is where in the scratch the strip of row i begins, in the block of kc columns from k on.
func (p Plan) inSharedA(i, k, kc int) int { return p.sharedB() + k*p.M + i*kc }

// inSharedB is where in the scratch, or in what is prepared, the panel of column j begins, in the block of kc rows from k on.
func (p Plan) inSharedB(k, j, kc int) int { return k*p.panels()*p.nr + j*kc }

// worker computes one block of C.
type worker[T Float] struct {
	Plan
	c, a, b, bias, scratch []T
	tmp, panel             []T // local: a tile, a panel of B
}

func (w *worker[T]) run(task int) {
	s0, s1 := part(w.strips(), w.rows, task/w.cols)
	j0, j1 := w.columns(task % w.cols)
	parts := ceil((s1-s0)*MR, blockM)
	for k, first := 0, true; first || k < w.K; k, first = k+w.kc, false {
		for q := range parts {
			lo, hi := part(s1-s0, parts, q)
			w.step((s0+lo)*MR, min((s0+hi)*MR, w.M), j0, j1, k)
		}
	}
}

// step adds the products of one block of K to rows i0 to i1 and columns j0 to j1.
func (w *worker[T]) step(i0, i1, j0, j1, k int) {
	s := strip[T]{isa: w.isa, nr: w.nr, rows: i1 - i0, k: min(w.kc, w.K-k), ldc: w.LDC, tmp: w.tmp}
	if s.k > 0 {
		w.fetchA(&s, i0, k)
	}
	if w.Accumulate || k > 0 {
		s.flags |= accumulate
	}
	last := k+s.k == w.K
	if last && w.Act == ReLU {
		s.flags |= relu
	}
	far := w.readB == inPlace && w.pairs() && w.K*w.N*w.size > near
	for j := j0; j < j1; j += s.cols {
		if j1-j < s.nr {
			s.nr = w.isa.nr(w.size) // what is left of a wide row
		}
		s.cols = min(s.nr, j1-j)
		if w.pairs() {
			s.cols = min(2*s.nr, j1-j)
		}
		if s.k > 0 {
			w.fetchB(&s, j, k)
			if s.ahead = nil; far {
				w.announce(&s, j, j0, j1, k)
			}
		}
		if last && w.bias != nil {
			s.bias = w.bias[j : j+s.cols]
		}
		s.c = w.c[i0*w.LDC+j:]
		s.run()
	}
}

func (w *worker[T]) fetchA(s *strip[T], i, k int) {
	if w.readA == shared {
		at := w.inSharedA(i, k, s.k)
		s.a, s.packed = w.scratch[at:at+s.rows*s.k], true
		return
	}
	a := w.a[w.inA(i, k):]
	s.lda = w.LDA
	if w.TransA {
		s.a = a[:(s.k-1)*s.lda+s.rows]
		return
	}
	s.flags |= rowMajor
	s.a = a[:(s.rows-1)*s.lda+s.k]
}

func (w *worker[T]) fetchB(s *strip[T], j, k int) {
	s.ldb, s.next = s.nr, s.nr*s.k
	switch {
	case w.readB == shared:
		at := w.inSharedB(k, j, s.k)
		s.b = unsafe.SliceData(w.scratch[at : at+ceil(s.cols, s.nr)*s.nr*s.k])
	case w.readB == prepared:
		at := w.inSharedB(k, j, s.k)
		s.b = unsafe.SliceData(w.b[at : at+ceil(s.cols, s.nr)*s.nr*s.k])
	case w.readB == inPlace && (s.cols >= s.nr || w.isa == avx512):
		b := w.b[w.inB(k, j):]
		s.b, s.ldb, s.next = unsafe.SliceData(b[:(s.k-1)*w.LDB+s.cols]), w.LDB, s.nr
	default:
		for at := 0; at < s.cols; at += s.nr {
			packB(w.isa, s.k, min(s.nr, s.cols-at), s.nr, w.b[w.inB(k, j+at):], w.LDB, w.TransB, w.panel[at*s.k:])
		}
		s.b = unsafe.SliceData(w.panel)
	}
}

// announce says where B is read next: in the next columns of this block of K, or the first of the next block.
func (w *worker[T]) announce(s *strip[T], j, j0, j1, k int) {
	if j += s.cols; j >= j1 {
		j, k = j0, k+w.kc
	}
	if k < w.K {
		s.ahead = w.b[w.inB(k, j):]
	}
}
