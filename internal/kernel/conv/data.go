package conv

import "github.com/kedja-ml/kedja/internal/kernel/gemm"

// A dataTask computes rows [i0, i1) of each group for images [n0, n1), or for a band of each.
type dataTask[T gemm.Float] struct {
	*dataCut
	n0, n1, i0, i1 int
	at             int // band
	from, to       []T // y and x for the role X, x and y for Y
	bias           []T
	relu           bool
	local          []T
	box            box     // what the classes need of the source, if they need any
	some, inside   bool    // it does not reach out of the source, and need not be copied
	view           view[T] // of the box, if it is copied
}

func runData[T gemm.Float](d *dataCut, phase, task int, from, w, to, bias []T, relu bool, scratch, local []T) {
	if phase == 0 {
		p0, p1 := part(d.panels, d.packers, task)
		packFilters(&d.shape, d.role, d.nr, p0, p1, w, scratch, local)
		return
	}
	t := dataTask[T]{dataCut: d, from: from, to: to, bias: bias, relu: relu, local: local}
	t.n0, t.n1 = part(d.shape.N, d.batches, task/d.ranges/d.bands)
	t.at = task / d.ranges % d.bands
	p0, p1 := part(d.panels, d.ranges, task%d.ranges)
	t.i0, t.i1 = p0*d.nr, min(p1*d.nr, d.rows)
	t.box, t.some = d.reach(t.at)
	first := d.shape.class(d.role, 0)
	t.inside = t.box.inside(&first) && first[2].step == 1
	for g := range d.shape.Groups {
		n0, n1 := t.n0, t.n1
		for ; t.n0 < n1; t.n0 = t.n1 {
			t.n1 = min(t.n0+t.joined, n1)
			t.view = t.take(g)
			filters := scratch
			for i := 0; i < d.shape.classes(d.role); i += d.lines {
				if d.gathered {
					t.gatherGroup(i, g, filters)
				} else {
					t.storeGroup(i, g, filters)
				}
				for k := range d.lines {
					c := d.shape.class(d.role, i+k)
					filters = filters[d.filterSize(&c):]
				}
			}
		}
		t.n0 = n0
	}
}

// take copies what all classes need of a group of the images at hand, unless they can read it where it lies.
func (t *dataTask[T]) take(g int) (v view[T]) {
	if !t.some || t.inside {
		return v
	}
	c := t.shape.class(t.role, 0)
	from, slot := t.source(&c, g)
	room := t.local[chunkPixels*t.nr:][:t.box.copySize(c[2].step)*t.sources*(t.n1-t.n0)]
	return copied(&c, &t.box, from, slot, t.n1-t.n0, t.sources, c[2].step, room)
}

// source is where a group of the images at hand begins, and how far it is from an image to the next.
func (t *dataTask[T]) source(c *correlation, g int) (from []T, slot int) {
	plane := c[0].source * c[1].source * c[2].source
	slot = t.shape.Groups * t.sources * plane
	return t.from[t.n0*slot+g*t.sources*plane:], slot
}

// storeGroup computes what the task has of a group and a class, where it belongs.
func (t *dataTask[T]) storeGroup(class, g int, filters []T) {
	c := t.shape.class(t.role, class)
	lo, hi := t.band(&c, t.at)
	if lo >= hi {
		return
	}
	var to target[T]
	to.plane = c[0].result * c[1].result * c[2].result
	to.slot = t.shape.Groups * t.rows * to.plane
	to.to = t.to[t.n0*to.slot+(g*t.rows+t.i0)*to.plane:][:(t.n1-t.n0-1)*to.slot+(t.i1-t.i0)*to.plane]
	t.correlate(&c, to, lo, hi, g, filters)
}

// correlate computes outputs [lo, hi) of the images at hand. Filters are those of the class.
func (t *dataTask[T]) correlate(c *correlation, to target[T], lo, hi, g int, filters []T) {
	p := product[T]{c: c, lo: lo, hi: hi, images: t.n1 - t.n0, nr: t.nr, target: to, relu: t.relu}
	p.rows, p.pairs = t.i1-t.i0, t.sources*c.taps()
	if t.bias != nil {
		p.bias = t.bias[g*t.rows+t.i0:][:p.rows]
	}
	p.buf = t.local[:chunkPixels*t.nr]
	if p.pairs > 0 {
		size := t.filterSize(c) / t.shape.Groups
		p.filters = filters[g*size+t.i0*p.pairs:][:padded(p.rows, t.nr)*p.pairs]
		b := c.box(c.span(lo, hi))
		if t.inside {
			from, slot := t.source(c, g)
			p.view = placed(c, &b, from, slot)
		} else {
			p.view = t.view
			p.view.aim(c, &b, t.box.lo)
		}
	}
	p.multiply()
}

// span is a range of outputs in each dimension that holds outputs [lo, hi).
func (c *correlation) span(lo, hi int) (from, to [3]int) {
	size := [3]int{c[0].outputs, c[1].outputs, c[2].outputs}
	from, to = split(lo, size), split(hi-1, size)
	if from[0] != to[0] {
		from[1], to[1] = 0, size[1]-1
	}
	if from[0] != to[0] || from[1] != to[1] {
		from[2], to[2] = 0, size[2]-1
	}
	for d := range to {
		to[d]++
	}
	return from, to
}
