package conv

import "github.com/kedja-ml/kedja/internal/kernel/gemm"

// Panels of filters have a row for each pair of channel and tap, and in it a column for each channel of the result: nr of
// them, or, in the last panel of a group, half as many if that is enough. They lie class by class, group by group.

// padded is how many columns the panels of a number of channels have.
func padded(columns, nr int) int { return ceilDiv(columns, nr/2) * (nr / 2) }

// panelColumns is how many columns the panel of channels from one on has.
func panelColumns(columns, nr, from int) int { return min(nr, padded(columns-from, nr)) }

// packFilters packs panels [p0, p1) of each group of all classes of a data role. Room holds the filters that meet nr channels of the
// result and one of the source.
func packFilters[T gemm.Float](s *Shape, r Role, nr, p0, p1 int, w, packed, room []T) {
	cg, kg := s.channels()
	rows, sources := kg, cg
	if r == X {
		rows, sources = cg, kg
	}
	all := volume(s.Filter)
	for i := range s.classes(r) {
		c := s.class(r, i)
		pairs := sources * c.taps()
		size := padded(rows, nr) * pairs
		for g := range s.Groups {
			group := w[g*kg*cg*all:][:kg*cg*all]
			for row := p0 * nr; row < min(p1*nr, rows) && pairs > 0; row += nr {
				columns := panelColumns(rows, nr, row)
				to, some := packed[row*pairs:][:columns*pairs], min(columns, rows-row)
				if r == Y {
					gemm.PackPanel(pairs, some, columns, group[row*cg*all:], cg*all, true, to)
					continue
				}
				for k := range kg {
					packTransposed(s, &c, some, columns, group[(k*cg+row)*all:], to[k*c.taps()*columns:], room)
				}
			}
			packed = packed[size:]
		}
	}
}

// packTransposed packs the taps of some input channels and one output channel.
func packTransposed[T gemm.Float](s *Shape, c *correlation, some, columns int, from, to, room []T) {
	all, taps := volume(s.Filter), c.taps()
	if taps == all { // a class alone has its taps in order
		gemm.PackPanel(all, some, columns, from, all, true, to)
		return
	}
	gemm.PackPanel(all, some, columns, from, all, true, room)
	o := newOdometer(c, 0)
	for t := range taps {
		copy(to[t*columns:][:columns], room[c.filterTap(o.at, s.Filter)*columns:])
		o.next()
	}
}
