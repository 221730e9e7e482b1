package conv

import "github.com/kedja-ml/kedja/internal/kernel/gemm"

// Where a result has few channels and the source has many, packing what each tap meets takes longer than the products.
// Then the source is packed once, multiplied by all taps, and the products of a tap are added to where it puts them
// ("col2im"). That needs correlations of step 1. Sources are visited in order, and the taps of one in the order in which
// they meet it, so that an element of the result is a sum in the order of its sources however the work is cut.

// spreadRows bounds the rows of such a product: pairs of a channel of the result and a tap.
const spreadRows = 512

// spreads reports whether to compute a role so.
func (s *Shape) spreads(r Role, rows, sources int) bool {
	taps := volume(s.Filter)
	return (r == X || s.Stride == [3]int{1, 1, 1}) && taps > 1 && 4*rows <= sources && rows*taps <= spreadRows
}

// packSpread packs the left-hand sides as packFilters does; their rows are channels of the result times taps.
func packSpread[T gemm.Float](s *Shape, r Role, w, packed []T) {
	cg, kg := s.channels()
	all := volume(s.Filter)
	channels, sources := kg, cg
	nextChannel, nextSource := cg*all, all
	if r == X {
		channels, sources = cg, kg
		nextChannel, nextSource = nextSource, nextChannel
	}
	for i := range s.classes(r) {
		c := s.class(r, i)
		taps := c.taps()
		rows := channels * taps
		cut := newBlocking(sources, 1)
		for g := range s.Groups {
			group := w[g*kg*cg*all:]
			for b, ok := cut.next(block{}); ok && taps > 0; b, ok = cut.next(b) {
				for row := range rows {
					from := group[row/taps*nextChannel+c.filterTap(c.meeting(row%taps), s.Filter):]
					first := row / gemm.MR * gemm.MR
					width := min(gemm.MR, rows-first)
					to := packed[first*b.size()+row-first:]
					for k := range b.size() {
						to[k*width] = from[(b.c0+k)*nextSource]
					}
				}
				packed = packed[rows*b.size():]
			}
		}
	}
}

// meeting is the i-th tap in the order of the sources an output meets.
func (c *correlation) meeting(i int) [3]int {
	if c[0].delta < 0 {
		i = c.taps() - 1 - i
	}
	return split(i, [3]int{c[0].taps, c[1].taps, c[2].taps})
}

// A region is the part of a source that a range of outputs meets, and the room in which products are added up: element
// a of dimension d of the room is output a + first[d].
type region struct {
	lo, hi [3]int // source positions in bounds
	first  [3]int
	size   [3]int
}

func (c *correlation) region(from, to [3]int) (r region) {
	for d, a := range c {
		far := a.off + (a.taps-1)*a.delta
		least, most := min(a.off, far), max(a.off, far)
		r.lo[d] = min(max(0, from[d]+least), a.source)
		r.hi[d] = max(r.lo[d], min(to[d]+most, a.source))
		r.first[d] = r.lo[d] - most
		r.size[d] = r.hi[d] - r.lo[d] + most - least
	}
	return r
}

// at is where tap t puts source position lo.
func (r *region) at(c *correlation, t [3]int) int {
	i := 0
	for d, a := range c {
		i = i*r.size[d] + r.lo[d] - a.off - t[d]*a.delta - r.first[d]
	}
	return i
}

// panelSize is where a panel of the source ends: it is written one row too far.
func (d *dataCut) panelSize(b blocking) int { return (b.c*b.t + 1) * d.nr }

// spreadBand is the range of outputs of a band: some of the first dimension that there is.
func (d *dataCut) spreadBand(c *correlation, band int) (from, to [3]int) {
	to = [3]int{c[0].outputs, c[1].outputs, c[2].outputs}
	axis := 0
	if to[0] == 1 {
		axis = 1
	}
	from[axis], to[axis] = part(to[axis], d.bands, band)
	return from, to
}

// spreadLocal is the elements of its own that a task takes: a panel, its products, a tile, and the room.
func (d *dataCut) spreadLocal(c *correlation) int {
	if c.taps() == 0 {
		return 0
	}
	cut := newBlocking(d.sources, 1)
	most := 0
	for band := range d.bands {
		from, to := d.spreadBand(c, band)
		r := c.region(from, to)
		most = max(most, volume(r.size))
	}
	return d.panelSize(cut) + (d.rows*c.taps()+gemm.MR)*d.nr + d.rows*most
}
