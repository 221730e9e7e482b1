package env

import (
	"cmp"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"io"
	"maps"
	"slices"
)

// Recorder keeps a picture of each state, up to a number of them, to write as a GIF. What it has kept is no part of its saved state.
type Recorder struct {
	Env
	of     Imager
	most   int
	frames []image.Image
}

// NewRecorder wraps e and keeps at most so many pictures; an environment that draws none is an error.
func NewRecorder(e Env, most int) (*Recorder, error) {
	im, ok := As[Imager](e)
	if !ok {
		return nil, errors.New(e.Spec().Name + ": it draws no pictures to record")
	}
	return &Recorder{Env: e, of: im, most: most}, nil
}

func (r *Recorder) Unwrap() Env { return r.Env }

func (r *Recorder) keep() {
	if len(r.frames) < r.most {
		r.frames = append(r.frames, r.of.Image())
	}
}

func (r *Recorder) Reset(seed uint64, obs []float32) {
	r.Env.Reset(seed, obs)
	r.keep()
}

func (r *Recorder) Step(a Action, obs []float32) (Outcome, error) {
	o, err := r.Env.Step(a, obs)
	if err == nil {
		r.keep()
	}
	return o, err
}

// Len is how many pictures it holds.
func (r *Recorder) Len() int { return len(r.frames) }

// WriteGIF writes the pictures one after the other, each shown for so many hundredths of a second, and forgets them. The palette is of the 256
// most frequent colours; a picture after the first holds only the rectangle that changed.
func (r *Recorder) WriteGIF(w io.Writer, delay int) error {
	if len(r.frames) == 0 {
		return errors.New(r.Spec().Name + ": no picture was recorded")
	}
	palette := commonest(r.frames)
	index := map[color.RGBA]uint8{}
	out := gif.GIF{}
	var last *image.Paletted
	for _, f := range r.frames {
		p := image.NewPaletted(f.Bounds(), palette)
		for y := p.Rect.Min.Y; y < p.Rect.Max.Y; y++ {
			for x := p.Rect.Min.X; x < p.Rect.Max.X; x++ {
				c := color.RGBAModel.Convert(f.At(x, y)).(color.RGBA)
				i, known := index[c]
				if !known {
					i = uint8(palette.Index(c))
					index[c] = i
				}
				p.SetColorIndex(x, y, i)
			}
		}
		shown := p
		if last != nil && last.Rect == p.Rect {
			shown = p.SubImage(changed(last, p)).(*image.Paletted)
		}
		last = p
		out.Image = append(out.Image, shown)
		out.Delay = append(out.Delay, delay)
	}
	r.frames = nil
	return gif.EncodeAll(w, &out)
}

// commonest are up to 256 colours, the most frequent first; those as frequent are in the order of their numbers.
func commonest(frames []image.Image) color.Palette {
	count := map[color.RGBA]int{}
	for _, f := range frames {
		b := f.Bounds()
		for y := b.Min.Y; y < b.Max.Y; y++ {
			for x := b.Min.X; x < b.Max.X; x++ {
				count[color.RGBAModel.Convert(f.At(x, y)).(color.RGBA)]++
			}
		}
	}
	colours := slices.SortedFunc(maps.Keys(count), func(a, b color.RGBA) int {
		return cmp.Or(count[b]-count[a], cmp.Compare(a.R, b.R), cmp.Compare(a.G, b.G), cmp.Compare(a.B, b.B), cmp.Compare(a.A, b.A))
	})
	var p color.Palette
	for _, c := range colours[:min(len(colours), 256)] {
		p = append(p, c)
	}
	return p
}

// changed is the rectangle in which two pictures of one size differ; at least one pixel, which a frame must have.
func changed(a, b *image.Paletted) image.Rectangle {
	var r image.Rectangle
	for y := b.Rect.Min.Y; y < b.Rect.Max.Y; y++ {
		for x := b.Rect.Min.X; x < b.Rect.Max.X; x++ {
			if a.ColorIndexAt(x, y) != b.ColorIndexAt(x, y) {
				r = r.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	if r.Empty() {
		r = image.Rectangle{b.Rect.Min, b.Rect.Min.Add(image.Pt(1, 1))}
	}
	return r
}
