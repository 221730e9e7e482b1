package conv

import "github.com/kedja-ml/kedja/internal/kernel/gemm"

// A strip multiplies what pairs of channel and tap meet in a band, read where it lies, by a panel of y: rows of the
// result are pairs, its columns those of the panel.
type strip[T gemm.Float] struct {
	c             *correlation
	view          view[T]
	nr            int
	narrow        bool // nr is one vector, not two
	planes        int  // of the band: of images, or slices of one
	height, width int
	jump          int // from a plane to the next
	panel         []T
	add           bool // to the result, or begin it
}

func (t *strip[T]) multiply(channels int, to []T) {
	var offsets [gemm.MR]int
	n := 0
	taps := t.c.taps()
	for ch := range channels {
		o := newOdometer(t.c, 0)
		for k := range taps {
			offsets[n] = ch*t.view.plane + t.view.tap(t.c, o.at)
			o.next()
			if n++; n == gemm.MR || ch == channels-1 && k == taps-1 {
				t.tile(offsets[:n], to)
				to = to[min(n*t.nr, len(to)):]
				n = 0
			}
		}
	}
}

// tile computes rows, one for each offset: C[i][j] = Σ over pixels p of x[offsets[i] + p]·panel[p][j], or adds to C.
func (t *strip[T]) tile(offsets []int, c []T) {
	last := (t.planes-1)*t.jump + (t.height-1)*t.view.jump[1] + (t.width-1)*t.view.jump[2]
	for _, off := range offsets {
		_ = t.view.data[off : off+last+1]
	}
	_, _ = t.panel[:t.planes*t.height*t.width*t.nr], c[:len(offsets)*t.nr]
	if !tileAsm(t, offsets, c) {
		tileGo(t, offsets, c)
	}
}

func tileGo[T gemm.Float](t *strip[T], offsets []int, c []T) {
	step, row := t.view.jump[2], t.view.jump[1]
	for i, off := range offsets {
		sum := c[i*t.nr:][:t.nr]
		if !t.add {
			clear(sum)
		}
		p := 0
		for h := range t.planes * t.height {
			from := t.view.data[off+h/t.height*t.jump+h%t.height*row:]
			for x := range t.width {
				v := from[x*step]
				for j, b := range t.panel[p*t.nr:][:len(sum)] {
					sum[j] = T(v*b) + sum[j]
				}
				p++
			}
		}
	}
}
