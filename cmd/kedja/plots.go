package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"os"
	"path/filepath"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"

	"github.com/kedja-ml/kedja/graph"
)

// writePNG writes an image whole or not at all.
func writePNG(path string, m image.Image) error {
	return writeWhole(path, func(f *os.File) error { return png.Encode(f, m) })
}

// writeWhole lets write fill a temporary file beside path, and then gives it its name.
func writeWhole(path string, write func(*os.File) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".kedja-*")
	if err != nil {
		return err
	}
	err = write(f)
	if err == nil {
		err = f.Chmod(0o644)
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// drawCurves plots the loss on training and validation examples as a log has them: where they part, the model overfits.
func drawCurves(path, log string) error {
	text, err := os.ReadFile(log)
	if err != nil {
		return err
	}
	p := plot.New()
	p.Title.Text = "Cross-entropy by step"
	p.X.Label.Text, p.Y.Label.Text = "step", "nats"
	p.Add(plotter.NewGrid())
	var fit, check plotter.XYs
	for line := range bytes.Lines(text) {
		var l struct {
			Step       float64
			Loss       *float64
			Validation *float64 `json:"validation_loss"`
		}
		if err := json.Unmarshal(line, &l); err != nil {
			return fmt.Errorf("%s: %w", log, err)
		}
		if l.Loss != nil {
			fit = append(fit, plotter.XY{X: l.Step, Y: *l.Loss})
		}
		if l.Validation != nil {
			check = append(check, plotter.XY{X: l.Step, Y: *l.Validation})
		}
	}
	for i, c := range []struct {
		name string
		xy   plotter.XYs
	}{{"training (augmented, with dropout)", fit}, {"validation", check}} {
		if len(c.xy) == 0 {
			continue
		}
		l, dots, err := plotter.NewLinePoints(c.xy)
		if err != nil {
			return err
		}
		l.Width = vg.Points(1.5)
		l.Color = []color.Color{color.RGBA{0x1f, 0x77, 0xb4, 255}, color.RGBA{0xd6, 0x27, 0x28, 255}}[i]
		dots.Color = l.Color
		p.Add(l, dots)
		p.Legend.Add(c.name, l, dots)
	}
	p.Legend.Top = true
	p.Y.Min, p.Y.Max = 0, 1.1*p.Y.Max // room for the first point below the frame
	w, err := p.WriterTo(16*vg.Centimeter, 10*vg.Centimeter, "png")
	if err != nil {
		return err
	}
	return writeWhole(path, func(f *os.File) error { _, err := w.WriteTo(f); return err })
}

// drawConfusion shows how often each digit was read as each: rows are the truth, columns the reading. Shades are by the
// logarithm, so that single mistakes show.
func drawConfusion(path string, confusion [][]int) error {
	const cell, edge = 44, 40
	n := len(confusion)
	m := image.NewRGBA(image.Rect(0, 0, edge+n*cell+10, edge+n*cell+10))
	draw.Draw(m, m.Bounds(), image.White, image.Point{}, draw.Src)
	most := 1
	for _, row := range confusion {
		for _, k := range row {
			most = max(most, k)
		}
	}
	text(m, 4, 14, "true \\ read as", color.Black)
	for i, row := range confusion {
		text(m, edge/2, edge+i*cell+cell/2+4, fmt.Sprint(i), color.Black)
		text(m, edge+i*cell+cell/2-3, edge-8, fmt.Sprint(i), color.Black)
		for j, k := range row {
			v := uint8(255 - 215*math.Log1p(float64(k))/math.Log1p(float64(most)))
			shade := color.RGBA{v, v, 255, 255}
			if i != j && k > 0 {
				shade = color.RGBA{255, v, v, 255}
			}
			r := image.Rect(edge+j*cell, edge+i*cell, edge+(j+1)*cell-1, edge+(i+1)*cell-1)
			draw.Draw(m, r, image.NewUniform(shade), image.Point{}, draw.Src)
			if k > 0 {
				s, c := fmt.Sprint(k), color.Black
				if v < 128 {
					c = color.White
				}
				text(m, r.Min.X+cell/2-7*len(s)/2, r.Min.Y+cell/2+4, s, c)
			}
		}
	}
	return writePNG(path, m)
}

func text(m draw.Image, x, y int, s string, c color.Color) {
	d := font.Drawer{Dst: m, Src: image.NewUniform(c), Face: basicfont.Face7x13, Dot: fixed.P(x, y)}
	d.DrawString(s)
}

// drawFilters shows how filters [n, channels, k, k'] look at their first channel, each scaled to its own largest magnitude: white is
// positive, black negative, grey zero.
func drawFilters(path string, weights graph.Buffer) error {
	s := weights.Type.Shape
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
	return writePNG(path, m)
}
