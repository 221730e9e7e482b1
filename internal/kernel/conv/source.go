package conv

import "github.com/kedja-ml/kedja/internal/kernel/gemm"

// A box is what a range of outputs needs of a source: positions [lo, hi) in each dimension, in bounds or not.
type box struct {
	from   [3]int // first output
	lo, hi [3]int
}

func (c *correlation) box(from, to [3]int) (b box) {
	b.from = from
	for d, a := range c {
		b.lo[d], b.hi[d] = a.reach(from[d], to[d])
	}
	return b
}

// unite makes the box hold another one, too.
func (b *box) unite(with box) {
	for d := range b.lo {
		b.lo[d], b.hi[d] = min(b.lo[d], with.lo[d]), max(b.hi[d], with.hi[d])
	}
}

func (b *box) inside(c *correlation) bool {
	for d, a := range c {
		if b.lo[d] < 0 || b.hi[d] > a.source {
			return false
		}
	}
	return true
}

// copySize is how many elements copied takes for each channel of each image.
func (b *box) copySize(phases int) int {
	row := (b.hi[2] - b.lo[2] + phases - 1) / phases * phases
	return (b.hi[0] - b.lo[0]) * (b.hi[1] - b.lo[1]) * row
}

// A view addresses a source, where it lies or copied with its padding. Output j and tap t meet at pixel(j) + tap(t).
// Position u of a row lies at u%phases·width + u/phases, so that with as many phases as the step neighbouring outputs
// read neighbours.
type view[T gemm.Float] struct {
	data          []T
	slot, plane   int // from an image, from a channel, to the next
	pitch         [2]int
	phases, width int
	from, shift   [3]int // shift is the position of output from at a tap of offset 0
	jump          [3]int // from an output to the next in each dimension
}

// placed views a source of which the box lies inside bounds, where it is. x begins at the first image's first channel.
func placed[T gemm.Float](c *correlation, b *box, x []T, slot int) (v view[T]) {
	v.data, v.slot, v.plane = x, slot, c[0].source*c[1].source*c[2].source
	v.pitch = [2]int{c[1].source * c[2].source, c[2].source}
	v.phases = 1
	v.aim(c, b, [3]int{})
	return v
}

// layout views the box laid out with its padding, one channel after the other.
func layout[T gemm.Float](c *correlation, b *box, phases int) (v view[T]) {
	v.phases = phases
	v.width = (b.hi[2] - b.lo[2] + phases - 1) / phases
	v.pitch[1] = v.width * phases
	v.pitch[0] = v.pitch[1] * (b.hi[1] - b.lo[1])
	v.plane = v.pitch[0] * (b.hi[0] - b.lo[0])
	v.aim(c, b, b.lo)
	return v
}

// copied lays the box out in buf, for a number of images and channels; x begins at the first.
func copied[T gemm.Float](c *correlation, b *box, x []T, slot, images, channels, phases int, buf []T) view[T] {
	v := layout[T](c, b, phases)
	v.slot, v.data = v.plane*channels, buf
	plane := c[0].source * c[1].source * c[2].source
	for n := range images {
		v.fill(c, b, channels, x[n*slot:], plane, buf[n*v.slot:])
	}
	return v
}

// fill copies what the box has of some planes of x, so far apart.
func (v *view[T]) fill(c *correlation, b *box, planes int, x []T, apart int, to []T) {
	if v.phases > 2 {
		for i := range planes {
			copyPlane(c, b, v, x[i*apart:][:c[0].source*c[1].source*c[2].source], to[i*v.plane:][:v.plane])
		}
		return
	}
	together := fillsOf(v.plane)
	for i := 0; i < planes; i += together {
		some := min(together, planes-i)
		copyAll(c, b, v, some, x[i*apart:], apart, to[i*v.plane:][:some*v.plane])
	}
}

// fillMost is about how many elements are cleared before they are copied to, as they stay in the first-level cache.
const fillMost = 1 << 12

// fillsOf is how many copies of so many elements that is.
func fillsOf(size int) int { return max(1, fillMost/max(1, size)) }

func (v *view[T]) aim(c *correlation, b *box, origin [3]int) {
	v.from = b.from
	for d, a := range c {
		v.shift[d] = b.from[d]*a.step - origin[d]
	}
	v.jump = [3]int{c[0].step * v.pitch[0], c[1].step * v.pitch[1], c[2].step / v.phases}
}

