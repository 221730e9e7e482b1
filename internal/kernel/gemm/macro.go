package gemm

import "unsafe"

// Tile computes C[mr×NR] = A·B, or adds to C: a is one panel of [PackA], mr×k stored as [k][mr], 1 ≤ mr ≤ MR; b is a
// panel [k][NR]; row i of C begins at c[i*ldc]. k should be a few thousand at most: nothing can stop a tile half-way.
func Tile[T Float](mr, k int, a, b, c []T, ldc int, acc bool) {
	nr := NR[T]()
	if mr == 0 {
		return
	}
	a, b, c = a[:mr*k], b[:nr*k], c[:(mr-1)*ldc+nr]
	tile(level, mr, nr, k, unsafe.SliceData(a), mr, unsafe.SliceData(b), nr, unsafe.SliceData(c), ldc, accumulating(acc), nil)
}

// Macro computes C[mc×nc] = A·B, or adds to C, from packed operands: pa by [PackA], pb in panels of NR columns, each
// [kc][NR], the last one padded with zeros. tmp holds at least MR·NR elements. Row i of C begins at c[i*ldc]; nothing
// outside the mc×nc block is written.
func Macro[T Float](mc, nc, kc int, pa, pb, c []T, ldc int, acc bool, tmp []T) {
	if mc == 0 || nc == 0 {
		return
	}
	nr := NR[T]()
	pa, pb, c = pa[:mc*kc], pb[:(nc+nr-1)/nr*nr*kc], c[:(mc-1)*ldc+nc]
	s := strip[T]{
		isa: level, nr: nr, rows: mc, k: kc, a: pa, packed: true, ldb: nr, next: nr * kc, ldc: ldc, flags: accumulating(acc), tmp: tmp,
	}
	for j := 0; j < nc; j += s.cols {
		s.cols = min(nr, nc-j)
		if level == avx512 {
			s.cols = min(2*nr, nc-j)
		}
		s.b, s.c = unsafe.SliceData(pb[j*kc:]), c[j:]
		s.run()
	}
}

// Column computes C[m×w] = op(A)·B, or adds to C, for the first k rows and w columns, w ≤ NR, of one panel of [PackB]; A is read as
// it is stored: element (i, k) of op(A) is a[i*lda+k], or a[k*lda+i] when trans. tmp holds at least MR·NR elements. Row i of C
// begins at c[i*ldc]; nothing outside the m×w block is written.
func Column[T Float](m, w, k int, a []T, lda int, trans bool, b, c []T, ldc int, acc bool, tmp []T) {
	if m == 0 || w == 0 {
		return
	}
	nr := NR[T]()
	rows, cols, flags := m, k, accumulating(acc)
	if trans {
		rows, cols = k, m
	} else {
		flags |= rowMajor
	}
	if k > 0 {
		a = a[:(rows-1)*lda+cols]
	}
	b, c = b[:k*nr], c[:(m-1)*ldc+w]
	s := strip[T]{
		isa: level, nr: nr, rows: m, cols: w, k: k, a: a, lda: lda,
		b: unsafe.SliceData(b), ldb: nr, c: c, ldc: ldc, flags: flags, tmp: tmp,
	}
	s.run()
}

func accumulating(acc bool) int {
	if acc {
		return accumulate
	}
	return 0
}

// strip is a column of tiles: rows of A against one panel of B.
type strip[T Float] struct {
	isa        isa
	nr         int
	rows, cols int // cols ≤ nr, or 2·nr for 512-bit vectors
	k          int
	a          []T // packed, or in place
	lda        int // of a in place
	packed     bool
	b          *T // a whole panel: columns from cols to nr are read, but for 512-bit vectors
	ldb        int
	next       int // from the panel to its neighbour, if there are 2·nr columns
	ahead      []T // where the panels lie that come after these, with the same ldb and next, or nil
	c          []T
	ldc        int
	bias       []T // of these columns, or nil
	flags      int // rowMajor is about a in place
	tmp        []T
}

func (s *strip[T]) run() {
	nr := s.nr
	var bias *T
	if s.bias != nil {
		bias = unsafe.SliceData(s.bias[:s.cols])
	}
	for i := 0; i < s.rows; i += MR {
		mr := min(MR, s.rows-i)
		a, lda := s.panel(i, mr)
		switch {
		case s.cols == 2*nr:
			pair(mr, s.k, a, lda, s.b, s.ldb, s.next, s.fetch(i/MR), unsafe.SliceData(s.c[i*s.ldc:]), s.ldc, s.flags, bias)
			continue
		case s.cols == nr:
			tile(s.isa, mr, nr, s.k, a, lda, s.b, s.ldb, unsafe.SliceData(s.c[i*s.ldc:]), s.ldc, s.flags, bias)
			continue
		case s.isa == avx512:
			edge(mr, s.cols, s.k, a, lda, s.b, s.ldb, s.next, unsafe.SliceData(s.c[i*s.ldc:]), s.ldc, s.flags, bias)
			continue
		}
		tile(s.isa, mr, nr, s.k, a, lda, s.b, s.ldb, unsafe.SliceData(s.tmp[:MR*nr]), nr, s.flags&rowMajor, nil)
		for r := range mr {
			c := s.c[(i+r)*s.ldc:][:s.cols]
			finish(c, s.tmp[r*nr:][:s.cols], s.bias, s.flags)
		}
	}
}

// panel returns rows i to i+mr of A and their leading dimension.
func (s *strip[T]) panel(i, mr int) (*T, int) {
	switch {
	case s.k == 0:
		return nil, 0
	case s.packed:
		return unsafe.SliceData(s.a[i*s.k:]), mr
	case s.flags&rowMajor != 0:
		return unsafe.SliceData(s.a[i*s.lda:]), s.lda
	}
	return unsafe.SliceData(s.a[i:]), s.lda
}

// fetch is where the t-th pair of tiles begins to fetch the panels that come next, which the caches' own prefetchers do not foresee
// where rows are far apart: a line of every row for k/4 rows, first one of each two neighbours.
func (s *strip[T]) fetch(t int) *T {
	line := 64 / sizeof[T]()
	at := t&3*(s.k/4)*s.ldb + t>>2&1*s.next + t>>3&1*line
	if t >= 16 || at >= len(s.ahead) {
		return s.b
	}
	return unsafe.SliceData(s.ahead[at:])
}
