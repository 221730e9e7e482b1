package minatar

import (
	"image"
	"image/color"
	"strings"

	"github.com/kedja-ml/kedja/rl/env/internal/paint"
)

// layer is how the cells of a channel look. Those listed first hide the others.
type layer struct {
	channel int
	letter  byte
	colour  color.RGBA
}

// shade is a grey for trails, from 1, the darkest, to 5.
func shade(level uint8) color.RGBA {
	v := 50 + 22*level
	return color.RGBA{v, v, v + 8, 255}
}

// look returns what is to be seen in a cell, by row and column.
func (e *Env) look() func(row, column int) layer {
	obs := make([]float32, e.spec.Size())
	if e.s.Running || e.s.Steps > 0 {
		e.rules.draw(obs)
	}
	layers := e.rules.layers()
	return func(row, column int) layer {
		for _, l := range layers {
			if obs[(l.channel*size+row)*size+column] != 0 {
				return l
			}
		}
		return layer{letter: ' ', colour: paint.Black}
	}
}

// Image draws the board, each channel in its colour.
func (e *Env) Image() image.Image {
	at := e.look()
	return paint.Cells(size, size, 24, func(row, column int) color.RGBA { return at(row, column).colour })
}

// Text is the board, framed, with a letter for each channel.
func (e *Env) Text() string {
	at := e.look()
	edge := "+" + strings.Repeat("-", 2*size+1) + "+\n"
	text := []byte(edge)
	for row := range size {
		text = append(text, '|')
		for column := range size {
			text = append(text, ' ', at(row, column).letter)
		}
		text = append(text, " |\n"...)
	}
	return string(text) + edge
}
