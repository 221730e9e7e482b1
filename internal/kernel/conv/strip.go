package conv

import "github.com/kedja-ml/kedja/internal/kernel/gemm"

// A strip multiplies what pairs of channel and tap meet in a band, read where it lies, by a panel of y: rows of the
// result are pairs, its columns those of the panel.
type strip[T gemm.Float] struct {
	*filterCut
	view     view[T]
	images   int
	size     [3]int // positions of the band in each of them
	add      bool   // to the result, or begin it
	table    [bandMost]int32
	count    int
	furthest int
}

// aim makes the table of where positions of the band lie.
func (t *strip[T]) aim() {
	t.count = 0
	for n := range t.images {
		for i := range t.size[0] {
			for j := range t.size[1] {
				at := n*t.view.slot + i*t.view.jump[0] + j*t.view.jump[1]
				for range t.size[2] {
					t.table[t.count] = int32(at)
					t.count++
					at += t.view.jump[2]
				}
			}
		}
	}
	t.furthest = int(t.table[t.count-1])
}

func (t *strip[T]) multiply(channels, columns int, panel, to []T) {
	var bases [10]int
	n := 0
	each := t.c.taps() / t.n
	left := channels * each
	most := even(left, t.most)
	for ch := range channels {
		o := newOdometer(&t.c, 0)
		for range each {
			first := t.view.tap(&t.c, o.at)
			for range t.n {
				o.next()
			}
			if t.c[2].delta < 0 {
				first -= t.n - 1
			}
			bases[n] = ch*t.view.plane + first
			if n++; n == most {
				tile(t.nr, columns, t.n, bases[:n], t.view.data, t.table[:t.count], t.furthest, panel, to, t.add)
				to = to[n*t.n*columns:]
				left -= n
				most, n = even(max(left, 1), t.most), 0
			}
		}
	}
}

// reversed is the tap of a row that stands for one, as rows are in the order in which taps lie in the source.
func (f *filterCut) reversed(tap int) int {
	if f.c[2].delta > 0 {
		return tap
	}
	return tap/f.n*f.n + f.n - 1 - tap%f.n
}
