package conv

import "github.com/kedja-ml/kedja/internal/kernel/gemm"

func runNarrow[T gemm.Float](d *narrowCut, phase, task int, from, w, to, bias []T, relu bool, scratch, local []T) {
	if phase == 0 {
		g0, g1 := part(d.shape.Groups, d.packers, task)
		packNarrow(d, g0, g1, w, scratch)
		return
	}
	t := narrowTask[T]{narrowCut: d, from: from, to: to, bias: bias, relu: relu, filters: scratch}
	if d.ordered() {
		t.filters = w
	}
	band := task % d.bands
	u0, u1 := part(d.shape.N*d.shape.Groups, d.ranges, task/d.bands)
	for i := 0; i < d.shape.classes(d.role); i += d.lines {
		t.aim(i, band, u1, local)
		t.until = u0
		for u := u0; u < u1; u++ {
			t.unit(u, u1)
		}
		for k := range d.lines {
			t.filters = t.filters[d.filterSize(&t.fields[k].c):]
		}
	}
}

type narrowTask[T gemm.Float] struct {
	*narrowCut
	from, to, bias, filters []T
	relu                    bool
	fields                  [linesMost]field[T]
	box                     box // what they need of a source, if they need any
	some, inside            bool
	copy                    []T // room for what some units need
	copied, until, most     int // these are the units from copied on; how many at most
}

// A field is the outputs of a class in a band.
type field[T gemm.Float] struct {
	c        correlation
	lo, hi   int
	slots    slots
	table    [tableMost]int32
	view     view[T]
	furthest int // in the table, for one channel
	room     []T // for results that are woven
}

// aim finds where outputs of the classes from one on lie, and what they need, for a number of units.
func (t *narrowTask[T]) aim(class, band, units int, local []T) {
	t.box, t.some = t.reach(class, band)
	first := t.shape.class(t.role, class)
	var v view[T]
	origin := t.box.lo
	if t.some {
		if t.inside = first.readable(&t.box, units*t.sources, t.nr/2, len(t.from)); t.inside {
			v, origin = placed[T](&first, &t.box, nil, 0), [3]int{}
		} else {
			v = layout[T](&first, &t.box, first[2].step)
		}
		size := t.sources * t.box.copySize(first[2].step)
		t.most = fillsOf(size)
		room := t.most*size + t.nr
		t.copy, local = local[:room], local[room:]
	}
	for k := range t.lines {
		f := &t.fields[k]
		f.c = t.shape.class(t.role, class+k)
		f.lo, f.hi = f.c.band(t.pieces, t.bands, band)
		f.view = v
		if t.some && f.lo < f.hi && f.c.taps() > 0 {
			b := f.c.box(f.c.span(f.lo, f.hi))
			f.view.aim(&f.c, &b, origin)
		}
		f.aim(t.channels, t.nr/2, t.lines > 1)
		if t.lines > 1 {
			n := t.rows * (f.hi - f.lo)
			f.room, local = local[:n], local[n:]
		}
	}
}

// aim makes the table of some channels, and slots for the outputs, which are woven later or stored where they belong.
func (f *field[T]) aim(channels, lanes int, woven bool) {
	f.furthest = 0
	f.slots.n, f.slots.from, f.slots.to = 0, 0, 0
	if f.lo == f.hi {
		return
	}
	c := &f.c
	taps := c.taps()
	o := newOdometer(c, 0)
	for k := range taps {
		at := f.view.tap(c, o.at)
		f.table[k], f.furthest = int32(at), max(f.furthest, at)
		o.next()
	}
	for k := taps; k < channels*taps; k++ {
		f.table[k] = f.table[k-taps] + int32(f.view.plane)
	}
	size := [3]int{c[0].outputs, c[1].outputs, c[2].outputs}
	for at := f.lo; at < f.hi; {
		j := split(at, size)
		n := min(f.hi-at, size[2]-j[2])
		from, to := 0, at-f.lo
		if taps > 0 {
			from = f.view.pixel(j)
		}
		if !woven {
			to = ((c[0].start+j[0]*c[0].stride)*c[1].result+c[1].start+j[1]*c[1].stride)*c[2].result + j[2]
		}
		for x := 0; x < n; x += lanes {
			f.slots.add(from+x, to+x, min(lanes, n-x))
		}
		at += n
	}
	f.slots.close()
}

// unit computes the outputs of one group of one image, of which others come next.
func (t *narrowTask[T]) unit(u, end int) {
	g := u % t.shape.Groups
	c := &t.fields[0].c
	x := t.source(u, end)
	plane := c[0].result * c[1].result * c[2].result
	to := t.to[u*t.rows*plane:][:t.rows*plane]
	filters := t.filters
	for k := range t.lines {
		f := &t.fields[k]
		size := t.filterSize(&f.c)
		own := filters[g*(size/t.shape.Groups):]
		filters = filters[size:]
		if f.lo == f.hi {
			continue
		}
		put, apart := to, plane
		if t.lines > 1 {
			put, apart = f.room, f.hi-f.lo
		}
		for c0 := 0; c0 < t.sources; c0 += t.channels {
			t.sum(f, g, c0, x, own, put, apart)
		}
	}
	if t.lines > 1 {
		t.weave(to)
	}
}

// source is where a unit's channels are read.
func (t *narrowTask[T]) source(u, end int) []T {
	if !t.some {
		return nil
	}
	c, v := &t.fields[0].c, &t.fields[0].view
	plane := c[0].source * c[1].source * c[2].source
	x := t.from[u*t.sources*plane:]
	if t.inside {
		return x
	}
	if u == t.until {
		t.copied, t.until = u, min(u+t.most, end)
		v.fill(c, &t.box, (t.until-u)*t.sources, x, plane, t.copy)
	}
	return t.copy[(u-t.copied)*t.sources*v.plane:]
}

// sum computes what channels from c0 on contribute to all rows.
func (t *narrowTask[T]) sum(f *field[T], g, c0 int, x, filters, to []T, plane int) {
	some := min(t.channels, t.sources-c0)
	taps := f.c.taps()
	last := c0+some == t.sources
	if taps > 0 {
		x = x[c0*f.view.plane:]
	}
	for row := 0; row < t.rows; row += t.together {
		n := min(t.together, t.rows-row)
		var bias []T
		if last && t.bias != nil {
			bias = t.bias[g*t.rows+row:]
		}
		w := filters[(row*t.sources+c0*n)*taps:]
		lines(t.nr, n, &f.slots, x, f.table[:some*taps], f.furthest+(some-1)*f.view.plane, w, to[row*plane:], plane, bias, t.relu && last, c0 > 0)
	}
}

// weave stores the rows of classes between each other.
func (t *narrowTask[T]) weave(to []T) {
	c := &t.fields[0].c
	if c[2].outputs == 0 {
		return
	}
	r0, r1 := t.fields[0].lo/c[2].outputs, t.fields[0].hi/c[2].outputs
	if t.lines == 2 {
		storeLines(c, r0, r1, t.rows, t.line(0), t.line(1), to)
		return
	}
	for k := range t.lines {
		storeLines(c, r0, r1, t.rows, t.line(k), line[T]{}, to)
	}
}

// line is what a field has.
func (t *narrowTask[T]) line(k int) line[T] {
	f := &t.fields[k]
	return line[T]{f.room, k, f.c[2].outputs, f.hi - f.lo}
}
