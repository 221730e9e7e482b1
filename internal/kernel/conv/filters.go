package conv

import "github.com/kedja-ml/kedja/internal/kernel/gemm"

// packFilters packs rows [i0, i1), whole panels, of the left-hand sides of all products of a data role, which lie in
// packed class by class, group by group, block by block. Rows are the channels of the result.
func packFilters[T gemm.Float](s *Shape, r Role, i0, i1 int, w, packed []T) {
	cg, kg := s.channels()
	rows, sources := kg, cg
	if r == X {
		rows, sources = cg, kg
	}
	taps := volume(s.Filter)
	for i := range s.classes(r) {
		c := s.class(r, i)
		cut := newBlocking(sources, c.taps())
		size := rows * sources * c.taps()
		for g := range s.Groups {
			group := w[g*kg*cg*taps:][:kg*cg*taps]
			to := packed[:size]
			packed = packed[size:]
			for b, ok := cut.next(block{}); ok; b, ok = cut.next(b) {
				dst := to[rows*cut.before(b):]
				if r == Y {
					from := group[i0*cg*taps+cut.before(b):]
					gemm.PackA(i1-i0, b.size(), from, cg*taps, false, dst[i0*b.size():])
					continue
				}
				for row := i0; row < i1; row += gemm.MR {
					packTransposed(s, &c, b, min(gemm.MR, i1-row), group[row*taps:], dst[row*b.size():])
				}
			}
		}
	}
}

// packTransposed packs one panel whose rows are input channels; group begins at the first row's channel.
func packTransposed[T gemm.Float](s *Shape, c *correlation, b block, rows int, group, dst []T) {
	cg, _ := s.channels()
	all := volume(s.Filter)
	var offsets [maxTaps]int
	taps := offsets[:b.t1-b.t0]
	o := newOdometer(c, b.t0)
	for t := range taps {
		taps[t] = c.filterTap(o.at, s.Filter)
		o.next()
	}
	for k := b.c0; k < b.c1; k++ {
		from := group[k*cg*all:][:rows*all]
		if rows < gemm.MR {
			for _, at := range taps {
				for i := range rows {
					dst[i] = from[at+i*all]
				}
				dst = dst[rows:]
			}
			continue
		}
		for _, at := range taps {
			d := (*[gemm.MR]T)(dst)
			d[0], d[1], d[2] = from[at], from[at+all], from[at+2*all]
			d[3], d[4], d[5] = from[at+3*all], from[at+4*all], from[at+5*all]
			dst = dst[gemm.MR:]
		}
	}
}
