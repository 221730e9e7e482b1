package augment

// A picture is grey levels in a frame of zeros, so that reading between pixels needs no look at the edges.
type picture struct {
	levels []float32
	h, w   int
}

// small is how many floats a framed image of 32 × 32 takes: a point just before the last edge may be rounded onto it, so that there is
// one row more.
const small = 35*34 + 1

// framed puts src into memory if that is enough.
func framed(memory []float32, src []uint8, h, w int) picture {
	stride := w + 2
	memory = room(memory, (h+3)*stride+1)
	for y := range h {
		to := memory[(y+1)*stride+1:][:w]
		for x, level := range src[y*w : (y+1)*w] {
			to[x] = float32(level)
		}
	}
	return picture{memory, h, w}
}

// at is the level at a point, bilinear between four pixels and 0 from a pixel outside of the image on.
func (p *picture) at(x, y float32) float32 {
	if !(x > -1 && y > -1 && x < float32(p.w) && y < float32(p.h)) {
		return 0
	}
	x, y = x+1, y+1
	x0, y0 := int(x), int(y) // truncation is the floor of what is positive
	ax, ay := x-float32(x0), y-float32(y0)
	stride := p.w + 2
	at := y0*stride + x0
	q := p.levels[at : at+stride+2]
	top := q[0] + float32(ax*(q[1]-q[0]))
	bottom := q[stride] + float32(ax*(q[stride+1]-q[stride]))
	return top + float32(ay*(bottom-top))
}

// along writes a·p + b for the levels p at (x + i·dx, y + i·dy), as at has them. Points that lie inside follow each other, for rounding
// keeps the order of each coordinate: only at the ends of the row is looked whether they do.
func (p *picture) along(row []float32, x, y, dx, dy, a, b float32) {
	inside := func(i int) bool {
		x, y := x+float32(float32(i)*dx), y+float32(float32(i)*dy)
		return x > -1 && y > -1 && x < float32(p.w) && y < float32(p.h)
	}
	from, to := 0, len(row)
	for ; from < to && !inside(from); from++ {
		row[from] = b
	}
	for ; to > from && !inside(to-1); to-- {
		row[to-1] = b
	}
	stride, levels := p.w+2, p.levels
	for i := from; i < to; i++ {
		u, v := x+float32(float32(i)*dx)+1, y+float32(float32(i)*dy)+1
		x0, y0 := int(int32(u)), int(int32(v))
		ax, ay := u-float32(int32(u)), v-float32(int32(v))
		q := levels[y0*stride+x0:]
		r := q[stride : stride+2]
		top := q[0] + float32(ax*(q[1]-q[0]))
		bottom := r[0] + float32(ax*(r[1]-r[0]))
		row[i] = float32(a*(top+float32(ay*(bottom-top)))) + b
	}
}
