package conv

import "github.com/kedja-ml/kedja/internal/kernel/gemm"

// A narrowCut says how a data role falls into tasks where groups have few channels. A unit is a group of an image; a task computes one band
// of outputs for a range of units, so that where they lie is found once.
type narrowCut struct {
	shape         Shape
	role          Role
	nr, size      int // columns of a panel, two vectors; bytes of an element
	rows, sources int // channels of a group
	together      int // rows that a tile takes
	channels      int // of the source that are summed at a time
	lines         int // classes that share rows of the result, and are woven into them
	pieces        int // of a row, if one is too long for a band
	bands, ranges int
	packers       int // tasks of the first phase
}

const (
	tableMost = 512 // pairs that are summed at a time
	linesMost = 4
)

// narrow reports whether to compute a data role by lines.
func (s Shape) narrow(r Role, elemSize int) bool {
	sources, rows := s.channels()
	if r == X {
		sources, rows = rows, sources
	}
	taps := volume(s.Filter)
	if s.N == 0 || sources*rows*s.Groups == 0 || taps > tableMost || r == X && s.Stride[2] > linesMost {
		return false
	}
	c := s.class(r, 0)
	if c.outputs() == 0 || r == X && s.Stride[2] > 1 && c[2].outputs > maxSlots*nr(elemSize)/2 {
		return false
	}
	return rows <= narrowRows || sources*taps <= narrowPairs
}

const (
	narrowRows  = 4
	narrowPairs = 32
)

func newNarrowCut(s Shape, r Role, elemSize int) narrowCut {
	c := s.class(r, 0) // the most outputs of any
	d := narrowCut{shape: s, role: r, nr: c.vectors(elemSize), size: elemSize, lines: 1, pieces: 1}
	d.sources, d.rows = s.channels()
	if r == X {
		d.sources, d.rows = d.rows, d.sources
		d.lines = s.Stride[2]
	}
	d.together = even(d.rows, rowsAtOnce)
	taps := 1
	for i := range s.classes(r) {
		c := s.class(r, i)
		taps = max(taps, c.taps())
	}
	d.channels = even(d.sources, max(1, tableMost/taps))
	held := 0
	if c.taps() > 0 {
		b := c.whole()
		held = d.sources * b.copySize(c[2].step)
	}
	d.pieces, d.bands = c.bands(d.nr/2, held)
	want := tasksWanted(8 * s.flops()) // the memory that they move takes longer than the products
	d.ranges = min(s.N*s.Groups, ceilDiv(want, d.bands))
	if !d.ordered() {
		d.packers = min(s.Groups, max(1, s.K*s.C/s.Groups*volume(s.Filter)>>14))
	}
	return d
}

// vectors is the lanes of two vectors that suit rows of outputs: those of 256 bits where a row is no longer.
func (c *correlation) vectors(elemSize int) int {
	if n := nr(elemSize); n*elemSize > 64 && 4*c[2].outputs > n {
		return n
	}
	return 64 / elemSize
}

// whole is the box of all outputs.
func (c *correlation) whole() box {
	return c.box([3]int{}, [3]int{c[0].outputs, c[1].outputs, c[2].outputs})
}

// ordered reports whether filters lie in the order in which they are read.
func (d *narrowCut) ordered() bool { return d.rows == 1 && d.shape.classes(d.role) == 1 }

func (d *narrowCut) work() Work {
	w := Work{Phases: [3]int{d.packers, d.bands * d.ranges}}
	if !d.ordered() {
		for i := range d.shape.classes(d.role) {
			c := d.shape.class(d.role, i)
			w.Scratch += d.filterSize(&c)
		}
	}
	for i := 0; i < d.shape.classes(d.role); i += d.lines {
		for band := range d.bands {
			b, some := d.reach(i, band)
			c := d.shape.class(d.role, i)
			room := 0
			if some {
				size := d.sources * b.copySize(c[2].step)
				room = fillsOf(size)*size + d.nr
			}
			if d.lines > 1 {
				r0, r1 := c.band(d.pieces, d.bands, band)
				room += d.lines * d.rows * (r1 - r0)
			}
			w.Local = max(w.Local, room)
		}
	}
	return w
}

// filterSize is the elements of the packed filters of a class.
func (d *narrowCut) filterSize(c *correlation) int {
	return d.shape.Groups * d.rows * d.sources * c.taps()
}

// bands cuts outputs into bands that have slots enough and hold few elements, of the given number for all outputs. Rows that are too
// long are cut into pieces, each of which is a band.
func (c *correlation) bands(lanes, held int) (pieces, bands int) {
	rows, perRow := c[0].outputs*c[1].outputs, ceilDiv(c[2].outputs, lanes)
	if perRow > maxSlots {
		pieces = ceilDiv(perRow, maxSlots)
		return pieces, rows * pieces
	}
	return 1, max(ceilDiv(rows, maxSlots/perRow), min(rows, ceilDiv(held, copyMost)))
}

// band is a range of outputs: of a piece of a row, or of whole rows.
func (c *correlation) band(pieces, bands, band int) (lo, hi int) {
	width := c[2].outputs
	if pieces > 1 {
		lo, hi = part(width, pieces, band%pieces)
		at := band / pieces * width
		return at + lo, at + hi
	}
	lo, hi = part(c[0].outputs*c[1].outputs, bands, band)
	return lo * width, hi * width
}

// readable reports whether vectors can be read where the box lies, in the last of so many channels, too, of which the length is known: the
// last vector of a row may reach behind the box.
func (c *correlation) readable(b *box, channels, lanes, length int) bool {
	last := ((channels-1)*c[0].source+b.hi[0]-1)*c[1].source + b.hi[1] - 1
	return b.inside(c) && c[2].step == 1 && last*c[2].source+b.hi[2]+lanes <= length
}

// reach is the box that a band of the classes from one on needs, if any of them has taps.
func (d *narrowCut) reach(class, band int) (b box, some bool) {
	for k := range d.lines {
		c := d.shape.class(d.role, class+k)
		lo, hi := c.band(d.pieces, d.bands, band)
		if lo == hi || c.taps() == 0 {
			continue
		}
		own := c.box(c.span(lo, hi))
		if !some {
			b, some = own, true
		}
		b.unite(own)
	}
	return b, some
}

// packNarrow packs groups [g0, g1): for each class, group and tile of rows a row for each pair, in the order of channels and taps.
func packNarrow[T gemm.Float](d *narrowCut, g0, g1 int, w, packed []T) {
	s := &d.shape
	all := volume(s.Filter)
	for i := range s.classes(d.role) {
		c := s.class(d.role, i)
		size := d.filterSize(&c)
		to := packed[g0*(size/s.Groups) : g1*(size/s.Groups)]
		packed = packed[size:]
		for g := g0; g < g1; g++ {
			for row := 0; row < d.rows; row += d.together {
				some := min(d.together, d.rows-row)
				for source := range d.sources {
					o := newOdometer(&c, 0)
					for range c.taps() {
						tap := c.filterTap(o.at, s.Filter)
						o.next()
						for r := range some {
							k, ch := g*d.rows+row+r, source
							if d.role == X {
								k, ch = g*d.sources+source, row+r
							}
							to[r] = w[(k*(s.C/s.Groups)+ch)*all+tap]
						}
						to = to[some:]
					}
				}
			}
		}
	}
}
