package digit_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"golang.org/x/image/draw"

	"github.com/kedja-ml/kedja/vision/digit"
	"github.com/kedja-ml/kedja/vision/mnist"
)

func ExampleFrom() {
	m := image.NewGray(image.Rect(0, 0, 200, 100)) // white paper with a black bar
	draw.Draw(m, m.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(m, image.Rect(150, 10, 160, 90), image.Black, image.Point{}, draw.Src)
	levels, err := digit.From(m)
	fmt.Println(err)
	for y := 3; y < 26; y += 11 {
		fmt.Println(levels[y*digit.Side+11 : y*digit.Side+17])
	}
	// Output:
	// <nil>
	// [0 0 0 0 0 0]
	// [0 0 255 255 255 0]
	// [0 0 0 0 0 0]
}

// A test image that is enlarged, moved, inverted, coloured or compressed is nearly what it was.
func TestFindsTheDigit(t *testing.T) {
	_, test, err := mnist.Load()
	if err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		src := &image.Gray{Pix: test.Image(i), Stride: 28, Rect: image.Rect(0, 0, 28, 28)}
		big := image.NewGray(image.Rect(0, 0, 28*9, 28*9))
		draw.CatmullRom.Scale(big, big.Rect, src, src.Rect, draw.Src, nil)
		for _, light := range []bool{false, true} {
			m := image.NewRGBA(image.Rect(-10, -20, 500, 420))
			for y := m.Rect.Min.Y; y < m.Rect.Max.Y; y++ {
				for x := m.Rect.Min.X; x < m.Rect.Max.X; x++ {
					v := uint8(0)
					if p := image.Pt(x-130, y-70); p.In(big.Rect) {
						v = big.GrayAt(p.X, p.Y).Y
					}
					c := color.RGBA{v / 8, v/8 + 20, v, 255}
					if light {
						c = color.RGBA{250 - v/2, 245 - v/2, 240 - v, 255}
					}
					m.Set(x, y, c)
				}
			}
			var file bytes.Buffer
			if light {
				err = jpeg.Encode(&file, m, &jpeg.Options{Quality: 90})
			} else {
				err = png.Encode(&file, m)
			}
			if err != nil {
				t.Fatal(err)
			}
			got, err := digit.Decode(bytes.NewReader(file.Bytes()))
			if err != nil {
				t.Fatal(err)
			}
			if c := overlap(got, test.Image(i)); c < 0.6 {
				t.Errorf("digit %d, light %v: overlap %.2f", i, light, c)
			}
		}
	}
}

// overlap is Σ min / Σ max, at the best shift by at most a pixel: the centre of mass is rounded to whole pixels.
func overlap(a, b []uint8) (best float64) {
	for shift := range 9 {
		dx, dy := shift%3-1, shift/3-1
		var lo, hi float64
		for y := 1; y < 27; y++ {
			for x := 1; x < 27; x++ {
				p, q := a[y*28+x], b[(y+dy)*28+x+dx]
				lo, hi = lo+float64(min(p, q)), hi+float64(max(p, q))
			}
		}
		best = max(best, lo/hi)
	}
	return best
}

func TestRefuses(t *testing.T) {
	one := image.NewGray(image.Rect(0, 0, 1, 1))
	if _, err := digit.From(one); err == nil || !strings.Contains(err.Error(), "shows nothing") {
		t.Error(err)
	}
	if _, err := digit.From(image.NewGray(image.Rectangle{})); err == nil {
		t.Error("an empty picture was read")
	}
	if _, err := digit.Decode(strings.NewReader("hello")); err == nil || !strings.Contains(err.Error(), "no PNG or JPEG") {
		t.Error(err)
	}
	var file bytes.Buffer
	if err := png.Encode(&file, one); err != nil {
		t.Fatal(err)
	}
	lie := file.Bytes() // the header says 9000×6000: it lies at byte 12, and is followed by its checksum
	binary.BigEndian.PutUint32(lie[16:], 9000)
	binary.BigEndian.PutUint32(lie[20:], 6000)
	binary.BigEndian.PutUint32(lie[29:], crc32.ChecksumIEEE(lie[12:29]))
	if _, err := digit.Decode(bytes.NewReader(lie)); err == nil || !strings.Contains(err.Error(), "9000×6000 pixels, want at most 50000000") {
		t.Error(err)
	}
	line := image.NewGray(image.Rect(0, 0, 5000, 3))
	line.SetGray(7, 1, color.Gray{255})
	if _, err := digit.From(line); err != nil {
		t.Error("a point is ink too:", err)
	}
}
