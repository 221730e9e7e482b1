package conv

import "github.com/kedja-ml/kedja/internal/kernel/gemm"

// runFilter sums bands into partial filters in phase 0 and adds these up in phase 1.
func runFilter[T gemm.Float](f *filterCut, phase, task int, x, w, y, scratch, local []T) {
	units := f.shape.Groups * f.panels
	if phase == 1 {
		s0, s1 := part(units*f.slots(), f.reducers, task)
		for s := s0; s < s1; s++ {
			reduce(f, s, scratch, w)
		}
		return
	}
	t := filterTask[T]{filterCut: f, source: x, other: y, local: local}
	if f.swapped {
		t.source, t.other = y, x
	}
	chunk := task / f.units / f.ranges
	b0, b1 := part(f.bands(), f.chunks, chunk)
	t.c0, t.c1 = part(f.sources, f.ranges, task/f.units%f.ranges)
	u0, u1 := part(units, f.units, task%f.units)
	t.partial = scratch[chunk*f.partial():][:f.partial()]
	for b := b0; b < b1; b++ {
		t.seek(b)
		for u := u0; u < u1; {
			some := min(unitsAtOnce, u1-u, f.panels-u%f.panels)
			t.sum(u, some, b > b0)
			u += some
		}
	}
}

// A filterTask sums products of channels [c0, c1) of each group of the source, one band after the other.
type filterTask[T gemm.Float] struct {
	*filterCut
	source, other, partial, local []T
	c0, c1                        int
	image, images                 int    // of the band at hand
	from, size                    [3]int // its positions in each of them
}

func (t *filterTask[T]) seek(band int) {
	at := split(band, [3]int(t.grid[1:]))
	t.image = at[0] / t.grid[1] * t.band[0]
	at[0] %= t.grid[1]
	t.images = min(t.band[0], t.shape.N-t.image)
	for d := range at {
		most := t.band[d+1]
		t.from[d] = at[d] * most
		t.size[d] = min(most, t.c[d].outputs-t.from[d])
	}
}

// sum adds the band's products to a number of units of one group, or begins them.
func (t *filterTask[T]) sum(unit, units int, add bool) {
	g, u := unit/t.panels, unit%t.panels
	panels, room := t.local[:unitsAtOnce*t.panelSize()], t.local[unitsAtOnce*t.panelSize():]
	t.packPanels(g, u, units, panels)

	c := &t.c
	to := t.from
	for d := range to {
		to[d] += t.size[d]
	}
	b := c.box(t.from, to)
	plane := c[0].source * c[1].source * c[2].source
	slot := t.shape.Groups * t.sources * plane
	source := t.source[t.image*slot+g*t.sources*plane:]
	p := strip[T]{filterCut: t.filterCut, images: t.images, size: t.size, add: add}
	inside := b.inside(c)
	step := t.copyChannels()
	if inside {
		step = t.c1 - t.c0
	}
	for ch := t.c0; ch < t.c1; ch += step {
		some := min(step, t.c1-ch)
		if inside {
			p.view = placed(c, &b, source[ch*plane:], slot)
		} else {
			p.view = copied(c, &b, source[ch*plane:], slot, t.images, some, 1, room)
		}
		p.aim()
		for i := range units {
			at, _, columns := t.unit(unit + i)
			p.multiply(some, columns, panels[i*t.panelSize():], t.partial[at+ch*c.taps()*columns:])
		}
	}
}

// packPanels packs the band's part of the other tensor: a panel for each unit, in which positions are rows.
func (t *filterTask[T]) packPanels(g, u, units int, panels []T) {
	plane := t.c.outputs()
	rows := volume(t.size)
	start := (t.from[0]*t.c[1].outputs+t.from[1])*t.c[2].outputs + t.from[2]
	for i := range units {
		_, first, columns := t.unit(u + i)
		some := min(columns, t.columns-first)
		for n := range t.images {
			from := t.other[(((t.image+n)*t.shape.Groups+g)*t.columns+first)*plane+start:]
			gemm.PackPanel(rows, some, columns, from, plane, true, panels[i*t.panelSize()+n*rows*columns:])
		}
	}
}

// reduceRows is how many pairs reduce takes at a time, so that lines of w are written whole.
const reduceRows = 16

// maxColumns is the most columns that a tile has on any machine.
const maxColumns = 64

// reduce adds up some pairs of the partial filters of a unit, chunk by chunk, and stores them where they belong.
func reduce[T gemm.Float](f *filterCut, slot int, scratch, w []T) {
	unit, i := slot/f.slots(), slot%f.slots()*reduceRows
	at, first, nr := f.unit(unit)
	g := unit / f.panels
	columns, taps := min(nr, f.columns-first), f.c.taps()
	w = w[g*f.pairs*f.columns:][:f.pairs*f.columns]
	size := f.partial()
	some := min(reduceRows, f.pairs-i)
	var room [reduceRows * maxColumns]T
	sums := room[:some*nr]
	for chunk := range f.chunks {
		accumulate(scratch[chunk*size+at+i*nr:], sums)
	}
	for j := range columns {
		if !f.swapped {
			row := w[(first+j)*f.pairs+i:][:some]
			for r := range row {
				row[r] = sums[r*nr+j]
			}
			continue
		}
		for r := range some {
			channel, tap := (i+r)/taps, f.reversed((i+r)%taps)
			w[(channel*f.columns+first+j)*taps+tap] = sums[r*nr+j]
		}
	}
}
