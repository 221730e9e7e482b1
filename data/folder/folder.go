// Package folder reads a folder of pictures as a data set: each class is a folder in it, named as the class is, with the pictures of the
// class anywhere below. PNG, JPEG, GIF, BMP, TIFF and WebP are read.
package folder

import (
	"fmt"
	"image"
	_ "image/gif"  // Read decodes them
	_ "image/jpeg" // likewise
	_ "image/png"  // likewise
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	_ "golang.org/x/image/bmp" // likewise
	"golang.org/x/image/draw"
	_ "golang.org/x/image/tiff" // likewise
	_ "golang.org/x/image/webp" // likewise

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/patherr"
)

// MaxPixels bounds the pictures that are decoded: it is compared with what a header says, before memory is taken.
const MaxPixels = 1 << 27

var endings = []string{".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp"}

// Options say what pictures become.
type Options struct {
	Height, Width int
	Color         bool // three channels, red, green, blue; one of grey levels otherwise
	// Vary, if not nil, may change an example's levels, channel by channel and row by row, by the seed alone.
	Vary func(seed uint64, levels []uint8)
}

// A Set is the pictures of a folder. Example i is levels, uint8 [channels, height, width], and a class, int32.
type Set struct {
	Classes []string // sorted: class c is Classes[c]
	Paths   []string // of the pictures below the folder, sorted within a class, with slashes
	Labels  []int    // class of each picture
	dir     string
	o       Options
}

// Open lists the pictures of a folder; they are decoded when they are read.
func Open(dir string, o Options) (*Set, error) {
	if o.Height < 1 || o.Width < 1 || o.Height > 1<<15 || o.Width > 1<<15 {
		return nil, fmt.Errorf("folder: pictures of %d×%d, want 1 to %d each way", o.Height, o.Width, 1<<15)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("folder: %w", err)
	}
	s := &Set{dir: dir, o: o}
	for _, e := range entries {
		if !e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		before := len(s.Paths)
		if err := s.list(e.Name()); err != nil {
			return nil, fmt.Errorf("folder: %w", err)
		}
		if len(s.Paths) == before {
			return nil, fmt.Errorf("folder: %s holds no picture (%s)", filepath.Join(dir, e.Name()), strings.Join(endings, " "))
		}
		s.Classes = append(s.Classes, e.Name())
	}
	if len(s.Classes) == 0 {
		return nil, fmt.Errorf("folder: %s holds no folders, want one for each class", dir)
	}
	return s, nil
}

// list adds the pictures of the class in hand.
func (s *Set) list(class string) error {
	return fs.WalkDir(os.DirFS(s.dir), class, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("%s: %w", filepath.Join(s.dir, filepath.FromSlash(path)), patherr.Cause(err))
		}
		if !e.IsDir() && slices.Contains(endings, strings.ToLower(filepath.Ext(path))) && !strings.HasPrefix(e.Name(), ".") {
			s.Paths, s.Labels = append(s.Paths, path), append(s.Labels, len(s.Classes))
		}
		return nil
	})
}

// Len is the number of pictures.
func (s *Set) Len() int { return len(s.Paths) }

// Types are those of an example.
func (s *Set) Types() []graph.Type {
	return []graph.Type{graph.T(graph.Uint8, s.channels(), s.o.Height, s.o.Width), graph.T(graph.Int32)}
}

func (s *Set) channels() int {
	if s.o.Color {
		return 3
	}
	return 1
}

// Read reads picture i as Picture does.
func (s *Set) Read(i int, seed uint64, row []graph.Buffer) error {
	levels := graph.Data[uint8](row[0])
	if err := Picture(filepath.Join(s.dir, filepath.FromSlash(s.Paths[i])), s.o, levels); err != nil {
		return err
	}
	if seed != 0 && s.o.Vary != nil {
		s.o.Vary(seed, levels)
	}
	graph.Data[int32](row[1])[0] = int32(s.Labels[i])
	return nil
}

// Picture decodes a file, cuts the largest part of the wanted proportions out of its middle, scales it, and writes its levels, channel by
// channel and row by row. What is transparent lies on white.
func Picture(path string, o Options, levels []uint8) error {
	m, err := decode(path)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	o.scale(levels, m)
	return nil
}

func decode(path string) (image.Image, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, patherr.Cause(err)
	}
	defer f.Close()
	c, _, err := image.DecodeConfig(f)
	if err != nil {
		return nil, fmt.Errorf("no picture: %w", err)
	}
	if c.Width < 1 || c.Height < 1 || c.Width > MaxPixels/c.Height {
		return nil, fmt.Errorf("%d×%d pixels, want 1 to %d", c.Width, c.Height, MaxPixels)
	}
	if _, err := f.Seek(0, 0); err != nil {
		return nil, err
	}
	m, _, err := image.Decode(f)
	if err != nil {
		return nil, fmt.Errorf("a broken picture: %w", err)
	}
	return m, nil
}

// scale writes the middle of m to levels.
func (o Options) scale(levels []uint8, m image.Image) {
	h, w := o.Height, o.Width
	part := m.Bounds()
	if pw, ph := part.Dx(), part.Dy(); pw*h > ph*w {
		cut := max(1, ph*w/h)
		part.Min.X += (pw - cut) / 2
		part.Max.X = part.Min.X + cut
	} else {
		cut := max(1, pw*h/w)
		part.Min.Y += (ph - cut) / 2
		part.Max.Y = part.Min.Y + cut
	}
	all := image.Rect(0, 0, w, h)
	if !o.Color {
		g := image.NewGray(all)
		draw.Draw(g, all, image.White, image.Point{}, draw.Src)
		draw.BiLinear.Scale(g, all, m, part, draw.Over, nil)
		copy(levels, g.Pix)
		return
	}
	rgb := image.NewRGBA(all)
	draw.Draw(rgb, all, image.White, image.Point{}, draw.Src)
	draw.BiLinear.Scale(rgb, all, m, part, draw.Over, nil)
	for p := range h * w {
		for c := range 3 {
			levels[c*h*w+p] = rgb.Pix[4*p+c]
		}
	}
}
