package digit

import (
	"image"
	"math"
)

// Strokes in MNIST are about two pixels wide, of 20. Thinner ones than thin are drawn with a pen of their own.
const thin, pen = 1.1, 2.0

// thicken returns the ink, and where it lies, so that its strokes are not much thinner than those of MNIST when it is scaled to 20
// pixels: a hairline would nearly vanish.
func thicken(g *image.Gray, ink image.Rectangle) (*image.Gray, image.Rectangle) {
	zoom := 20 / float64(max(ink.Dx(), ink.Dy()))
	width := stroke(g, ink) * zoom
	if width >= thin {
		return g, ink
	}
	// Draw over it on a small sheet, eight pixels for one of the result: the disc is then small, whatever the picture's size.
	const fine = 8
	r := int(math.Round((pen - width) / 2 * fine))
	w, h := int(math.Ceil(float64(ink.Dx())*zoom*fine)), int(math.Ceil(float64(ink.Dy())*zoom*fine))
	sheet := image.NewGray(image.Rect(0, 0, w+2*r, h+2*r))
	for y := range ink.Dy() {
		for x := range ink.Dx() {
			v := g.GrayAt(ink.Min.X+x, ink.Min.Y+y).Y
			if v < faint {
				continue
			}
			cx, cy := r+int(float64(x)*zoom*fine), r+int(float64(y)*zoom*fine)
			for dy := -r; dy <= r; dy++ {
				for dx := -r; dx <= r; dx++ {
					if p := (image.Point{cx + dx, cy + dy}); dx*dx+dy*dy <= r*r && p.In(sheet.Rect) {
						at := &sheet.Pix[sheet.PixOffset(p.X, p.Y)]
						*at = max(*at, v)
					}
				}
			}
		}
	}
	return sheet, box(sheet)
}

// stroke is the mean width of the strokes: twice the area by the length of the outline, which the number of steps between ink and
// paper along rows and columns measures, π/4 each in the mean over all directions.
func stroke(g *image.Gray, ink image.Rectangle) float64 {
	area, steps := 0, 0
	at := func(x, y int) bool { return image.Pt(x, y).In(ink) && g.Pix[g.PixOffset(x, y)] >= faint }
	for y := ink.Min.Y; y <= ink.Max.Y; y++ {
		for x := ink.Min.X; x <= ink.Max.X; x++ {
			here := at(x, y)
			if here {
				area++
			}
			if here != at(x-1, y) {
				steps++
			}
			if here != at(x, y-1) {
				steps++
			}
		}
	}
	return 2 * float64(area) / (math.Pi / 4 * float64(max(1, steps)))
}
