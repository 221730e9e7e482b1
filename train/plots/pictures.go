package plots

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"math"
	"unicode/utf8"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/whole"
)

// WriteImage writes a picture to a PNG file, whole or not at all.
func WriteImage(path string, m image.Image) error {
	if err := whole.Write(path, func(w io.Writer) error { return png.Encode(w, m) }); err != nil {
		return fmt.Errorf("plots: %s: %w", path, err)
	}
	return nil
}

// Confusion shows how often each class was read as each, as metrics.Confusion counts it: rows are the truth, columns the reading. Names of the
// classes stand before their rows, where there are some beside the numbers. Shades are by the logarithm, so that single mistakes show.
func Confusion(counts [][]int, names []string) image.Image {
	const cell, edge, letter = 44, 40, 7
	n := len(counts)
	labels, left := make([]string, n), edge
	for i := range labels {
		labels[i] = fmt.Sprint(i)
		if i < len(names) && names[i] != labels[i] {
			labels[i] += " " + names[i]
			left = max(left, letter*(utf8.RuneCountInString(labels[i])+2))
		}
	}
	m := image.NewRGBA(image.Rect(0, 0, max(left+n*cell, letter*15)+10, edge+n*cell+10))
	draw.Draw(m, m.Bounds(), image.White, image.Point{}, draw.Src)
	most := 1
	for _, row := range counts {
		for _, k := range row {
			most = max(most, k)
		}
	}
	text(m, 4, 14, "true \\ read as", color.Black)
	for i, row := range counts {
		text(m, left-letter*(utf8.RuneCountInString(labels[i])+1), edge+i*cell+cell/2+4, labels[i], color.Black)
		text(m, left+i*cell+cell/2-3, edge-8, fmt.Sprint(i), color.Black)
		for j, k := range row {
			v := uint8(255 - 215*math.Log1p(float64(k))/math.Log1p(float64(most)))
			shade := color.RGBA{v, v, 255, 255}
			if i != j && k > 0 {
				shade = color.RGBA{255, v, v, 255}
			}
			r := image.Rect(left+j*cell, edge+i*cell, left+(j+1)*cell-1, edge+(i+1)*cell-1)
			draw.Draw(m, r, image.NewUniform(shade), image.Point{}, draw.Src)
			if k > 0 {
				s, c := fmt.Sprint(k), color.Black
				if v < 128 {
					c = color.White
				}
				text(m, r.Min.X+cell/2-letter*len(s)/2, r.Min.Y+cell/2+4, s, c)
			}
		}
	}
	return m
}

func text(m draw.Image, x, y int, s string, c color.Color) {
	d := font.Drawer{Dst: m, Src: image.NewUniform(c), Face: basicfont.Face7x13, Dot: fixed.P(x, y)}
	d.DrawString(s)
}

// Filters shows how float32 filters [n, channels, k, k'] look at their first channel, each scaled to its own largest magnitude: white is
// positive, black negative, grey zero.
func Filters(weights graph.Buffer) (image.Image, error) {
	s := weights.Type.Shape
	if s.Rank() != 4 || weights.Type.Dtype != graph.Float32 || s.Size() == 0 {
		return nil, fmt.Errorf("plots: filters %v, want float32[n channels k k']", weights.Type)
	}
	n, size, kh, kw := s.Dim(0), s.Cut(1, 4).Size(), s.Dim(2), s.Dim(3)
	w := graph.Data[float32](weights)
	const zoom, gap, across = 12, 8, 8
	down := (n + across - 1) / across
	wide, high := kw*zoom+gap, kh*zoom+gap
	m := image.NewGray(image.Rect(0, 0, across*wide+gap, down*high+gap))
	draw.Draw(m, m.Bounds(), image.NewUniform(color.Gray{40}), image.Point{}, draw.Src)
	for f := range n {
		v := w[f*size : f*size+kh*kw]
		most := float32(1e-12)
		for _, x := range v {
			most = max(most, x, -x)
		}
		for i, x := range v {
			at := image.Pt(gap+f%across*wide+i%kw*zoom, gap+f/across*high+i/kw*zoom)
			grey := color.Gray{uint8(128 + 127*x/most)}
			draw.Draw(m, image.Rectangle{at, at.Add(image.Pt(zoom, zoom))}, image.NewUniform(grey), image.Point{}, draw.Src)
		}
	}
	return m, nil
}
