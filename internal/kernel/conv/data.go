package conv

import "github.com/kedja-ml/kedja/internal/kernel/gemm"

// A dataTask computes rows [i0, i1) of each group for images [n0, n1), and, if that is one image, for a band of it.
type dataTask[T gemm.Float] struct {
	*dataCut
	n0, n1, i0, i1 int
	band           int
	from, to       []T // y and x for the role X, x and y for Y
	bias           []T
	relu           bool
	local          []T
}

func runData[T gemm.Float](d *dataCut, phase, task int, from, w, to, bias []T, relu bool, scratch, local []T) {
	panels := ceilDiv(d.rows, gemm.MR)
	if phase == 0 && d.spread {
		packSpread(&d.shape, d.role, w, scratch)
		return
	}
	if phase == 0 {
		p0, p1 := part(panels, d.packers, task)
		packFilters(&d.shape, d.role, p0*gemm.MR, min(p1*gemm.MR, d.rows), w, scratch)
		return
	}
	t := dataTask[T]{dataCut: d, from: from, to: to, bias: bias, relu: relu, local: local}
	t.n0, t.n1 = part(d.shape.N, d.batches, task/d.ranges/d.bands)
	t.band = task / d.ranges % d.bands
	p0, p1 := part(panels, d.ranges, task%d.ranges)
	t.i0, t.i1 = p0*gemm.MR, min(p1*gemm.MR, d.rows)
	for i := 0; i < d.shape.classes(d.role); i += d.lines {
		for g := range d.shape.Groups {
			if d.gathered > 0 {
				t.gatherGroup(i, g, scratch)
				continue
			}
			c := d.shape.class(d.role, i)
			size := d.rows * d.sources * c.taps()
			if filters := scratch[g*size:][:size]; d.spread {
				t.spreadGroup(&c, g, filters)
			} else {
				t.storeGroup(&c, g, filters)
			}
		}
		for k := range d.lines {
			c := d.shape.class(d.role, i+k)
			scratch = scratch[d.rows*d.sources*c.taps()*d.shape.Groups:]
		}
	}
}

// storeGroup computes what the task has of a group and a class, where it belongs.
func (t *dataTask[T]) storeGroup(c *correlation, g int, filters []T) {
	outputs := c.outputs()
	p0, p1 := part(ceilDiv(outputs, t.nr), t.bands, t.band)
	lo, hi := p0*t.nr, min(p1*t.nr, outputs)
	if lo >= hi {
		return
	}
	var to target[T]
	to.plane = c[0].result * c[1].result * c[2].result
	to.slot = t.shape.Groups * t.rows * to.plane
	to.to = t.to[t.n0*to.slot+(g*t.rows+t.i0)*to.plane:][:(t.n1-t.n0-1)*to.slot+(t.i1-t.i0)*to.plane]
	t.correlate(c, to, lo, hi-lo, g, filters)
}

// correlate computes n outputs of one image, from lo on, or the n there are of all images.
func (t *dataTask[T]) correlate(c *correlation, to target[T], lo, n, g int, filters []T) {
	p := product[T]{c: c, lo: lo, outputs: c.outputs(), nr: t.nr, target: to}
	p.hi = p.lo + n + (t.n1-t.n0-1)*p.outputs
	p.rows = t.i1 - t.i0
	p.relu = t.relu
	if t.bias != nil {
		p.bias = t.bias[g*t.rows+t.i0:][:p.rows]
	}
	cut := newBlocking(t.sources, c.taps())
	if cut.c == 0 {
		p.held = t.local[:t.heldSize()]
		p.clear()
		return
	}
	panel, held := t.panelSize(cut), t.heldSize()
	p.panel, p.held = t.local[:panel], t.local[panel:][:held]
	room := t.local[panel+held:]

	plane := c[0].source * c[1].source * c[2].source
	slot := t.shape.Groups * t.sources * plane
	from := t.from[t.n0*slot+g*t.sources*plane:]
	b := c.box(c.span(p.lo, p.lo+n))
	inside := b.inside(c) && c[2].step == 1
	for at, ok := cut.next(block{}); ok; at, ok = cut.next(at) {
		if inside {
			p.view = placed(c, &b, from[at.c0*plane:], slot)
		} else {
			size := b.copySize(c[2].step) * (at.c1 - at.c0) * (t.n1 - t.n0)
			p.view = copied(c, &b, from[at.c0*plane:], slot, t.n1-t.n0, at.c1-at.c0, c[2].step, room[:size+t.nr])
		}
		p.first, p.last = at.c0 == 0 && at.t0 == 0, at.c1 == t.sources && at.t1 == c.taps()
		p.filters = filters[t.rows*cut.before(at)+t.i0*at.size():][:p.rows*at.size()]
		p.multiply(at)
	}
}

// span is a range of outputs in each dimension that holds outputs [lo, hi).
func (c *correlation) span(lo, hi int) (from, to [3]int) {
	size := [3]int{c[0].outputs, c[1].outputs, c[2].outputs}
	from, to = split(lo, size), split(hi-1, size)
	if from[0] != to[0] {
		from[1], to[1] = 0, size[1]-1
	}
	from[2], to[2] = 0, size[2]-1
	for d := range to {
		to[d]++
	}
	return from, to
}
