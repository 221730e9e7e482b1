// Package imageset finds labelled images in a folder, whatever their form: IDX files such as those of MNIST and Fashion-MNIST, the binary
// files of CIFAR-10, or pictures in a folder for each class.
package imageset

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/data/cifar"
	"github.com/kedja-ml/kedja/data/folder"
	"github.com/kedja-ml/kedja/data/idx"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/patherr"
	"github.com/kedja-ml/kedja/vision"
)

// A Set is images to train on and to test on: levels, uint8 [channels, height, width], and labels, int32.
type Set struct {
	vision.Format
	Names   []string // of the classes
	Train   data.Dataset
	Test    data.Dataset // nil if there are none
	closers []io.Closer
}

// Options say what pictures become; other forms have a size of their own.
type Options struct {
	Side int  // height and width; of the middle of pictures with other proportions
	Grey bool // one channel of grey levels, rather than three of colours
}

// Open looks what a folder holds:
//
//	train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte   IDX, .gz or not, with or without
//	                                                                                                  something before these names
//	data_batch_1.bin …, test_batch.bin, batches.meta.txt                                              CIFAR-10
//	train/CLASS/…, test/CLASS/…   or   CLASS/…                                                        pictures
//
// Test images may be missing. An error names the file and what was wanted. Close the set after use.
func Open(dir string, o Options) (*Set, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("images: %s: %w", dir, patherr.Cause(err))
	}
	var names []string
	folders := false
	for _, e := range entries {
		if e.IsDir() {
			folders = folders || !strings.HasPrefix(e.Name(), ".")
			continue
		}
		names = append(names, e.Name())
	}
	s := &Set{}
	switch {
	case slices.ContainsFunc(names, func(n string) bool { return strings.Contains(n, "-idx3-ubyte") || strings.Contains(n, ".idx3-ubyte") }):
		err = s.openIDX(dir, names)
	case slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(n, "data_batch_") && strings.HasSuffix(n, ".bin") }):
		err = s.openCIFAR(dir, names)
	case folders:
		err = s.openPictures(dir, o)
	default:
		err = fmt.Errorf("images: %s: want IDX files (train-images-idx3-ubyte), CIFAR-10's (data_batch_1.bin) or a folder of pictures for each class", dir)
	}
	if err == nil && (s.Height < 4 || s.Width < 4) {
		err = fmt.Errorf("images: %s: images of %d×%d pixels, want at least 4 each way", dir, s.Height, s.Width)
	}
	if err == nil && s.Classes < 2 {
		err = fmt.Errorf("images: %s: all images are of one class, want at least two", dir)
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Close gives files back.
func (s *Set) Close() (err error) {
	for _, c := range s.closers {
		err = errors.Join(err, c.Close())
	}
	return err
}

func (s *Set) openIDX(dir string, names []string) error {
	find := func(parts ...string) (path string) {
		for _, n := range names {
			for _, p := range parts {
				if strings.Contains(n, p) {
					return filepath.Join(dir, n)
				}
			}
		}
		return ""
	}
	images, labels := find("train-images"), find("train-labels")
	if images == "" || labels == "" {
		return fmt.Errorf("images: %s: want both train-images-idx3-ubyte and train-labels-idx1-ubyte", dir)
	}
	var most uint8
	var err error
	if s.Train, most, err = s.pair(images, labels); err != nil {
		return err
	}
	s.Classes = int(most) + 1
	t := s.Train.Types()[0].Shape
	s.Channels, s.Height, s.Width = 1, t.Dim(1), t.Dim(2)
	for c := range s.Classes {
		s.Names = append(s.Names, fmt.Sprint(c))
	}
	images, labels = find("t10k-images", "test-images"), find("t10k-labels", "test-labels")
	if images == "" && labels == "" {
		return nil
	}
	if images == "" || labels == "" {
		return fmt.Errorf("images: %s: want both t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, or neither", dir)
	}
	if s.Test, most, err = s.pair(images, labels); err != nil {
		return err
	}
	if int(most) >= s.Classes {
		return fmt.Errorf("images: %s: a label of %d, want 0 to %d, as in the training images", labels, most, s.Classes-1)
	}
	if got := s.Test.Types()[0].Shape; got != t {
		return fmt.Errorf("images: %s: images %v, want %v, as the training images", images, got, t)
	}
	return nil
}

// pair joins a file of images and one of labels, and tells the largest label.
func (s *Set) pair(images, labels string) (set data.Dataset, most uint8, err error) {
	x, err := idx.Open(images)
	if err != nil {
		return nil, 0, fmt.Errorf("images: %w", err)
	}
	s.closers = append(s.closers, x)
	y, err := idx.Open(labels)
	if err != nil {
		return nil, 0, fmt.Errorf("images: %w", err)
	}
	s.closers = append(s.closers, y)
	switch {
	case len(x.Shape) != 3:
		return nil, 0, fmt.Errorf("images: %s: sizes %v, want images, rows and columns", images, x.Shape)
	case len(y.Shape) != 1:
		return nil, 0, fmt.Errorf("images: %s: sizes %v, want one label an image", labels, y.Shape)
	case x.Len() != y.Len():
		return nil, 0, fmt.Errorf("images: %s: %d labels for the %d images of %s", labels, y.Len(), x.Len(), images)
	case x.Len() == 0:
		return nil, 0, fmt.Errorf("images: %s: no images", images)
	}
	n := x.Shape[1] * x.Shape[2]
	types := []graph.Type{graph.T(graph.Uint8, 1, x.Shape[1], x.Shape[2]), graph.T(graph.Int32)}
	return data.Func(x.Len(), types, func(i int, _ uint64, row []graph.Buffer) error {
		copy(graph.Data[uint8](row[0]), x.Data[i*n:(i+1)*n])
		graph.Data[int32](row[1])[0] = int32(y.Data[i])
		return nil
	}), slices.Max(y.Data), nil
}

func (s *Set) openCIFAR(dir string, names []string) (err error) {
	s.Format = vision.Format{Channels: cifar.Channels, Height: cifar.Rows, Width: cifar.Columns, Classes: cifar.Classes}
	if s.Names, err = cifar.Names(dir); err != nil {
		return fmt.Errorf("images: %w", err)
	}
	var parts []data.Dataset
	for _, n := range names {
		training := strings.HasPrefix(n, "data_batch_") && strings.HasSuffix(n, ".bin")
		if !training && n != "test_batch.bin" {
			continue
		}
		f, err := cifar.Open(filepath.Join(dir, n))
		if err != nil {
			return fmt.Errorf("images: %w", err)
		}
		s.closers = append(s.closers, f)
		if training {
			parts = append(parts, f)
		} else {
			s.Test = f
		}
	}
	s.Train, err = data.Concat(parts...)
	return err
}

func (s *Set) openPictures(dir string, o Options) error {
	at := folder.Options{Height: o.Side, Width: o.Side, Color: !o.Grey}
	path, tests := dir, filepath.Join(dir, "test")
	if i, err := os.Stat(filepath.Join(dir, "train")); err == nil && i.IsDir() {
		path = filepath.Join(dir, "train")
	} else {
		tests = ""
	}
	f, err := folder.Open(path, at)
	if err != nil {
		return fmt.Errorf("images: %w", err)
	}
	s.Format = vision.Format{Channels: 3, Height: o.Side, Width: o.Side, Classes: len(f.Classes)}
	if o.Grey {
		s.Channels = 1
	}
	s.Names = f.Classes
	if s.Train, err = memory(f); err != nil {
		return err
	}
	if i, err := os.Stat(tests); tests == "" || err != nil || !i.IsDir() {
		return nil
	}
	t, err := folder.Open(tests, at)
	if err != nil {
		return fmt.Errorf("images: %w", err)
	}
	if !slices.Equal(t.Classes, f.Classes) {
		return fmt.Errorf("images: %s has the classes %q, want those of %s: %q", tests, t.Classes, path, f.Classes)
	}
	s.Test, err = memory(t)
	return err
}

// fits is how many bytes of levels are decoded once and kept; of larger sets a picture is decoded whenever it is read.
const fits = 1 << 30

// memory decodes all pictures, so that one that is broken is named before any training.
func memory(f *folder.Set) (data.Dataset, error) {
	t := f.Types()
	if f.Len() == 0 || f.Len() > fits/t[0].Bytes() {
		return f, nil
	}
	load, err := data.NewLoader(f, data.Config{Batch: f.Len()})
	if err != nil {
		return nil, err
	}
	b, err := load.Next()
	if err != nil {
		return nil, fmt.Errorf("images: %w", err)
	}
	return data.Arrays(b.Fields...)
}

// Moments measures the images of a set, channel by channel, in units of the full brightness.
func Moments(set data.Dataset) (data.Moments, error) {
	shape := set.Types()[0].Shape
	shares := data.Map(set, []graph.Type{{Dtype: graph.Float32, Shape: shape}}, func(_ uint64, in, out []graph.Buffer) error {
		x := graph.Data[float32](out[0])
		for i, p := range graph.Data[uint8](in[0]) {
			x[i] = float32(p) / 255
		}
		return nil
	})
	return data.MomentsOf(shares, 0, 0)
}