func (v *view[T]) pixel(j [3]int) int {
	return (j[0]-v.from[0])*v.jump[0] + (j[1]-v.from[1])*v.jump[1] + (j[2]-v.from[2])*v.jump[2]
}

func (v *view[T]) tap(c *correlation, t [3]int) int {
	u := v.shift
	for d := range u {
		u[d] += c[d].off + t[d]*c[d].delta
	}
	row := u[0]*v.pitch[0] + u[1]*v.pitch[1]
	if v.phases == 1 {
		return row + u[2]
	}
	return row + u[2]%v.phases*v.width + u[2]/v.phases
}

// copyAll is copyPlane for one phase or two, and a number of planes. It copies rows that no output meets, too.
func copyAll[T gemm.Float](c *correlation, b *box, v *view[T], planes int, x []T, apart int, to []T) {
	clear(to)
	j0, j1 := max(b.lo[1], 0), min(b.hi[1], c[1].source)
	src, dst := stacked(x, apart, c[2].source), stacked(to, v.plane, v.pitch[1])
	for i := max(b.lo[0], 0); i < min(b.hi[0], c[0].source) && j0 < j1; i++ {
		inner := dst.at((i-b.lo[0])*v.pitch[0] + (j0-b.lo[1])*v.pitch[1])
		from := src.at((i*c[1].source + j0) * c[2].source)
		for p := range v.phases {
			lo := b.lo[2] + p
			lead, end := v.within(c[2].source, lo)
			switch {
			case lead == end || !c[2].meets(lo) && v.phases == 2:
			case v.phases == 1:
				copyRows(planes, j1-j0, end-lead, from.at(lo+lead), inner.at(lead))
			default:
				halve(planes, j1-j0, end-lead, from.at(lo+2*lead), inner.at(p*v.width+lead))
			}
		}
	}
}

// within is the range of a phase, whose first position is lo, that lies in a row of n elements.
func (v *view[T]) within(n, lo int) (lead, end int) {
	if lo < 0 {
		lead = min((-lo+v.phases-1)/v.phases, v.width)
	}
	if room := n - lo; room > 0 {
		end = min((room+v.phases-1)/v.phases, v.width)
	}
	return lead, max(lead, end)
}

// copyPlane leaves rows that no output meets as they are.
func copyPlane[T gemm.Float](c *correlation, b *box, v *view[T], x, to []T) {
	for i := b.lo[0]; i < b.hi[0]; i++ {
		for j := b.lo[1]; j < b.hi[1]; j++ {
			row := to[:v.pitch[1]]
			to = to[v.pitch[1]:]
			switch {
			case !c[0].meets(i) || !c[1].meets(j):
			case i < 0 || i >= c[0].source || j < 0 || j >= c[1].source:
				clear(row)
			case v.phases == 1:
				copyRow(row, x[(i*c[1].source+j)*c[2].source:][:c[2].source], b.lo[2])
			default:
				copyPhases(&c[2], v, row, x[(i*c[1].source+j)*c[2].source:][:c[2].source], b.lo[2])
			}
		}
	}
}

// meets reports whether some output, of any number, meets position u at some tap.
func (a *axis) meets(u int) bool {
	if a.step == 1 {
		return true
	}
	for t := range a.taps {
		if (u-a.off-t*a.delta)%a.step == 0 {
			return true
		}
	}
	return false
}

// copyRow copies the positions of x from lo on, with zeros where there are none.
func copyRow[T gemm.Float](row, x []T, lo int) {
	lead := min(max(0, -lo), len(row))
	end := min(max(lead, len(x)-lo), len(row))
	clear(row[:lead])
	if lead < end {
		copy(row[lead:end], x[lo+lead:])
	}
	clear(row[end:])
}

// copyPhases is copyRow phase by phase; it leaves phases that no output meets as they are.
func copyPhases[T gemm.Float](a *axis, v *view[T], row, x []T, lo int) {
	for p := range v.phases {
		if !a.meets(lo + p) {
			continue
		}
		part := row[p*v.width:][:v.width]
		lead, end := v.within(len(x), lo+p)
		clear(part[:lead])
		if lead < end {
			from := x[lo+p+lead*v.phases:]
			for i := range part[lead:end] {
				part[lead+i] = from[i*v.phases]
			}
		}
		clear(part[end:])
	}
}
