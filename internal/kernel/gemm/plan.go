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
	readA      source // inPlace or shared
	readB      source
}

// source says where tiles read an operand.
type source uint8

const (
	inPlace  source = iota // as stored; the last panel of B, if narrower, is packed by each task
	packed                 // each task packs the panels it reads, one at a time
	shared                 // all of it is packed in phase 0
	prepared               // it is given packed
)

// Sizes in elements.
const (
	blockK = 256 // a panel of B takes at most half of a 32 KiB first-level cache
	blockM = 144 // so many rows of a block of A take at most half of a 512 KiB second-level cache
)

// Work of a task, in multiply-adds, of which a core does about 50 in a nanosecond (float32).
const (
	fewest = 1 << 17
	usual  = 1 << 21
	most   = 1 << 24
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
	p.rows, p.cols = p.cut(tasks(work))
	return p
}

// sources decides what to pack. The limits were measured on Zen 4. Rows of A are read in place at no cost, columns while
// few; so is B, while a block of it is small next to the second-level cache, and where few rows repay packing.
func (p Plan) sources(work int) (a, b source) {
	if p.TransA && p.M >= 512 && p.N >= 256 && work >= 1<<28 {
		a = shared
	}
	switch {
	case !p.TransB && (p.M <= 24 || p.M <= 1024 && p.N*p.kc*p.size <= 1<<19):
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

// tasks is how many tasks a product of that much work should have.
func tasks(work int) int {
	return max(1, min(work/fewest, 8), min(work/usual, 32), work/most)
}

// cut chooses a grid of at least want tasks, if there are as many tiles, that costs least when every task takes as long
// as the largest. Costs are in sixteenths of a multiply-add of a row of a tile: a task of h strips of A and w panels of
// B computes h·w tiles, reads h strips, and reads or packs w panels.
func (p Plan) cut(want int) (rows, cols int) {
	strips, panels := p.strips(), p.panels()
	panel := 64
	if p.readB == packed {
		panel = 192
	}
	best := -1
	for r := 1; r <= min(strips, want); r++ {
		c := min(panels, ceil(want, r))
		h, w := ceil(strips, r), ceil(panels, c)
		cost := max(want, r*c) * (16*MR*h*w + 12*h + panel*w)
		if best < 0 || cost < best {
			best, rows, cols = cost, r, c
		}
	}
	return rows, cols
}

func ceil(x, y int) int { return (x + y - 1) / y }

// part is the t-th of n nearly equal parts of 0..size.
func part(size, n, t int) (lo, hi int) { return size * t / n, size * (t + 1) / n }
