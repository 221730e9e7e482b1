package digit_test

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/kedja-ml/kedja/train"
	"github.com/kedja-ml/kedja/vision"
	"github.com/kedja-ml/kedja/vision/digit"
	"github.com/kedja-ml/kedja/vision/mnist"
	"github.com/kedja-ml/kedja/vision/weights"
)

// lights are how bright white paper is at a point of the unit square.
var lights = map[string]func(x, y float64) float64{
	"gradient": func(x, y float64) float64 { return 225 - 90*x - 60*y*y },
	"corners":  func(x, y float64) float64 { return 210 - 200*(math.Pow(x-0.5, 2)+math.Pow(y-0.5, 2)) },
	"shadow":   func(x, y float64) float64 { return 200 - 90/(1+math.Exp(20*(1.2-x-y))) },
}

// Photographs in uneven light are read nearly as well.
func TestUnevenLight(t *testing.T) {
	model := vision.NewCNN(rand.New(rand.NewPCG(0, 0)), vision.Digits)
	if err := train.Decode(weights.CNN, model); err != nil {
		t.Fatal(err)
	}
	_, test, err := mnist.Load()
	if err != nil {
		t.Fatal(err)
	}
	const n = 60
	for name, light := range lights {
		r := rand.New(rand.NewPCG(3, 4))
		var p pictures
		for i := range n {
			k := i * 97
			m := render(r, test.Image(k), 6, true)
			w, h := float64(m.Rect.Dx()), float64(m.Rect.Dy())
			for at, v := range m.Pix {
				x, y := float64(at%m.Stride)/w, float64(at/m.Stride)/h
				m.Pix[at] = uint8(max(0, min(255, light(x, y)*(0.2+0.8*float64(v)/255)+4*r.NormFloat64())))
			}
			levels, err := digit.From(m)
			if err != nil {
				t.Fatalf("%s, test digit %d: %v", name, k, err)
			}
			p.add(levels, test.Labels[k])
		}
		got := p.accuracy(t, model)
		t.Logf("%s: accuracy %.4f", name, got)
		if got < 0.9 {
			t.Errorf("%s: accuracy %.4f of %d digits, want at least 0.9", name, got, n)
		}
	}
}

// zigzag draws a Z with a pen of some width.
func zigzag(side int, pen float64) *image.Gray {
	corners := [][2]float64{{0.3, 0.2}, {0.7, 0.25}, {0.35, 0.75}, {0.7, 0.8}}
	m := image.NewGray(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			v := uint8(255)
			for i := 1; i < len(corners); i++ {
				a, b := corners[i-1], corners[i]
				px, py := float64(x)/float64(side)-a[0], float64(y)/float64(side)-a[1]
				dx, dy := b[0]-a[0], b[1]-a[1]
				s := max(0, min(1, (px*dx+py*dy)/(dx*dx+dy*dy)))
				if math.Hypot(px-s*dx, py-s*dy)*float64(side) <= pen/2 {
					v = 0
				}
			}
			m.SetGray(x, y, color.Gray{v})
		}
	}
	return m
}

// A hairline gives the levels that a pen of the usual width gives.
func TestHairline(t *testing.T) {
	for _, side := range []int{60, 300, 1500} {
		want, err := digit.From(zigzag(side, 0.06*float64(side)))
		if err != nil {
			t.Fatal(err)
		}
		got, err := digit.From(zigzag(side, max(1.2, 0.003*float64(side))))
		if err != nil {
			t.Fatal(err)
		}
		if c := overlap(got, want); c < 0.6 {
			t.Errorf("side %d: overlap %.2f, want at least 0.6", side, c)
		}
	}
}
