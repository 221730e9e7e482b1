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

// A dataCut says how a data role falls into tasks: images in batches, the outputs of an image, taken in panels, in
// bands, and rows (channels of the result) in ranges of panels.
type dataCut struct {
	shape          Shape
	role           Role
	nr             int
	rows, sources  int // of a group
	images         int // in a batch
	batches, bands int
	ranges         int
	packers        int // tasks of the first phase
	spread         bool
	gathered       int // images whose results a task collects before it stores them, or 0
	lines          int // classes that share rows of the result
}

// gatherMost is about the most elements that a task collects.
const gatherMost = 1 << 17

// leastRows is how many rows make up for packing a panel in each range.
const leastRows = 24 * gemm.MR

func newDataCut(s Shape, r Role, elemSize int) dataCut {
	d := dataCut{shape: s, role: r, nr: nr(elemSize), images: 1, bands: 1, ranges: 1, lines: 1}
	d.sources, d.rows = s.channels()
	if r == X {
		d.sources, d.rows = d.rows, d.sources
	}
	if s.N == 0 || s.Groups*d.rows == 0 {
		return d
	}
	if d.spread = s.spreads(r, d.rows, d.sources); d.spread {
		d.cutSpread()
		return d
	}
	outputs := s.class(r, 0).outputs() // the most of any class
	panels := ceilDiv(outputs, d.nr)
	want := tasksWanted(s.flops())
	ranges := max(1, d.rows/leastRows)
	fill := 1 // images that make the last panel matter little
	if outputs > 0 {
		fill = min(ceilDiv(8*d.nr, outputs), max(1, 2*s.N*ranges/want))
	}
	if want*fill <= s.N {
		d.images = s.N / want
	} else {
		d.images = min(fill, s.N)
		want = ceilDiv(want, ceilDiv(s.N, d.images))
		if d.images == 1 && panels > 0 {
			d.bands = min(want, panels)
		}
		d.ranges = min(ceilDiv(want, d.bands), ranges)
	}
	d.batches = ceilDiv(s.N, d.images)
	if d.batches > taskRound { // as many for each worker
		d.batches = min(ceilDiv(d.batches, taskRound)*taskRound, s.N)
		d.images = ceilDiv(s.N, d.batches)
	}
	d.packers = min(max(1, s.K*d.sources*volume(s.Filter)>>15), ceilDiv(d.rows, gemm.MR))
	d.gather(outputs, fill)
	return d
}

// gather collects results that are stored apart, or that several blocks add to and that fill few panels of an image, as
// far as a cache holds them.
func (d *dataCut) gather(outputs, fill int) {
	if d.role == X && d.shape.Stride[2] > 1 {
		d.lines = d.shape.Stride[2]
		if d.bands > 1 { // of whole rows
			c := d.shape.class(X, 0)
			d.bands = min(d.bands, c[0].outputs*c[1].outputs)
		}
	} else if few := outputs < 8*d.nr && outputs%d.nr != 0; !few || d.images == 1 || d.sources*volume(d.shape.Filter) <= maxTaps {
		return
	}
	each := d.lines * ceilDiv(d.rows, d.ranges) * ceilDiv(max(outputs, 1), d.bands)
	d.gathered = min(max(gatherMost/each, fill, 1), d.images)
}

// cutSpread makes bands no lower than what a band needs twice, at its edges.
func (d *dataCut) cutSpread() {
	s := &d.shape
	d.packers = 1
	want := tasksWanted(s.flops())
	d.images = max(1, s.N/want)
	d.batches = ceilDiv(s.N, d.images)
	c := s.class(d.role, 0)
	a := c[0]
	if a.outputs == 1 {
		a = c[1]
	}
	if halo := (a.taps - 1) * max(a.delta, -a.delta); d.batches < want && halo >= 0 {
		d.bands = max(1, min(ceilDiv(want, d.batches), a.outputs/(2*halo+2)))
	}
}

func (d *dataCut) work() Work {
	if d.batches == 0 {
		return Work{}
	}
	s := &d.shape
	cg, _ := s.channels()
	w := Work{
		Phases:  [3]int{d.packers, d.batches * d.bands * d.ranges},
		Scratch: s.K * cg * volume(s.Filter),
	}
	if w.Scratch == 0 {
		w.Phases[0] = 0
	}
	for i := range s.classes(d.role) {
		c := s.class(d.role, i)
		if d.spread {
			w.Local = max(w.Local, d.spreadLocal(&c))
		} else {
			w.Local = max(w.Local, d.local(&c)+d.gatheredSize())
		}
	}
	return w
}

// panelSize is where a panel ends: it is written one panel row too far.
func (d *dataCut) panelSize(b blocking) int { return (b.largest() + 1) * d.nr }

// tileRows is how many rows of results are held back when they cannot be stored in place.
const tileRows = 8 * gemm.MR

// heldSize is the room for such results, and for the tile that gemm holds back itself.
func (d *dataCut) heldSize() int { return (tileRows + gemm.MR) * d.nr }

// local is the elements a task takes: a panel, results held back, and the copy of a box, which is read one panel row
// too far.
func (d *dataCut) local(c *correlation) int {
	if c.outputs() == 0 {
		return 0
	}
	if c.taps() == 0 || d.sources == 0 {
		return d.heldSize()
	}
	to := [3]int{c[0].outputs, c[1].outputs, c[2].outputs}
	if d.bands > 1 {
		span := ceilDiv(ceilDiv(c.outputs(), d.nr), d.bands) * d.nr
		if d.gathered > 0 {
			span = ceilDiv(to[0]*to[1], d.bands) * to[2]
		}
		rows := (span-1)/to[2] + 2
		if to[0] == 1 {
			to[1] = min(to[1], rows)
		} else {
			to[0] = min(to[0], (rows-1)/to[1]+2)
		}
	}
	b := c.box([3]int{}, to)
	cut := newBlocking(d.sources, c.taps())
	images := d.images
	if d.gathered > 0 {
		images = d.gathered
	}
	return d.panelSize(cut) + d.heldSize() + b.copySize(c[2].step)*cut.c*images + d.nr
}
