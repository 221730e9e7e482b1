package augment

import "math"

// Elastic is Affine, and then moves each pixel by a smooth random field of its own, as a hand that trembles does (Simard, Steinkraus &
// Platt, 2003, section 2). The field is a cubic B-spline over a grid of knots whose displacements are drawn independently (Rueckert et
// al., 1999, section II.B); the paper smooths noise of every pixel by a Gaussian, which costs more for fields that look alike.
type Elastic struct {
	Affine
	Bend float64 // pixels, the root mean square of the displacement along each axis
	Cell int     // pixels between knots, at least 1: how far the field reaches
}

// energy is the mean of Σ w² over the four weights w of a cubic B-spline, by which it damps independent knots along an axis: 151/315.
const energy = 151.0 / 315

// Apply is as that of Affine. It allocates nothing for images of up to 32 × 32 pixels and 15 × 15 cells of up to 32 pixels.
func (t Elastic) Apply(dst []float32, src []uint8, h, w int, a, b float32, seed uint64) {
	r := source(seed)
	m := t.draw(&r).matrix(h, w)
	cell := max(1, t.Cell)
	rows, columns := (h-1)/cell+4, (w-1)/cell+4
	var knotsHere [2 * 18 * 18]float32
	knots := room(knotsHere[:], 2*rows*columns)
	size := t.Bend * math.Sqrt(3) / energy // a draw from [−1, 1) has the variance 1/3
	for i := range knots {
		knots[i] = float32(size * r.signed())
	}
	var weightsHere [32][4]float32
	weights := room(weightsHere[:], min(cell, max(h, w)))
	for i := range weights {
		weights[i] = spline(i, cell)
	}
	var acrossHere [2 * 18]float32
	across := room(acrossHere[:], 2*columns)
	var memory [small]float32
	p := framed(memory[:], src, h, w)
	for y := range h {
		// First along y, for the knots' columns, and then along x for every pixel.
		v := &weights[y%cell]
		from := knots[y/cell*2*columns:]
		for j := range across {
			across[j] = float32(v[0]*from[j]) + float32(v[1]*from[j+2*columns]) + float32(v[2]*from[j+4*columns]) + float32(v[3]*from[j+6*columns])
		}
		row := dst[y*w : (y+1)*w]
		sx, sy := m.row(y)
		for first := 0; first < w; first += cell {
			k := across[first/cell*2:][:8]
			for x := first; x < min(w, first+cell); x++ {
				u := &weights[x-first]
				dx := float32(u[0]*k[0]) + float32(u[1]*k[2]) + float32(u[2]*k[4]) + float32(u[3]*k[6])
				dy := float32(u[0]*k[1]) + float32(u[1]*k[3]) + float32(u[2]*k[5]) + float32(u[3]*k[7])
				row[x] = float32(a*p.at(sx+float32(float32(x)*m.xx)+dx, sy+float32(float32(x)*m.yx)+dy)) + b
			}
		}
	}
}

// spline is the weights of the four knots around place i of a cell.
func spline(i, cell int) [4]float32 {
	t := float32(i) / float32(cell)
	s := 1 - t
	tt, ss := float32(t*t), float32(s*s)
	return [4]float32{
		float32(ss*s) * (1.0 / 6),
		2.0/3 - tt + float32(tt*t)*0.5,
		2.0/3 - ss + float32(ss*s)*0.5,
		float32(tt*t) * (1.0 / 6),
	}
}

// room is n elements of what there is, or new ones.
func room[T any](here []T, n int) []T {
	if n > len(here) {
		return make([]T, n)
	}
	return here[:n]
}
