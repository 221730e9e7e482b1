package gemm

// A Plan is how one product is cut into tasks: a comparable value and a function of shapes alone, made by [New].
// The caller may then set the exported fields below the shapes; the cut does not depend on them.
type Plan struct {
	M, N, K        int // C is M×N, op(A) M×K, op(B) K×N
	TransA, TransB bool

	LDA, LDB, LDC int        // elements from one row to the next, as stored
	Accumulate    bool       // add to C rather than overwrite it
	Act           Activation // applied last

	isa        isa
	size, nr   int    // bytes of an element; columns of a tile
	kc         int    // length of a block of K
	rows, cols int    // tasks along M and along N
	unit       int    // panels that tasks have multiples of
	readA      source // inPlace or shared
	readB      source
}

// source says where tiles read an operand.
type source uint8

const (
	inPlace  source = iota // as stored; the last panel of B, if narrower, is packed by each task, but for 512-bit vectors
	packed                 // each task packs the panels it reads, one at a time
	shared                 // all of it is packed in phase 0
	prepared               // it is given packed
)

// Sizes in elements.
const (
	blockK = 256     // a panel of B takes at most half of a 32 KiB first-level cache
	near   = 1 << 20 // bytes of an operand that a second-level cache can hold
	blockM = 144     // so many rows of a block of A take at most half of a 512 KiB second-level cache
)

// Work of a task, in multiply-adds, of which a core does about 50 in a nanosecond (float32).
const (
	fewest = 1 << 17
	usual  = 1 << 21
)

// New plans C = op(A)·op(B), with contiguous matrices, for elements of type T. Sizes must not be negative.
func New[T Float](m, n, k int, ta, tb bool) Plan {
	return plan(level.fit(sizeof[T](), m, n, tb), sizeof[T](), m, n, k, ta, tb)
}

func plan(s isa, size, m, n, k int, ta, tb bool) Plan {
	p := Plan{M: m, N: n, K: k, TransA: ta, TransB: tb, LDA: k, LDB: n, LDC: n, isa: s, size: size, nr: s.nr(size), kc: max(1, block(k))}
	if ta {
		p.LDA = m
	}
	if tb {
		p.LDB = k
	}
	if m == 0 || n == 0 {
		return p
	}
	height := p.strips() * MR
	if m == 1 && !tb && n >= wide*p.nr {
		p.nr *= wide
		height = 2 // takes as long as two rows of a higher tile
	}
	work := height * p.panels() * p.nr * max(k, 1)
	p.readA, p.readB = p.sources(work)
	return p.cut(work)
}

// sources decides what to pack. The limits were measured on Zen 4 and Sapphire Rapids. Rows of A are read in place at no cost,
// columns while few; so is B, while a block of it is small next to the second-level cache, and where few rows repay packing.
func (p Plan) sources(work int) (a, b source) {
	if p.TransA && p.M >= 512 && p.N >= 256 && work >= 1<<28 {
		a = shared
	}
	block := p.N * p.kc * p.size
	switch {
	case !p.TransB && (p.M <= 24 || p.M <= 1024 && block <= 1<<19 || p.M < 512 && block <= 1<<20):
		b = inPlace
	case p.M >= 512 && work >= 1<<24:
		b = shared
	default:
		b = packed
	}
	return a, b
}

// block cuts K into equal blocks of at most blockK, all but the last a multiple of 4.
func block(k int) int {
	if k <= blockK {
		return k
	}
	return (ceil(k, ceil(k, blockK)) + 3) &^ 3
}

// cut chooses the grid of tasks that costs least, by and large, on two workers and on four. A task of h strips of A and w panels of B
// computes h·w tiles, reads h strips, and reads or packs w panels; the costs of that, for one k, are in sixteenths of what a row of a
// tile costs. What a cache cannot hold costs more to read, so that long products of few elements fall in few tasks.
func (p Plan) cut(work int) Plan {
	p.unit = 1
	if p.pairs() && work >= 4*fewest { // less is shared out better by single panels
		p.unit = 2
	}
	strips, panels := p.strips(), ceil(p.panels(), p.unit)
	tile, strip, panel, start := 16*MR*p.unit, 12, 64*p.unit, 1<<16/max(p.K, 1)
	if p.M*p.K*p.size > near {
		strip = 40
	}
	switch {
	case p.K*p.N*p.size > near:
		panel = 320 * p.unit
	case p.readB == packed:
		panel = 192 * p.unit
	}
	least := max(1, min(work/fewest, 4), work/p.most())
	most := max(least, min(work/fewest, 8), min(2*work/usual, 64))
	best := -1
	for r := 1; r <= min(strips, most); r++ {
		for c := min(panels, ceil(least, r)); c <= min(panels, most/r); c++ {
			h, w := ceil(strips, r), ceil(panels, c)
			cost := (tile*h*w + strip*h + panel*w + start) * (2*ceil(r*c, 2) + 4*ceil(r*c, 4) + 2)
			if best < 0 || cost < best {
				best, p.rows, p.cols = cost, r, c
			}
		}
	}
	return p
}

// most is the work of the largest task, which takes about a third of a millisecond.
func (p Plan) most() int {
	if p.isa == avx512 {
		return 1 << 27 / p.size
	}
	return 1 << 26 / p.size
}

// pairs is whether tiles can cover two panels at once.
func (p Plan) pairs() bool { return p.isa == avx512 && p.nr == p.isa.nr(p.size) }

// columns is which columns of C are in the t-th of p.cols parts.
func (p Plan) columns(t int) (lo, hi int) {
	side := p.unit * p.nr
	lo, hi = part(ceil(p.N, side), p.cols, t)
	return lo * side, min(hi*side, p.N)
}

func ceil(x, y int) int { return (x + y - 1) / y }

// part is the t-th of n nearly equal parts of 0..size.
func part(size, n, t int) (lo, hi int) { return size * t / n, size * (t + 1) / n }
