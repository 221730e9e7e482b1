package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/image/draw"

	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/train"
	"github.com/kedja-ml/kedja/vision"
	"github.com/kedja-ml/kedja/vision/mnist"
	"github.com/kedja-ml/kedja/vision/recipe"
	"github.com/kedja-ml/kedja/vision/weights"
)

var testSet = sync.OnceValues(func() (*mnist.Set, error) {
	_, test, err := mnist.Load()
	return test, err
})

// enlarged is test digit i, light on dark.
func enlarged(t *testing.T, i int, zoom float64) (m *image.Gray, label int) {
	t.Helper()
	test, err := testSet()
	if err != nil {
		t.Fatal(err)
	}
	src := &image.Gray{Pix: test.Image(i), Stride: 28, Rect: image.Rect(0, 0, 28, 28)}
	m = image.NewGray(image.Rect(0, 0, int(28*zoom), int(31*zoom)))
	draw.CatmullRom.Scale(m, m.Rect, src, src.Rect, draw.Src, nil)
	return m, int(test.Labels[i])
}

func write(t *testing.T, path string, m image.Image) {
	t.Helper()
	var b bytes.Buffer
	var err error
	if strings.HasSuffix(path, "png") {
		err = png.Encode(&b, m)
	} else {
		err = jpeg.Encode(&b, m, nil)
	}
	if err == nil {
		err = os.WriteFile(path, b.Bytes(), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func writeDigit(t *testing.T, path string, i int, zoom float64) (label int) {
	t.Helper()
	m, label := enlarged(t, i, zoom)
	write(t, path, m)
	return label
}

// ink is a picture of one colour, as opaque as m is light.
func ink(m *image.Gray, c color.NRGBA) image.Image {
	out := image.NewNRGBA(m.Rect)
	for y := range m.Rect.Dy() {
		for x := range m.Rect.Dx() {
			c.A = m.GrayAt(x, y).Y
			out.SetNRGBA(x, y, c)
		}
	}
	return out
}

// negative is a picture with dark and light exchanged.
func negative(m *image.Gray) image.Image {
	out := image.NewGray(m.Rect)
	for i, v := range m.Pix {
		out.Pix[i] = 255 - v
	}
	return out
}

func TestPredict(t *testing.T) {
	dir := t.TempDir()
	n := 0
	for i, zoom := range []float64{1, 1.7, 2.3, 4, 6.1, 9} {
		light, label := enlarged(t, i, zoom)
		dark := negative(light)
		for name, m := range map[string]image.Image{
			"light.png": light, "light.jpg": light, "dark.png": dark, "dark.jpeg": dark, "black-ink.png": ink(light, color.NRGBA{0, 0, 0, 0}),
			"white-ink.png": ink(light, color.NRGBA{255, 255, 255, 0}), "blue-ink.png": ink(light, color.NRGBA{20, 40, 160, 0}),
		} {
			path := filepath.Join(dir, fmt.Sprint(i)+name)
			write(t, path, m)
			out := works(t, "predict", "mnist", path)
			var digit int
			var p [3]float64
			if k, err := fmt.Sscanf(out, "%d  %f\n%d  %f\n%d  %f\n", &digit, &p[0], new(int), &p[1], new(int), &p[2]); k != 6 || err != nil {
				t.Fatalf("%q %v", out, err)
			}
			if digit != label || p[0] < p[1] || p[1] < p[2] || p[0]+p[1]+p[2] > 1.0002 {
				t.Errorf("%s of a %d: %q", path, label, out)
			}
			n++
		}
	}
	if n != 42 {
		t.Error(n, "pictures")
	}

	path := filepath.Join(dir, "all.png")
	label := writeDigit(t, path, 0, 3)
	out := works(t, "predict", "mnist", path, "--top", "10")
	var sum float64
	seen := map[int]bool{}
	for l := range strings.Lines(out) {
		var digit int
		var p float64
		if _, err := fmt.Sscanf(l, "%d  %f\n", &digit, &p); err != nil {
			t.Fatal(l, err)
		}
		seen[digit] = true
		sum += p
	}
	if len(seen) != 10 || math.Abs(sum-1) > 1e-3 || !strings.HasPrefix(out, fmt.Sprint(label)) {
		t.Error(out)
	}

	// The weights in the program, written to a file, say the same.
	file := filepath.Join(dir, "weights.safetensors")
	if err := os.WriteFile(file, weights.CNN, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, where := range []string{file, dir} {
		if got := works(t, "predict", "mnist", path, "--top", "10", "--weights", where); got != out {
			t.Error(where, got, out)
		}
	}
}

// Weights say by their names and sizes which recipe's network they belong to.
func TestPredictByAnyRecipe(t *testing.T) {
	dir := t.TempDir()
	digit := filepath.Join(dir, "digit.png")
	writeDigit(t, digit, 0, 2)
	said := map[string]string{}
	for _, r := range recipe.MNIST() {
		file := filepath.Join(dir, r.Name)
		if err := train.Save(file, r.Model(rand.New(rand.NewPCG(7, 0)), vision.Digits)); err != nil {
			t.Fatal(err)
		}
		said[r.Name] = works(t, "predict", "mnist", digit, "--top", "10", "--weights", file)
	}
	different := map[string]bool{}
	for _, s := range said {
		different[s] = true
	}
	if len(different) != len(said) {
		t.Error(said)
	}
}

func TestPredictRefuses(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	digit := at("digit.png")
	writeDigit(t, digit, 0, 2)
	whole, err := os.ReadFile(digit)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string]string{
		"empty.png": "", "text.png": "hello\nworld", "cut.png": string(whole[:len(whole)/2]), "header.png": string(whole[:20]),
		"cut.safetensors": string(weights.CNN[:len(weights.CNN)-1]), "none.safetensors": "", "noise.safetensors": strings.Repeat("xyz", 99),
	} {
		if err := os.WriteFile(at(name), []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(t, at("one.png"), image.NewGray(image.Rect(0, 0, 1, 1)))
	write(t, at("blank.jpg"), image.NewGray(image.Rect(0, 0, 300, 200)))
	other := nn.Sequential{nn.NewDense(rand.New(rand.NewPCG(1, 1)), 784, 10)}
	if err := train.Save(at("other.safetensors"), other); err != nil {
		t.Fatal(err)
	}
	before := files(t, dir)
	for _, c := range []struct{ args, want string }{
		{at("no.png"), "predict mnist: open " + at("no.png") + ": no such file or directory"},
		{dir, "predict mnist: " + dir + ": is a directory"},
		{at("empty.png"), "predict mnist: " + at("empty.png") + ": no PNG or JPEG"},
		{at("text.png"), "predict mnist: " + at("text.png") + ": no PNG or JPEG"},
		{at("header.png"), "predict mnist: " + at("header.png") + ": "},
		{at("cut.png"), "predict mnist: " + at("cut.png") + ": a broken picture: "},
		{at("one.png"), "predict mnist: " + at("one.png") + ": the picture shows nothing: all of it has one brightness"},
		{at("blank.jpg"), "predict mnist: " + at("blank.jpg") + ": the picture shows nothing: all of it has one brightness"},
		{digit + " --weights " + at("no"), "predict mnist: weights " + at("no") + ": no such file or directory"},
		{digit + " --weights " + dir, "predict mnist: " + dir + ": holds no weights.safetensors, want the folder of a finished run, or one of its checkpoints"},
		{digit + " --weights " + at("none.safetensors"), "safetensors: 0 bytes are too few for a file"},
		{digit + " --weights " + at("noise.safetensors"), "safetensors: a header of "},
		{digit + " --weights " + at("cut.safetensors"), "predict mnist: weights " + at("cut.safetensors") + `: safetensors: "`},
		{
			digit + " --weights " + at("other.safetensors"),
			"0.B is unexpected; 0.W is unexpected; Conv1.B is missing; Conv1.W is missing; Conv2.B is missing; Conv2.W is missing; " +
				"Hidden.B is missing; Hidden.W is missing; Out.B is missing; Out.W is missing",
		},
	} {
		if got := fails(t, append([]string{"predict", "mnist"}, strings.Fields(c.args)...)...); !strings.Contains(got, c.want) {
			t.Errorf("predict mnist %s: %s\nwant %s", c.args, got, c.want)
		}
	}
	if got := files(t, dir); got != before {
		t.Error("left behind:", got)
	}
}
