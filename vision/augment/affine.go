// Package augment varies images at random: by a seed alone, so that whoever prepares an example, and when, changes no bit.
package augment

import "math"

// Affine shifts, turns and scales an image about its centre, each by an amount drawn uniformly from ± its bound.
type Affine struct {
	Shift  float64 // pixels, along each axis
	Rotate float64 // degrees
	Scale  float64 // as a share: 0.1 means 0.9 to 1.1
}

// Apply resamples src, an image of h rows of w grey levels, bilinearly into dst, where level p becomes a·p + b. What comes from outside
// src is level 0. It allocates nothing.
func (t Affine) Apply(dst []float32, src []uint8, h, w int, a, b float32, seed uint64) {
	r := source(seed)
	turn := r.signed() * t.Rotate * math.Pi / 180
	zoom := 1 + r.signed()*t.Scale
	dx, dy := r.signed()*t.Shift, r.signed()*t.Shift
	sin, cos := math.Sincos(turn)
	resample(dst, src, h, w, a, b, float32(cos*zoom), float32(sin*zoom), float32(dx), float32(dy))
}

// resample writes a·p + b for p the level of src at the point that (x, y) is mapped to by the matrix (c −s; s c) about the centre, and then
// moved by (dx, dy).
func resample(dst []float32, src []uint8, h, w int, a, b, c, s, dx, dy float32) {
	mx, my := float32(w-1)/2, float32(h-1)/2
	for y := range h {
		row := dst[y*w : (y+1)*w]
		fx := mx + dx - c*mx - s*(float32(y)-my)
		fy := my + dy - s*mx + c*(float32(y)-my)
		for x := range row {
			sx, sy := fx+float32(x)*c, fy+float32(x)*s
			if !(sx > -1 && sy > -1 && sx < float32(w) && sy < float32(h)) {
				row[x] = b
				continue
			}
			// Truncation is the floor here, as the shifted coordinates are positive.
			x0, y0 := int(sx+1)-1, int(sy+1)-1
			ax, ay := sx-float32(x0), sy-float32(y0)
			var p00, p01, p10, p11 float32
			if at := y0*w + x0; x0 >= 0 && y0 >= 0 && x0+1 < w && y0+1 < h {
				p := src[at : at+w+2]
				p00, p01, p10, p11 = float32(p[0]), float32(p[1]), float32(p[w]), float32(p[w+1])
			} else {
				p00, p01 = level(src, h, w, x0, y0), level(src, h, w, x0+1, y0)
				p10, p11 = level(src, h, w, x0, y0+1), level(src, h, w, x0+1, y0+1)
			}
			top := p00 + float32(ax*(p01-p00))
			bottom := p10 + float32(ax*(p11-p10))
			row[x] = float32(a*(top+float32(ay*(bottom-top)))) + b
		}
	}
}

func level(src []uint8, h, w, x, y int) float32 {
	if x < 0 || y < 0 || x >= w || y >= h {
		return 0
	}
	return float32(src[y*w+x])
}

// A source is SplitMix64 (Steele, Lea & Flood, 2014).
type source uint64

// signed draws from [−1, 1).
func (s *source) signed() float64 {
	*s += 0x9e3779b97f4a7c15
	h := uint64(*s)
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	h ^= h >> 31
	return float64(h>>11)*0x1p-52 - 1
}
