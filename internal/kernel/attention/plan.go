package attention

import (
	"runtime"

	"github.com/kedja-ml/kedja/internal/kernel/gemm"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// A Plan is the shape of the work: queries [Batch, Heads, T, D], keys [Batch, KVHeads, S, D], values [Batch, KVHeads, S, Dv]. Heads is
// a multiple of KVHeads, and each run of Heads/KVHeads query heads shares the keys and values of one.
type Plan struct {
	Batch, Heads, KVHeads int
	T, S, D, Dv           int
	Causal                bool // query i sees the keys j ≤ i + S − T
	Scale                 float64
	At                    Places
}

// Places say where the rows of the arrays lie; the second line is for Backward.
type Places struct {
	Q, K, V, Y     Rows
	Dy, Dq, Dk, Dv Rows
}

// Rows say where the rows of an array begin: that of place i of head h of example b at b·Batch + h·Head + i·Row. Elements of a row lie
// side by side.
type Rows struct{ Batch, Head, Row int }

// Dense are the rows of an array of so many heads of n rows: [Batch, heads, n, width], or [Batch, n, heads, width] as a projection leaves
// them.
func Dense(heads, n, width int, inside bool) Rows {
	if inside {
		return Rows{heads * n * width, width, heads * width}
	}
	return Rows{heads * n * width, n * width, width}
}

// at is where row i of a head of the batch, counted through, begins.
func (r Rows) at(head, heads, i int) int { return head/heads*r.Batch + head%heads*r.Head + i*r.Row }

// Sizes of tiles. A tile of scores in float32 takes 24 KiB, a block of keys or values of width 32 takes 16.
const (
	rows  = 48      // queries of a tile, a multiple of the height of a tile of a product
	keys  = 128     // keys of a tile, a multiple of its width
	chunk = 192     // queries of a unit, for which a block of keys is packed once
	pause = 1 << 23 // multiply-adds, some 200 µs of float32, after which a unit lets other goroutines run
	few   = 16      // with fewer heads in the batch, the backward pass is cut along the sequence, too
)

// Units is the number of units of Forward.
func (p *Plan) Units() int { return p.Batch * p.Heads * ceil(p.T, chunk) }

// BackwardUnits is the number of units of each phase of Backward. Usually a unit is a head of keys with its queries. Where there are
// few, phase 0 computes dk and dv by blocks of keys, and phase 1 dq by blocks of queries; the bits are the same.
func (p *Plan) BackwardUnits() [2]int {
	n := p.Batch * p.KVHeads
	if !p.long() {
		return [2]int{n}
	}
	return [2]int{n * ceil(p.S, keys), n * ceil(p.T, chunk)}
}

func (p *Plan) long() bool { return p.Batch*p.KVHeads < few && max(p.T, p.S) > chunk }

// matrix is n rows of width elements, from place i of a head on.
func matrix[T any](x []T, r Rows, head, heads, i, n, width int) []T {
	if n == 0 {
		return nil
	}
	return x[r.at(head, heads, i):][:(n-1)*r.Row+width]
}

// group is the number of query heads for each head of keys.
func (p *Plan) group() int { return p.Heads / max(1, p.KVHeads) }

// sees is how many of the first keys query i sees, masks aside.
func (p *Plan) sees(i int) int {
	if !p.Causal {
		return p.S
	}
	return max(0, min(p.S, i+1+p.S-p.T))
}

// Local is how many elements of memory a unit of Forward needs for itself.
func Local[T gemm.Float](p *Plan) int {
	var w worker[T]
	return w.place(p, nil, false)
}

// BackwardLocal is Local for Backward.
func BackwardLocal[T gemm.Float](p *Plan) int {
	var w worker[T]
	return w.place(p, nil, true)
}

// A worker has the memory of a unit.
type worker[T gemm.Float] struct {
	Plan
	nr       int
	done     int // multiply-adds since the last pause
	kt       []T // a block of keys, scaled and transposed, in panels
	v        []T // a block of values in panels: as they are, backward transposed
	score    []T // a tile of scores, then of weights
	tmp      []T // a tile of a product
	top, sum []T // of the queries of a chunk: the largest score, and Σ e^(score − top)

	k     []T // a block of keys in panels
	slope []T // a tile of derivatives by the scores
	right []T // queries, or cotangents, of a tile in panels
	delta []T // of all queries of a group: Σ dy·y
}

// place gives w its parts of mem, if there is any, and returns how many elements they take.
func (w *worker[T]) place(p *Plan, mem []T, backward bool) (n int) {
	w.Plan, w.nr = *p, gemm.NR[T]()
	d, dv, tile := panels(p.D, w.nr), panels(p.Dv, w.nr), rows*keys
	part := func(s *[]T, size int) {
		if mem != nil {
			*s = mem[n : n+size]
		}
		n += size
	}
	part(&w.score, tile)
	part(&w.kt, p.D*keys)
	part(&w.tmp, gemm.MR*w.nr)
	if !backward {
		part(&w.v, keys*dv)
		part(&w.top, chunk)
		part(&w.sum, chunk)
		return n
	}
	part(&w.v, p.Dv*keys)
	part(&w.k, keys*d)
	part(&w.slope, tile)
	part(&w.right, rows*max(d, dv))
	part(&w.delta, p.group()*p.T)
	return n
}

// panels is n columns rounded up to whole panels.
func panels(n, nr int) int { return ceil(n, nr) * nr }

func ceil(x, y int) int { return (x + y - 1) / y }

// pack copies n rows of width d to panels [n][nr].
func (w *worker[T]) pack(dst, src []T, n, d, ld int) {
	for c := 0; c < d; c += w.nr {
		gemm.PackB(n, min(w.nr, d-c), src[c:], ld, false, dst[c*n:])
	}
}

// packTransposed copies n rows of width d to panels [d][nr] of their transpose.
func (w *worker[T]) packTransposed(dst, src []T, n, d, ld int) {
	for c := 0; c < n; c += w.nr {
		gemm.PackB(d, min(w.nr, n-c), src[c*ld:], ld, true, dst[c*d:])
	}
}

// packKeys packs a block of keys for scores.
func (w *worker[T]) packKeys(k []T, n, ld int) {
	w.packTransposed(w.kt, k, n, w.D, ld)
	kt := w.kt[:panels(n, w.nr)*w.D]
	vec.Scale(kt, kt, T(w.Scale))
}

// product computes C[m×n] = op(A)·B, or adds to C, for the first k of the deep rows that the panels of B have.
func (w *worker[T]) product(m, n, k int, a []T, lda int, trans bool, b []T, deep int, c []T, ldc int, acc bool) {
	for j := 0; j < n; j += w.nr {
		gemm.Column(m, min(w.nr, n-j), k, a, lda, trans, b[j*deep:], c[j:], ldc, acc, w.tmp)
	}
}

// breathe counts multiply-adds, and lets other goroutines run now and then: a unit of a long sequence takes milliseconds.
func (w *worker[T]) breathe(n int) {
	if w.done += n; w.done >= pause {
		w.done = 0
		runtime.Gosched()
	}
}

// scores computes the scores of r queries and the first n keys of the block, and returns the length of a row of the tile.
func (w *worker[T]) scores(q []T, r, n, ldq int) (ld int) {
	ld = panels(n, w.nr)
	w.product(r, ld, w.D, q, ldq, false, w.kt, w.D, w.score, ld, false)
	return ld
}
