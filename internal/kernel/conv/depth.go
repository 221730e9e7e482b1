package conv

import "github.com/kedja-ml/kedja/internal/kernel/gemm"

// A depthCut says how the gradient to the filter falls into tasks where a group has one channel of x: each element of it is the
// product, position by position, of a channel of y and of x moved by a tap. Lanes are neighbours in a row of y; what they sum is added up last.
//
// Positions are taken in bands; a chunk is a range of bands of all images, and the sums of chunks are added in order.
type depthCut struct {
	shape          Shape
	c              correlation
	nr, size       int
	pairs          int // of a group
	pieces, bands  int // of a row, if one is too long for a band; of an image
	ranges, chunks int // of groups; of bands of all images
	reducers       int
}

// deep reports whether to compute the gradient to the filter so.
func (s Shape) deep() bool {
	c, k := s.channels()
	taps := volume(s.Filter)
	return s.N*c*k*s.Groups*volume(s.Out) > 0 && taps <= tableMost && c == 1 && (k <= rowsAtOnce || taps <= narrowPairs)
}

func newDepthCut(s Shape, elemSize int) depthCut {
	d := depthCut{shape: s, c: s.forward(), size: elemSize}
	d.nr = d.c.vectors(elemSize)
	d.pairs = d.c.taps()
	b := d.c.whole()
	d.pieces, d.bands = d.c.bands(d.nr/2, b.copySize(d.c[2].step))
	want := tasksWanted(8 * s.flops())
	d.ranges = min(s.Groups, want)
	d.chunks = min(s.N*d.bands, ceilDiv(want, d.ranges))
	if d.chunks > 1 {
		d.reducers = min(s.K, 1+d.chunks*s.K*d.pairs>>16)
	}
	return d
}

func (d *depthCut) work() Work {
	_, k := d.shape.channels()
	w := Work{Phases: [3]int{d.ranges * d.chunks, d.reducers}}
	if d.chunks > 1 {
		w.Scratch = d.chunks * d.shape.K * d.pairs
	}
	for band := range d.bands {
		lo, hi := d.c.band(d.pieces, d.bands, band)
		b := d.c.box(d.c.span(lo, hi))
		size := b.copySize(d.c[2].step)
		w.Local = max(w.Local, fillsOf(size)*size+d.nr)
	}
	w.Local += k * d.pairs * d.nr / 2
	return w
}

func runDepth[T gemm.Float](d *depthCut, phase, task int, x, w, y, scratch, local []T) {
	if phase == 1 {
		lo, hi := part(d.shape.K*d.pairs, d.reducers, task)
		clear(w[lo:hi])
		for chunk := range d.chunks {
			accumulate(scratch[chunk*d.shape.K*d.pairs+lo:], w[lo:hi])
		}
		return
	}
	_, k := d.shape.channels()
	n := k * d.pairs * d.nr / 2
	t := depthTask[T]{depthCut: d, x: x, y: y, sums: local[:n], copy: local[n:], band: -1}
	clear(t.copy) // vectors reach behind rows, where zeros meet them
	chunk := task / d.ranges
	g0, g1 := part(d.shape.Groups, d.ranges, task%d.ranges)
	b0, b1 := part(d.bands*d.shape.N, d.chunks, chunk)
	to := w
	if d.chunks > 1 {
		to = scratch[chunk*d.shape.K*d.pairs:]
	}
	for g := g0; g < g1; g++ {
		clear(t.sums)
		for b := b0; b < b1; b++ {
			t.aim(b / d.shape.N)
			t.add(b%d.shape.N, min(d.shape.N, b%d.shape.N+b1-b), g)
		}
		t.until = 0
		for i, row := 0, to[g*k*d.pairs:][:k*d.pairs]; i < len(row); i++ {
			row[i] = total(t.sums[i*d.nr/2:][:d.nr/2])
		}
	}
}

// total adds up lanes, halves first, where they are.
func total[T gemm.Float](v []T) T {
	for n := len(v) / 2; n > 0; n /= 2 {
		for i, x := range v[n : 2*n] {
			v[i] += x
		}
	}
	return v[0]
}

type depthTask[T gemm.Float] struct {
	*depthCut
	x, y, sums []T // of x and y all, of the sums a vector for each output channel and pair of a group
	copy       []T // of what some images need
	copied     int // the first of these
	until      int
	band       int
	box        box
	inside     bool
	field      field[T]
}

// aim finds where outputs of a band lie.
func (t *depthTask[T]) aim(band int) {
	if band == t.band {
		return
	}
	t.band, t.until = band, 0
	f := &t.field
	f.c = t.c
	f.lo, f.hi = t.c.band(t.pieces, t.bands, band)
	t.box = t.c.box(t.c.span(f.lo, f.hi))
	if t.inside = t.c.readable(&t.box, t.shape.N*t.shape.C, t.nr/2, len(t.x)); t.inside {
		f.view = placed[T](&t.c, &t.box, nil, 0)
	} else {
		f.view = layout[T](&t.c, &t.box, t.c[2].step)
	}
	f.aim(1, t.nr/2, false)
}

// add adds the products of a group of an image in the band; those of images up to end are next.
func (t *depthTask[T]) add(image, end, g int) {
	_, k := t.shape.channels()
	f := &t.field
	plane := volume(t.shape.In)
	x := t.x[(image*t.shape.Groups+g)*plane:]
	if !t.inside {
		if image >= t.until {
			t.copied, t.until = image, min(image+fillsOf(f.view.plane), end)
			f.view.fill(&t.c, &t.box, t.until-image, x, t.shape.Groups*plane, t.copy)
		}
		x = t.copy[(image-t.copied)*f.view.plane:]
	}
	plane = volume(t.shape.Out)
	for i := range k {
		y := t.y[((image*t.shape.Groups+g)*k+i)*plane:][:plane]
		for p := 0; p < t.pairs; p += dotsMost {
			n := min(dotsMost, t.pairs-p)
			dots(t.nr, &f.slots, x, f.table[p:p+n], f.furthest, y, t.sums[(i*t.pairs+p)*t.nr/2:])
		}
	}
}
