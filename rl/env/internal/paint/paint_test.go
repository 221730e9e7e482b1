package paint

import (
	"image/color"
	"math"
	"testing"
)

// inked is the area of what is dark, in units.
func inked(c *Canvas) (area float64) {
	for i := 0; i < len(c.Pix); i += 4 {
		area += (255 - float64(c.Pix[i])) / (255 - float64(Black.R))
	}
	return area / c.Scale / c.Scale
}

func TestAreas(t *testing.T) {
	for name, c := range map[string]struct {
		draw func(*Canvas)
		want float64
	}{
		"disc":          {func(c *Canvas) { c.Disc(0.1, -0.2, 0.5, Black) }, math.Pi / 4},
		"line":          {func(c *Canvas) { c.Line(-0.5, -0.6, 0.1, 0.2, 0.2, Black) }, 0.2 + math.Pi/100},
		"box":           {func(c *Canvas) { c.Box(-0.31, -0.22, 0.4, 0.55, Black) }, 0.71 * 0.77},
		"half in sight": {func(c *Canvas) { c.Disc(1, 0, 0.5, Black) }, math.Pi / 8},
		"out of sight":  {func(c *Canvas) { c.Box(2, 2, 3, 3, Black) }, 0},
	} {
		p := New(200, 200, -1, 1, -1)
		if c.draw(p); math.Abs(inked(p)-c.want) > 0.003 {
			t.Errorf("%s: an area of %v, want %v", name, inked(p), c.want)
		}
	}
}

func TestCells(t *testing.T) {
	img := Cells(2, 3, 10, func(row, column int) color.RGBA {
		if row == 1 && column == 2 {
			return Red
		}
		return White
	})
	if img.Rect.Dx() != 31 || img.Rect.Dy() != 21 || img.RGBAAt(25, 15) != Red || img.RGBAAt(15, 15) != White || img.RGBAAt(10, 3) != Grey {
		t.Error(img.Rect, img.RGBAAt(25, 15), img.RGBAAt(15, 15), img.RGBAAt(10, 3))
	}
}

func TestBraille(t *testing.T) {
	p := New(40, 40, 0, 10, 0)
	p.Box(0, 9, 1, 10, Black)  // a dot, at the upper left
	p.Box(9, 2, 10, 10, Black) // the right column of two letters
	want := "⠁⠀⠀⠀⢸\n⠀⠀⠀⠀⢸\n⠀⠀⠀⠀⠀\n"
	if got := Braille(p, 5); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
