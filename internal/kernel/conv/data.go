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
	for i := 0; i < d.shape.classes(d.role); i += d.lines {
		for g := range d.shape.Groups {
			c := d.shape.class(d.role, i)
			n0, n1 := t.n0, t.n1
			for ; t.n0 < n1; t.n0 = t.n1 {
				t.n1 = min(t.n0+t.joined, n1)
				if d.gathered {
					t.gatherGroup(i, g, scratch)
				} else {
					t.storeGroup(&c, g, scratch)
				}
			}
			t.n0 = n0
		}
		for k := range d.lines {
			c := d.shape.class(d.role, i+k)
			scratch = scratch[d.filterSize(&c):]
		}
	}
}

// storeGroup computes what the task has of a group and a class, where it belongs.
func (t *dataTask[T]) storeGroup(c *correlation, g int, filters []T) {
	lo, hi := t.band(c, t.at)
	if lo >= hi {
		return
	}
	var to target[T]
	to.plane = c[0].result * c[1].result * c[2].result
	to.slot = t.shape.Groups * t.rows * to.plane
	to.to = t.to[t.n0*to.slot+(g*t.rows+t.i0)*to.plane:][:(t.n1-t.n0-1)*to.slot+(t.i1-t.i0)*to.plane]
	t.correlate(c, to, lo, hi, g, filters)
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
		plane := c[0].source * c[1].source * c[2].source
		slot := t.shape.Groups * t.sources * plane
		from := t.from[t.n0*slot+g*t.sources*plane:]
		b := c.box(c.span(lo, hi))
		if b.inside(c) && c[2].step == 1 {
			p.view = placed(c, &b, from, slot)
		} else {
			room := t.local[len(p.buf):][:b.copySize(c[2].step)*t.sources*p.images]
			p.view = copied(c, &b, from, slot, p.images, t.sources, c[2].step, room)
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
