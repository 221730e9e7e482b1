// Package paint draws the few shapes that environments show: discs, thick lines and boxes with smooth edges, in the units of a problem.
package paint

import (
	"image"
	"image/color"
	"math"
)

// The colours of all pictures. They are few, so that a GIF's palette need not guess.
var (
	White = color.RGBA{255, 255, 255, 255}
	Black = color.RGBA{24, 24, 32, 255}
	Grey  = color.RGBA{170, 170, 178, 255}
	Red   = color.RGBA{208, 64, 52, 255}
	Blue  = color.RGBA{44, 110, 190, 255}
	Gold  = color.RGBA{226, 176, 40, 255}
	Green = color.RGBA{58, 150, 84, 255}
)

// Canvas is a picture whose lower left corner is the point (Left, Bottom), with so many pixels to a unit.
type Canvas struct {
	*image.RGBA
	Left, Bottom, Scale float64
}

// New returns a white picture of w × h pixels, w of which are the units from left to right.
func New(w, h int, left, right, bottom float64) *Canvas {
	c := &Canvas{image.NewRGBA(image.Rect(0, 0, w, h)), left, bottom, float64(w) / (right - left)}
	for i := range c.Pix {
		c.Pix[i] = 255
	}
	return c
}

// Line draws from (x0, y0) to (x1, y1) with round ends.
func (c *Canvas) Line(x0, y0, x1, y1, width float64, col color.RGBA) {
	r := width / 2
	dx, dy := x1-x0, y1-y0
	square := dx*dx + dy*dy
	c.fill(min(x0, x1)-r, min(y0, y1)-r, max(x0, x1)+r, max(y0, y1)+r, col, func(x, y float64) float64 {
		t := 0.0
		if square > 0 {
			t = min(1, max(0, ((x-x0)*dx+(y-y0)*dy)/square))
		}
		return math.Hypot(x-x0-t*dx, y-y0-t*dy) - r
	})
}

// Disc draws a disc of radius r.
func (c *Canvas) Disc(x, y, r float64, col color.RGBA) { c.Line(x, y, x, y, 2*r, col) }

// Box draws the points between two corners.
func (c *Canvas) Box(x0, y0, x1, y1 float64, col color.RGBA) {
	c.fill(x0, y0, x1, y1, col, func(x, y float64) float64 { return max(x0-x, x-x1, y0-y, y-y1) })
}

// Curve draws a function from x0 to x1 by so many pieces.
func (c *Canvas) Curve(f func(float64) float64, x0, x1 float64, pieces int, width float64, col color.RGBA) {
	for i := range pieces {
		a, b := x0+(x1-x0)*float64(i)/float64(pieces), x0+(x1-x0)*float64(i+1)/float64(pieces)
		c.Line(a, f(a), b, f(b), width, col)
	}
}

// fill covers the pixels whose distance from the shape is below half a pixel, inside being negative; those at the edge in part.
func (c *Canvas) fill(x0, y0, x1, y1 float64, col color.RGBA, distance func(x, y float64) float64) {
	h := c.Rect.Dy()
	for py := max(0, h-2-int((y1-c.Bottom)*c.Scale)); py < min(h, h+1-int((y0-c.Bottom)*c.Scale)); py++ {
		y := c.Bottom + (float64(h-py)-0.5)/c.Scale
		for px := max(0, int((x0-c.Left)*c.Scale)-1); px < min(c.Rect.Dx(), int((x1-c.Left)*c.Scale)+2); px++ {
			x := c.Left + (float64(px)+0.5)/c.Scale
			cover := min(1, max(0, 0.5-distance(x, y)*c.Scale))
			p := c.Pix[c.PixOffset(px, py):]
			for k, v := range [3]uint8{col.R, col.G, col.B} {
				p[k] = uint8(float64(p[k]) + (float64(v)-float64(p[k]))*cover + 0.5)
			}
		}
	}
}

// Cells draws a board of rows × columns squares of so many pixels a side, with a thin line between them.
func Cells(rows, columns, side int, at func(row, column int) color.RGBA) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, columns*side+1, rows*side+1))
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			col := Grey
			if x%side != 0 && y%side != 0 {
				col = at(y/side, x/side)
			}
			img.SetRGBA(x, y, col)
		}
	}
	return img
}

// Braille shows what is dark in a picture by the dots of braille letters, two across and four down in each.
func Braille(img image.Image, columns int) string {
	b := img.Bounds()
	step := float64(b.Dx()) / float64(2*columns)
	rows := int(float64(b.Dy())/(4*step) + 0.5)
	bits := [4][2]rune{{1, 8}, {2, 16}, {4, 32}, {64, 128}}
	var s []rune
	for row := range rows {
		for column := range columns {
			letter := rune(0x2800)
			for dy := range 4 {
				for dx := range 2 {
					if darkest(img, float64(2*column+dx)*step, float64(4*row+dy)*step, step) < 0xc800 {
						letter |= bits[dy][dx]
					}
				}
			}
			s = append(s, letter)
		}
		s = append(s, '\n')
	}
	return string(s)
}

// darkest is the least grey level within a square.
func darkest(img image.Image, x0, y0, side float64) uint16 {
	least := uint16(0xffff)
	b := img.Bounds()
	for y := int(y0); y < min(b.Dy(), int(y0+side)); y++ {
		for x := int(x0); x < min(b.Dx(), int(x0+side)); x++ {
			least = min(least, color.Gray16Model.Convert(img.At(b.Min.X+x, b.Min.Y+y)).(color.Gray16).Y)
		}
	}
	return least
}
