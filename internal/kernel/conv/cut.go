package conv

import "github.com/kedja-ml/kedja/internal/kernel/gemm"

// The multiply-adds, counted as two, that make a task worth its hand-out, and that keep it below a millisecond or so.
const (
	taskLeast = 1 << 20
	taskMost  = 128 << 20
	taskCount = 16 // so many tasks if none gets too small
	taskRound = 4  // and a multiple of this
)

// tasksWanted depends on the amount of work only.
func tasksWanted(flops float64) int {
	return int(min(max(taskCount, flops/taskMost), max(1, flops/taskLeast)))
}

// part is the i-th of n parts of [0, size).
func part(size, n, i int) (lo, hi int) { return size * i / n, size * (i + 1) / n }

func ceilDiv(a, b int) int { return (a + b - 1) / b }

// nr is the number of columns of a tile for elements of 4 or 8 bytes.
func nr(elemSize int) int {
	if elemSize == 8 {
		return gemm.NR[float64]()
	}
	return gemm.NR[float32]()
}

// A dataCut says how a data role falls into tasks: images in batches, the outputs of an image in bands, and rows (channels
// of the result) in ranges of panels.
type dataCut struct {
	shape          Shape
	role           Role
	nr, size       int // columns of a panel, bytes of an element
	rows, sources  int // of a group
	images         int // in a batch
	joined         int // of these, so many at a time
	batches, bands int
	ranges         int
	panels         int  // of a group
	packers        int  // tasks of the first phase
	gathered       bool // results are collected before they are stored
	lines          int  // classes that share rows of the result
}

const (
	copyMost   = 1 << 17 // about the most elements of the source, or of results, that a task holds
	fillPixels = 256     // outputs of small images that are computed together
	leastRows  = 96      // rows in a range, for each copies what it needs of the source
)

func newDataCut(s Shape, r Role, elemSize int) dataCut {
	d := dataCut{shape: s, role: r, nr: nr(elemSize), size: elemSize, images: 1, joined: 1, bands: 1, ranges: 1, lines: 1}
	d.sources, d.rows = s.channels()
	if r == X {
		d.sources, d.rows = d.rows, d.sources
	}
	if s.N == 0 || s.Groups*d.rows == 0 {
		return d
	}
	d.panels = ceilDiv(d.rows, d.nr)
	d.packers = min(max(1, s.K*d.sources*volume(s.Filter)>>15), d.panels)
	c := s.class(r, 0) // the most outputs of any
	if r == X && s.Stride[2] > 1 {
		d.gathered, d.lines = true, s.Stride[2]
	}
	outputs := c.outputs()
	want := tasksWanted(s.flops())
	ranges := max(1, d.rows/leastRows)
	fill := 1
	if outputs > 0 {
		fill = max(1, min(fillPixels/outputs, 2*s.N*ranges/want, s.N))
		d.bands = max(1, min(ceilDiv(d.heldAtOnce(&c), copyMost), d.units(&c)))
	}
	if most := s.N * d.bands / want; most >= fill {
		d.images = most
	} else {
		d.images = fill
		want = ceilDiv(want, ceilDiv(s.N, fill))
		if fill == 1 && outputs > 0 {
			d.bands = max(d.bands, min(want, d.units(&c)))
		}
		d.ranges = min(ceilDiv(want, d.bands), ranges)
	}
	d.joined = min(fill, d.images)
	d.batches = ceilDiv(s.N, d.images)
	if d.batches > taskRound { // as many for each worker
		d.batches = min(ceilDiv(d.batches, taskRound)*taskRound, s.N)
		d.images = ceilDiv(s.N, d.batches)
	}
	return d
}

// heldAtOnce is how many elements a task holds for an image, as long as there is but one band.
func (d *dataCut) heldAtOnce(c *correlation) int {
	n := 0
	if d.gathered {
		n = d.lines * d.rows * c.outputs()
	}
	if b, some := d.reach(0); some && (!b.inside(c) || c[2].step > 1) {
		n = max(n, d.sources*b.copySize(c[2].step))
	}
	return n
}

// reach is the box that a band needs of a source, for all classes, if any of them has taps.
func (d *dataCut) reach(band int) (b box, some bool) {
	for i := range d.shape.classes(d.role) {
		c := d.shape.class(d.role, i)
		lo, hi := d.band(&c, band)
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

// units are what bands are made of: rows of outputs, or, if there is only one, pieces of it, unless they are collected.
func (d *dataCut) units(c *correlation) int {
	if rows := c[0].outputs * c[1].outputs; rows > 1 || d.gathered {
		return rows
	}
	return ceilDiv(c[2].outputs, chunkPixels)
}

// band is a range of outputs.
func (d *dataCut) band(c *correlation, band int) (lo, hi int) {
	if c.outputs() == 0 {
		return 0, 0
	}
	if rows := c[0].outputs * c[1].outputs; rows > 1 || d.gathered {
		lo, hi = part(rows, d.bands, band)
		return lo * c[2].outputs, hi * c[2].outputs
	}
	return part(c[2].outputs, d.bands, band)
}

func (d *dataCut) work() Work {
	if d.batches == 0 {
		return Work{}
	}
	s := &d.shape
	w := Work{
		Phases: [3]int{d.packers, d.batches * d.bands * d.ranges},
		Local:  volume(s.Filter) * d.nr, // for packing
	}
	for i := range s.classes(d.role) {
		c := s.class(d.role, i)
		w.Scratch += d.filterSize(&c)
	}
	w.Local = max(w.Local, d.local()+d.gatheredSize())
	if w.Scratch == 0 {
		w.Phases[0] = 0
	}
	return w
}

// filterSize is the elements of the packed filters of a class.
func (d *dataCut) filterSize(c *correlation) int {
	return d.shape.Groups * padded(d.rows, d.nr) * d.sources * c.taps()
}

// local is the elements a task takes: results of a chunk, and the copy of a box.
func (d *dataCut) local() int {
	most := 0
	for band := range d.bands {
		if b, some := d.reach(band); some {
			most = max(most, b.copySize(d.shape.class(d.role, 0)[2].step))
		}
	}
	return chunkPixels*d.nr + most*d.sources*d.joined
}
