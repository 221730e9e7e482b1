package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/color/palette"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// bar is a picture of one bar on a dark ground, standing, lying or leaning.
func bar(r *rand.Rand, w, h, class int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	ink := color.RGBA{uint8(120 + r.IntN(130)), uint8(120 + r.IntN(130)), uint8(120 + r.IntN(130)), 255}
	cx, cy := w/2+r.IntN(3)-1, h/2+r.IntN(3)-1
	for y := range h {
		for x := range w {
			m.SetRGBA(x, y, color.RGBA{uint8(r.IntN(40)), uint8(r.IntN(40)), uint8(r.IntN(40)), 255})
			d := []int{x - cx, y - cy, (x - cx) - (y - cy)}[class]
			if d >= -1 && d <= 1 {
				m.SetRGBA(x, y, ink)
			}
		}
	}
	return m
}

var barNames = []string{"standing", "lying", "leaning"}

// pictures is a folder of n pictures a class, of many sizes, kinds and modes.
func pictures(t *testing.T, dir string, n int, seed uint64) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 0))
	for class, name := range barNames {
		at := filepath.Join(dir, name, "more")
		if err := os.MkdirAll(at, 0o755); err != nil {
			t.Fatal(err)
		}
		for i := range n {
			m := bar(r, 13+i%9, 14+i%7, class)
			var b bytes.Buffer
			var err error
			ending := "png"
			switch i % 6 {
			case 0:
				err = png.Encode(&b, m)
			case 1:
				ending, err = "JPG", jpeg.Encode(&b, m, nil)
			case 2:
				ending, err = "gif", gif.Encode(&b, m, nil)
			case 3: // 16 bits of grey
				g := image.NewGray16(m.Rect)
				paint(g, m)
				err = png.Encode(&b, g)
			case 4: // a palette
				p := image.NewPaletted(m.Rect, palette.Plan9)
				paint(p, m)
				err = png.Encode(&b, p)
			case 5: // 16 bits with opacity
				p := image.NewNRGBA64(m.Rect)
				paint(p, m)
				err = png.Encode(&b, p)
			}
			if err == nil {
				err = os.WriteFile(filepath.Join(at, fmt.Sprintf("%d.%s", i, ending)), b.Bytes(), 0o644)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

func paint(dst interface{ Set(x, y int, c color.Color) }, m image.Image) {
	for y := range m.Bounds().Dy() {
		for x := range m.Bounds().Dx() {
			dst.Set(x, y, m.At(x, y))
		}
	}
}

// idxFiles writes n images w×h of bars for training and a third as many for testing, as Fashion-MNIST's files are named.
func idxFiles(t *testing.T, dir string, n, w, h int) {
	t.Helper()
	for part, n := range map[string]int{"train": n, "t10k": n / 3} {
		r := rand.New(rand.NewPCG(uint64(n), 1))
		head := func(sizes ...int) []byte {
			b := []byte{0, 0, 8, byte(len(sizes))}
			for _, s := range sizes {
				b = binary.BigEndian.AppendUint32(b, uint32(s))
			}
			return b
		}
		images, labels := head(n, h, w), head(n)
		for i := range n {
			m := bar(r, w, h, i%3)
			for y := range h {
				for x := range w {
					images = append(images, color.GrayModel.Convert(m.At(x, y)).(color.Gray).Y)
				}
			}
			labels = append(labels, byte(i%3))
		}
		writePacked(t, filepath.Join(dir, part+"-images-idx3-ubyte.gz"), images)
		writePacked(t, filepath.Join(dir, part+"-labels-idx1-ubyte.gz"), labels)
	}
}

func writePacked(t *testing.T, path string, b []byte) {
	t.Helper()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, packed.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// cifarFiles writes records of bars as CIFAR-10's files are.
func cifarFiles(t *testing.T, dir string, n int) {
	t.Helper()
	r := rand.New(rand.NewPCG(5, 0))
	for _, name := range []string{"data_batch_1.bin", "data_batch_2.bin", "test_batch.bin"} {
		var b []byte
		for i := range n {
			m := bar(r, 32, 32, i%3)
			b = append(b, byte(i%3))
			for c := range 3 {
				for p := range 1024 {
					b = append(b, m.Pix[4*p+c])
				}
			}
		}
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// bars makes a small set and begins a command that trains on it.
func bars(t *testing.T) []string {
	t.Helper()
	set := t.TempDir()
	idxFiles(t, set, 150, 11, 17)
	return []string{"train", "images", "--data", set, "--recipe", "plain"}
}

func TestTrainImages(t *testing.T) {
	set := t.TempDir()
	pictures(t, filepath.Join(set, "train"), 60, 1)
	pictures(t, filepath.Join(set, "test"), 12, 2)
	out := filepath.Join(t.TempDir(), "run")
	args := []string{"train", "images", "--data", set, "--side", "18", "--recipe", "plain", "--epochs", "15", "--out", out}
	if got := lastLine(works(t, args...)); got < "test accuracy 0.9" {
		t.Error(got)
	}
	if got := files(t, out); got != left {
		t.Error(got)
	}
	picture := filepath.Join(set, "test", "leaning", "more", "5.png")
	for _, weights := range []string{out, filepath.Join(out, "weights.safetensors")} {
		got := works(t, "predict", "images", picture, "--weights", weights)
		if lines := strings.Split(got, "\n"); len(lines) != 4 || !strings.HasPrefix(got, "leaning ") {
			t.Error(got)
		}
	}
	if got := works(t, "predict", "images", picture, picture, "--weights", out, "--top", "1"); strings.Count(got, picture+"\nleaning   ") != 2 {
		t.Error(got)
	}

	// The folder is now another one.
	if err := os.Remove(picture); err != nil {
		t.Fatal(err)
	}
	if got := fails(t, "resume", out); !strings.Contains(got, set+" holds 180 and 35 images") || !strings.Contains(got, "the run began with 180 and 36") {
		t.Error(got)
	}
}

// Fashion-MNIST's names and packing, a size that is odd; resumed to the same bits.
func TestTrainIDX(t *testing.T) {
	set := t.TempDir()
	idxFiles(t, set, 150, 11, 17)
	args := []string{"train", "images", "--data", set, "--recipe", "plain", "--epochs", "12", "--every", "7", "--keep", "0"}
	whole, dir := t.TempDir(), t.TempDir()
	want := lastLine(works(t, append(args, "--out", whole)...))
	if want < "test accuracy 0.9" {
		t.Error(want)
	}
	var stderr bytes.Buffer
	code := command(&countdown{t.Context(), 17}, append(args, "--out", dir), streams{&bytes.Buffer{}, &stderr})
	if got := oneLine(t, code, stderr.String()); !strings.HasPrefix(got, "interrupted after step 17 of 24") {
		t.Fatal(got)
	}
	if got := lastLine(works(t, "resume", dir)); got != want {
		t.Error(got, want)
	}
	a, err := os.ReadFile(filepath.Join(whole, "weights.safetensors"))
	b, err2 := os.ReadFile(filepath.Join(dir, "weights.safetensors"))
	if err != nil || err2 != nil || !bytes.Equal(a, b) {
		t.Error("other weights", err, err2)
	}
	works(t, "verify", dir, "--replay", "14:17")
}

func TestTrainCIFAR(t *testing.T) {
	set := t.TempDir()
	cifarFiles(t, set, 60)
	out := t.TempDir()
	if got := lastLine(works(t, "train", "images", "--data", set, "--recipe", "plain", "--epochs", "12", "--out", out)); got < "test accuracy 0.9" {
		t.Error(got)
	}
}

// Without test images the validation is the result.
func TestTrainImagesWithoutTests(t *testing.T) {
	set := t.TempDir()
	pictures(t, set, 30, 1)
	out := t.TempDir()
	got := works(t, "train", "images", "--data", set, "--grey", "--side", "16", "--epochs", "2", "--out", out, "--patience", "5")
	if !strings.HasPrefix(lastLine(got), "validation accuracy ") || strings.Contains(files(t, out), "confusion") {
		t.Error(got)
	}
}
