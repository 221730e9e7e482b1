// Package mnist carries the MNIST database of handwritten digits (LeCun, Cortes & Burges, 1998): 60,000 training and 10,000 test
// images of 28×28 grey levels. Only what imports it pays for its 11 MB; see NOTICE for origin and terms.
package mnist

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"

	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/data/idx"
	"github.com/kedja-ml/kedja/graph"
)

var (
	//go:embed train-images-idx3-ubyte.gz
	trainImages []byte
	//go:embed train-labels-idx1-ubyte.gz
	trainLabels []byte
	//go:embed t10k-images-idx3-ubyte.gz
	testImages []byte
	//go:embed t10k-labels-idx1-ubyte.gz
	testLabels []byte
)

// Rows and Columns are the size of an image, Classes the number of digits.
const (
	Rows, Columns = 28, 28
	Classes       = 10
)

// Moments are the mean and the standard deviation of the training images, in units of the full brightness.
func Moments() data.Moments {
	return data.Moments{Mean: []float64{0.1307}, Deviation: []float64{0.3081}}
}

// Set is one of the two sets: Labels[i] is the digit in Image(i). As a data.Dataset its examples are levels, uint8 [1, 28, 28], and a
// digit, int32.
type Set struct{ Images, Labels []uint8 }

// Len is the number of images.
func (s *Set) Len() int { return len(s.Labels) }

// Image returns the grey levels of image i, row by row: 0 is paper, 255 ink.
func (s *Set) Image(i int) []uint8 { return s.Images[i*Rows*Columns : (i+1)*Rows*Columns] }

// Types implements data.Dataset.
func (s *Set) Types() []graph.Type {
	return []graph.Type{graph.T(graph.Uint8, 1, Rows, Columns), graph.T(graph.Int32)}
}

// Read implements data.Dataset.
func (s *Set) Read(i int, _ uint64, row []graph.Buffer) error {
	copy(graph.Data[uint8](row[0]), s.Image(i))
	graph.Data[int32](row[1])[0] = int32(s.Labels[i])
	return nil
}

// Load unpacks both sets, on several cores, and checks the packed files by their SHA-256.
func Load() (train, test *Set, err error) {
	train, test = &Set{}, &Set{}
	files := []struct {
		name, sum string
		packed    []byte
		to        *[]uint8
		axes      int
	}{
		{"train-images", sums[0], trainImages, &train.Images, 3},
		{"test-images", sums[1], testImages, &test.Images, 3},
		{"train-labels", sums[2], trainLabels, &train.Labels, 1},
		{"test-labels", sums[3], testLabels, &test.Labels, 1},
	}
	errs := make([]error, len(files))
	var all sync.WaitGroup
	for i, f := range files {
		all.Add(1)
		go func() {
			defer all.Done()
			if *f.to, errs[i] = unpack(f.packed, f.sum, f.axes); errs[i] != nil {
				errs[i] = fmt.Errorf("mnist: %s: %w", f.name, errs[i])
			}
		}()
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, nil, err
	}
	for _, s := range []*Set{train, test} {
		if len(s.Images) != len(s.Labels)*Rows*Columns {
			return nil, nil, fmt.Errorf("mnist: %d bytes of images for %d labels", len(s.Images), len(s.Labels))
		}
	}
	return train, test, nil
}

func unpack(packed []byte, sum string, axes int) ([]uint8, error) {
	if h := sha256.Sum256(packed); hex.EncodeToString(h[:]) != sum {
		return nil, fmt.Errorf("the embedded file has the SHA-256 %x, want %s", h, sum)
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	a, err := idx.Read(z)
	if err != nil {
		return nil, err
	}
	if len(a.Shape) != axes {
		return nil, fmt.Errorf("%d axes, want %d", len(a.Shape), axes)
	}
	return a.Data, nil
}
