// Package digit turns a picture of a handwritten digit, of any size and either polarity, into the form of MNIST's images: 28×28 grey
// levels, light on dark, the ink scaled to fit 20×20 and centred by its centre of mass. Uneven light is evened out, and a hairline is
// drawn with a thicker pen.
package digit

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	_ "image/jpeg" // Decode reads JPEG
	_ "image/png"  // Decode reads PNG
	"io"
	"math"
	"slices"

	"golang.org/x/image/draw"
)

// Side is the width and height of the result.
const Side = 28

// MaxPixels bounds the pictures that are read.
const MaxPixels = 50_000_000

// Decode reads a PNG or JPEG. Its header is looked at before memory is taken for it.
func Decode(r io.ReadSeeker) ([]uint8, error) {
	c, _, err := image.DecodeConfig(r)
	if err != nil {
		return nil, fmt.Errorf("no PNG or JPEG: %w", err)
	}
	if c.Width*c.Height > MaxPixels {
		return nil, fmt.Errorf("%d×%d pixels, want at most %d", c.Width, c.Height, MaxPixels)
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	m, _, err := image.Decode(r)
	if err != nil {
		return nil, fmt.Errorf("a broken picture: %w", err)
	}
	return From(m)
}

// From converts a picture. What is transparent is paper: white, or black where white shows nothing. A picture without ink is an error.
func From(m image.Image) ([]uint8, error) {
	grey := flatten(m, color.White)
	ink := box(grey)
	if ink.Empty() {
		grey = flatten(m, color.Black)
		ink = box(grey)
	}
	if ink.Empty() {
		return nil, errors.New("the picture shows nothing: all of it has one brightness")
	}
	grey, ink = thicken(grey, ink)
	// Scale the longer side of the ink to 20, which may leave the shorter one less than a pixel.
	w, h := ink.Dx(), ink.Dy()
	zoom := 20 / float64(max(w, h))
	small := image.NewGray(image.Rect(0, 0, max(1, int(math.Round(float64(w)*zoom))), max(1, int(math.Round(float64(h)*zoom)))))
	draw.CatmullRom.Scale(small, small.Bounds(), grey, ink, draw.Src, nil)

	var mass, mx, my float64
	for y := range small.Rect.Dy() {
		for x := range small.Rect.Dx() {
			v := float64(small.GrayAt(x, y).Y)
			mass, mx, my = mass+v, mx+v*float64(x), my+v*float64(y)
		}
	}
	if mass == 0 {
		return nil, errors.New("the picture shows nothing after scaling")
	}
	const centre = float64(Side-1) / 2
	dx, dy := int(math.Round(centre-mx/mass)), int(math.Round(centre-my/mass))
	out := make([]uint8, Side*Side)
	for y := range small.Rect.Dy() {
		for x := range small.Rect.Dx() {
			if p := image.Pt(x+dx, y+dy); p.In(image.Rect(0, 0, Side, Side)) {
				out[p.Y*Side+p.X] = small.GrayAt(x, y).Y
			}
		}
	}
	return out, nil
}

// flatten returns the brightness of m over a plain ground, inverted if the border is light, stretched so that the paper is 0 and the
// darkest ink 255. Where the border says that the light is uneven, so is the paper taken to be.
func flatten(m image.Image, ground color.Color) *image.Gray {
	b := m.Bounds()
	g := image.NewGray(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(g, g.Rect, image.NewUniform(ground), image.Point{}, draw.Src)
	draw.Draw(g, g.Rect, m, b.Min, draw.Over)
	var edge []uint8
	for x := range b.Dx() {
		edge = append(edge, g.GrayAt(x, 0).Y, g.GrayAt(x, b.Dy()-1).Y)
	}
	for y := range b.Dy() {
		edge = append(edge, g.GrayAt(0, y).Y, g.GrayAt(b.Dx()-1, y).Y)
	}
	if len(edge) == 0 {
		return g
	}
	slices.Sort(edge)
	if edge[len(edge)*5/6]-edge[len(edge)/6] > uneven {
		return evenly(g)
	}
	paper := int(edge[len(edge)/2])
	most := 0
	for _, p := range g.Pix {
		most = max(most, distance(p, paper))
	}
	if most < 16 { // noise of a blank page
		clear(g.Pix)
		return g
	}
	for i, p := range g.Pix {
		g.Pix[i] = uint8(distance(p, paper) * 255 / most)
	}
	return g
}

// distance is how far a level lies from the paper, on the side away from it: light paper has dark ink, dark paper light ink.
func distance(p uint8, paper int) int {
	if paper >= 128 {
		return max(0, paper-int(p))
	}
	return max(0, int(p)-paper)
}

// faint is the weakest ink: a quarter of the strongest.
const faint = 64

// box is the smallest rectangle around all ink.
func box(g *image.Gray) (r image.Rectangle) {
	for y := range g.Rect.Dy() {
		for x := range g.Rect.Dx() {
			if g.GrayAt(x, y).Y >= faint {
				r = r.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return r
}
