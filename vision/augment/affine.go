// Package augment varies images at random: by a seed alone, so that whoever prepares an example, and when, changes no bit.
package augment

import "math"

// Affine shifts, turns, scales and shears an image about its centre, each by an amount drawn uniformly from ± its bound.
type Affine struct {
	Shift  float64 // pixels, along each axis
	Rotate float64 // degrees
	Scale  float64 // as a share: 0.1 means 0.9 to 1.1
	Shear  float64 // how much a row moves along its axis for each row that it lies below the centre: 0.2 leans an upright line by 11 degrees
}

// Apply resamples src, an image of h rows of w grey levels, bilinearly into dst, where level p becomes a·p + b. What comes from outside
// src is level 0. It allocates nothing for images of up to 32 × 32 pixels.
func (t Affine) Apply(dst []float32, src []uint8, h, w int, a, b float32, seed uint64) {
	r := source(seed)
	t.draw(&r).Apply(dst, src, h, w, a, b, 0)
}

// A Pose is one way to shift, turn, scale and shear an image, the same whatever the seed; its zero leaves images as they are. What it says
// is where a pixel of the result comes from: at Right 1 the image moves to the left.
type Pose struct {
	Right, Down float64 // pixels
	Turn        float64 // degrees
	Grow        float64 // as a share, as Affine's Scale
	Lean        float64 // as Affine's Shear
}

// Apply is as that of Affine.
func (p Pose) Apply(dst []float32, src []uint8, h, w int, a, b float32, _ uint64) {
	m := p.matrix(h, w)
	var memory [small]float32
	from := framed(memory[:], src, h, w)
	for y := range h {
		sx, sy := m.row(y)
		from.along(dst[y*w:(y+1)*w], sx, sy, m.xx, m.yx, a, b)
	}
}

// A matrix maps the place of a pixel in dst to one in src.
type matrix struct{ xx, xy, yx, yy, x0, y0 float32 }

func (t Affine) draw(r *source) (p Pose) {
	p.Turn = r.signed() * t.Rotate
	p.Grow = r.signed() * t.Scale
	p.Right, p.Down = r.signed()*t.Shift, r.signed()*t.Shift
	p.Lean = r.signed() * t.Shear
	return p
}

func (p Pose) matrix(h, w int) matrix {
	sin, cos := math.Sincos(p.Turn * math.Pi / 180)
	zoom := 1 + p.Grow
	return centred(float32(cos*zoom), float32(sin*zoom), float32(p.Lean), float32(p.Right), float32(p.Down), h, w)
}

// centred is the matrix (c −s; s c)·(1 lean; 0 1) about the centre, and then a move by (dx, dy).
func centred(c, s, lean, dx, dy float32, h, w int) matrix {
	mx, my := float32(w-1)/2, float32(h-1)/2
	m := matrix{xx: c, xy: float32(c*lean) - s, yx: s, yy: float32(s*lean) + c}
	m.x0 = mx + dx - float32(m.xx*mx) - float32(m.xy*my)
	m.y0 = my + dy - float32(m.yx*mx) - float32(m.yy*my)
	return m
}

// row is where the first pixel of row y comes from.
func (m *matrix) row(y int) (sx, sy float32) {
	return m.x0 + float32(m.xy*float32(y)), m.y0 + float32(m.yy*float32(y))
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
