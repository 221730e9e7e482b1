package folder_test

import (
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/data/folder"
	"github.com/kedja-ml/kedja/graph"
)

// paint is a picture of one colour.
func paint(w, h int, c color.Color) image.Image {
	m := image.NewNRGBA(image.Rect(3, 5, 3+w, 5+h)) // bounds need not begin at 0
	for y := range h {
		for x := range w {
			m.Set(3+x, 5+y, c)
		}
	}
	return m
}

func save(t testing.TB, path string, m image.Image) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	encode := map[string]func(io.Writer, image.Image) error{
		".png": png.Encode, ".bmp": bmp.Encode, ".jpg": func(w io.Writer, m image.Image) error { return jpeg.Encode(w, m, nil) },
		".tiff": func(w io.Writer, m image.Image) error { return tiff.Encode(w, m, nil) },
	}[strings.ToLower(filepath.Ext(path))]
	if err := encode(f, m); err != nil {
		t.Fatal(err)
	}
}

func ExampleOpen() {
	dir, err := os.MkdirTemp("", "pictures")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	for _, class := range []string{"moon", "sun"} {
		_ = os.Mkdir(filepath.Join(dir, class), 0o755)
		f, _ := os.Create(filepath.Join(dir, class, "1.png"))
		_ = png.Encode(f, image.NewGray(image.Rect(0, 0, 40, 30)))
		_ = f.Close()
	}
	set, err := folder.Open(dir, folder.Options{Height: 8, Width: 8})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(set.Classes, set.Paths, set.Types())
	// Output: [moon sun] [moon/1.png sun/1.png] [uint8[1 8 8] int32[]]
}

// Odd sizes and modes: all become the size and channels that were asked for.
func TestSizesAndModes(t *testing.T) {
	dir := t.TempDir()
	red, clear := color.NRGBA{255, 0, 0, 255}, color.NRGBA{0, 0, 0, 0}
	save(t, filepath.Join(dir, "a", "wide.png"), paint(100, 3, red))
	save(t, filepath.Join(dir, "a", "tall.bmp"), paint(1, 50, red))
	save(t, filepath.Join(dir, "a", "deep", "one.tiff"), paint(1, 1, red))
	save(t, filepath.Join(dir, "a", "LOUD.JPG"), paint(9, 9, red))
	save(t, filepath.Join(dir, "b", "clear.png"), paint(5, 4, clear))
	if err := os.WriteFile(filepath.Join(dir, "b", "notes.txt"), []byte("no picture"), 0o600); err != nil {
		t.Fatal(err)
	}
	vary := func(seed uint64, levels []uint8) { levels[0] = uint8(seed) }
	set, err := folder.Open(dir, folder.Options{Height: 2, Width: 3, Color: true, Vary: vary})
	if err != nil || set.Len() != 5 {
		t.Fatal(set, err)
	}
	for i, path := range set.Paths {
		row, err := data.Get(set, i)
		if err != nil {
			t.Fatal(err)
		}
		want := []uint8{255, 255, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}
		if set.Labels[i] == 1 {
			want = slices.Repeat([]uint8{255}, 18)
		}
		for k, v := range graph.Data[uint8](row[0]) {
			if d := int(v) - int(want[k]); d < -2 || d > 2 {
				t.Errorf("%s: levels %v", path, graph.Data[uint8](row[0]))
				break
			}
		}
		if err := set.Read(i, 77, row); err != nil || graph.Data[uint8](row[0])[0] != 77 {
			t.Errorf("%s is not varied: %v", path, err)
		}
	}
	grey, err := folder.Open(dir, folder.Options{Height: 4, Width: 4})
	if err != nil {
		t.Fatal(err)
	}
	row, err := data.Get(grey, 0)
	if err != nil || len(graph.Data[uint8](row[0])) != 16 {
		t.Error(row, err)
	}
}

// The middle is kept where proportions differ.
func TestTheMiddleIsCutOut(t *testing.T) {
	dir := t.TempDir()
	m := image.NewGray(image.Rect(0, 0, 30, 10))
	for y := range 10 {
		for x := 10; x < 20; x++ {
			m.SetGray(x, y, color.Gray{200})
		}
	}
	save(t, filepath.Join(dir, "a", "m.png"), m)
	set, err := folder.Open(dir, folder.Options{Height: 10, Width: 10})
	if err != nil {
		t.Fatal(err)
	}
	row, err := data.Get(set, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range graph.Data[uint8](row[0]) {
		if v != 200 {
			t.Fatalf("level %d, want 200", v)
		}
	}
}

func TestBadFolders(t *testing.T) {
	dir := t.TempDir()
	if _, err := folder.Open(dir, folder.Options{Height: 1, Width: 1}); err == nil || !strings.Contains(err.Error(), "holds no folders") {
		t.Error(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "empty"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := folder.Open(dir, folder.Options{Height: 1, Width: 1}); err == nil || !strings.Contains(err.Error(), "empty holds no picture") {
		t.Error(err)
	}
	if _, err := folder.Open(dir, folder.Options{Width: 1}); err == nil || !strings.Contains(err.Error(), "pictures of 0×1") {
		t.Error(err)
	}
	if _, err := folder.Open(filepath.Join(dir, "absent"), folder.Options{Height: 1, Width: 1}); err == nil || !strings.Contains(err.Error(), "absent") {
		t.Error(err)
	}
	whole := filepath.Join(dir, "empty", "whole.png")
	save(t, whole, paint(9, 9, color.White))
	b, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	huge := slices.Clone(b)
	copy(huge[16:], []byte{0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff})
	for want, file := range map[string][]byte{"no picture": []byte("text"), "broken": b[:len(b)/2], "": huge} {
		if err := os.WriteFile(whole, file, 0o600); err != nil {
			t.Fatal(err)
		}
		set, err := folder.Open(dir, folder.Options{Height: 1, Width: 1})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := data.Get(set, 0); err == nil || !strings.Contains(err.Error(), want) || strings.Count(err.Error(), whole) != 1 {
			t.Errorf("%v, want %q and the path", err, want)
		}
	}
}
