package digit_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"slices"
	"testing"

	"golang.org/x/image/draw"

	"github.com/kedja-ml/kedja/train"
	"github.com/kedja-ml/kedja/vision"
	"github.com/kedja-ml/kedja/vision/digit"
	"github.com/kedja-ml/kedja/vision/mnist"
	"github.com/kedja-ml/kedja/vision/weights"
)

// pictures are levels with labels, in the form of MNIST.
type pictures struct{ mnist.Set }

func (p *pictures) add(levels []uint8, label uint8) {
	p.Images, p.Labels = append(p.Images, levels...), append(p.Labels, label)
}

// accuracy of reading them.
func (p *pictures) accuracy(t *testing.T, model *vision.CNN) float64 {
	t.Helper()
	images, err := vision.Prepare(p, mnist.Moments(), nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := train.Measure(images, 100, 0, train.Classify(model))
	if err != nil {
		t.Fatal(err)
	}
	return r["accuracy"]
}

// render shows a digit as a user might: scaled, on paper of its own size and shade, with ink that is not quite black or white.
func render(r *rand.Rand, levels []uint8, zoom float64, light bool) *image.Gray {
	src := &image.Gray{Pix: levels, Stride: 28, Rect: image.Rect(0, 0, 28, 28)}
	side := int(28 * zoom)
	big := image.NewGray(image.Rect(0, 0, side, side))
	scaler := []draw.Interpolator{draw.CatmullRom, draw.BiLinear, draw.ApproxBiLinear}[r.IntN(3)]
	scaler.Scale(big, big.Rect, src, src.Rect, draw.Src, nil)
	paper, ink := r.IntN(40), 255-r.IntN(60)
	at := image.Pt(r.IntN(side), r.IntN(side))
	m := image.NewGray(image.Rect(0, 0, at.X+side+r.IntN(side), at.Y+side+r.IntN(side)))
	for y := range m.Rect.Dy() {
		for x := range m.Rect.Dx() {
			v := paper
			if p := image.Pt(x, y).Sub(at); p.In(big.Rect) {
				v += int(big.GrayAt(p.X, p.Y).Y) * (ink - paper) / 255
			}
			if v += r.IntN(5) - 2; light { // the grain of a camera
				v = 255 - v
			}
			m.SetGray(x, y, color.Gray{uint8(min(255, max(0, v)))})
		}
	}
	return m
}

// The weights in the program read test digits in pictures of other sizes, places, shades and polarities nearly as well as in the
// form that they were trained on.
func TestReadsRenderedDigits(t *testing.T) {
	model := vision.NewCNN(rand.New(rand.NewPCG(0, 0)), vision.Digits)
	if err := train.Decode(weights.CNN, model); err != nil {
		t.Fatal(err)
	}
	_, test, err := mnist.Load()
	if err != nil {
		t.Fatal(err)
	}
	n := 200
	if testing.Short() {
		n = 60
	}
	r := rand.New(rand.NewPCG(1, 2))
	var p, plain pictures
	for i := range n {
		k := i * 49
		m := render(r, test.Image(k), 2+8*float64(i)/float64(n), i%2 == 0)
		var levels []uint8
		if i%8 == 0 { // some of them as the camera would store them
			var file bytes.Buffer
			if err := jpeg.Encode(&file, m, &jpeg.Options{Quality: 85}); err != nil {
				t.Fatal(err)
			}
			levels, err = digit.Decode(bytes.NewReader(file.Bytes()))
		} else {
			levels, err = digit.From(m)
		}
		if err != nil {
			t.Fatalf("test digit %d: %v", k, err)
		}
		p.add(levels, test.Labels[k])
		plain.add(test.Image(k), test.Labels[k])
	}
	got, want := p.accuracy(t, model), plain.accuracy(t, model)
	t.Logf("%d digits: accuracy %.4f rendered, %.4f as they are", n, got, want)
	if got < 0.97 {
		t.Errorf("accuracy %.4f on rendered digits, want at least 0.97", got)
	}
}

// What is transparent is paper, whichever colour the ink has.
func TestTransparent(t *testing.T) {
	var seen [][]uint8
	for _, ink := range []color.NRGBA{{0, 0, 0, 255}, {255, 255, 255, 255}, {200, 30, 30, 255}, {0, 0, 0, 128}} {
		m := image.NewNRGBA(image.Rect(0, 0, 90, 70))
		for y := 10; y < 60; y++ {
			for x := 40; x < 48; x++ {
				m.SetNRGBA(x, y, ink)
			}
		}
		levels, err := digit.From(m)
		if err != nil {
			t.Fatal(ink, err)
		}
		seen = append(seen, levels)
	}
	for i, s := range seen {
		if !slices.Equal(s, seen[0]) {
			t.Error(i, "differs")
		}
	}
	if _, err := digit.From(image.NewNRGBA(image.Rect(0, 0, 90, 70))); err == nil {
		t.Error("nothing but paper was read")
	}
}

// Whatever a file holds, reading it ends with an error of one line or 784 levels.
func TestBrokenFiles(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	m := render(r, make([]uint8, 784), 3, false)
	draw.Draw(m, image.Rect(20, 20, 30, 60), image.White, image.Point{}, draw.Src)
	var asPNG, asJPEG bytes.Buffer
	if err := png.Encode(&asPNG, m); err != nil {
		t.Fatal(err)
	}
	if err := jpeg.Encode(&asJPEG, m, nil); err != nil {
		t.Fatal(err)
	}
	for _, whole := range [][]byte{asPNG.Bytes(), asJPEG.Bytes()} {
		for range 300 {
			data := slices.Clone(whole)
			for range 1 + r.IntN(4) {
				data[r.IntN(len(data))] = byte(r.Uint32())
			}
			data = data[:r.IntN(len(data)+1)]
			levels, err := digit.Decode(bytes.NewReader(data))
			if err == nil && len(levels) != 784 || err != nil && bytes.ContainsRune([]byte(err.Error()), '\n') {
				t.Fatal(len(levels), err)
			}
		}
	}
	for _, size := range []image.Point{{1, 1}, {1, 500}, {500, 1}, {2, 2}, {27, 29}, {3000, 2}} {
		m := image.NewGray(image.Rectangle{Max: size})
		if _, err := digit.From(m); err == nil {
			t.Error(size, "blank, but read")
		}
		m.SetGray(size.X/2, size.Y/2, color.Gray{255})
		levels, err := digit.From(m)
		if size.X*size.Y > 4 && (err != nil || slices.Max(levels) == 0) {
			t.Error(size, fmt.Sprint(err))
		}
	}
}
