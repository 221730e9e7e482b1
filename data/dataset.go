package data

import (
	"errors"
	"fmt"
	"slices"

	"github.com/kedja-ml/kedja/graph"
)

// A Dataset is a number of examples, each a row of arrays: an image and its label, say. All examples have the same types.
type Dataset interface {
	Len() int
	// Types says what an example is made of, field by field.
	Types() []graph.Type
	// Read writes example i to row, one array for each of Types. With seed 0 the example is as it is; any other seed may vary it, by that
	// seed alone. Read is called from several goroutines at once and keeps none of row.
	Read(i int, seed uint64, row []graph.Buffer) error
}

// A Row is one example in memory of its own, as [Get] returns it.
type Row []graph.Buffer

// Get reads one example as it is.
func Get(d Dataset, i int) (Row, error) {
	if i < 0 || i >= d.Len() {
		return nil, fmt.Errorf("data: example %d, want 0 to %d", i, d.Len()-1)
	}
	row := newRow(d.Types())
	return row, d.Read(i, 0, row)
}

func newRow(types []graph.Type) Row {
	row := make(Row, len(types))
	for k, t := range types {
		row[k] = graph.NewBuffer(t)
	}
	return row
}

// arrays is what Arrays returns.
type arrays struct {
	fields []graph.Buffer
	types  []graph.Type
	n      int
}

// Arrays returns the data set whose example i is row i of each array: they must agree in their first axis. The arrays are read, not copied.
func Arrays(fields ...graph.Buffer) (Dataset, error) {
	a := &arrays{fields: fields}
	if len(fields) == 0 {
		return nil, errors.New("data: want at least one array")
	}
	for k, f := range fields {
		s := f.Type.Shape
		if s.Rank() == 0 {
			return nil, fmt.Errorf("data: array %d is the scalar %v, want a first axis over examples", k, f.Type)
		}
		if k == 0 {
			a.n = s.Dim(0)
		}
		if s.Dim(0) != a.n {
			return nil, fmt.Errorf("data: array %d has %d rows, array 0 has %d", k, s.Dim(0), a.n)
		}
		a.types = append(a.types, graph.Type{Dtype: f.Type.Dtype, Shape: s.Cut(1, s.Rank())})
	}
	return a, nil
}

func (a *arrays) Len() int            { return a.n }
func (a *arrays) Types() []graph.Type { return a.types }

func (a *arrays) Read(i int, _ uint64, row []graph.Buffer) error {
	for k, t := range a.types {
		n := t.Bytes()
		copy(row[k].Bytes(), a.fields[k].Bytes()[i*n:(i+1)*n])
	}
	return nil
}

// Func returns a data set of n examples that read makes.
func Func(n int, types []graph.Type, read func(i int, seed uint64, row []graph.Buffer) error) Dataset {
	return &function{n, types, read}
}

type function struct {
	n     int
	types []graph.Type
	read  func(i int, seed uint64, row []graph.Buffer) error
}

func (f *function) Len() int            { return f.n }
func (f *function) Types() []graph.Type { return f.types }

func (f *function) Read(i int, seed uint64, row []graph.Buffer) error { return f.read(i, seed, row) }

// Subset returns the examples of d that index names, in its order. A number that d does not have is an error.
func Subset(d Dataset, index []int) (Dataset, error) {
	for _, i := range index {
		if i < 0 || i >= d.Len() {
			return nil, fmt.Errorf("data: example %d of a subset, want 0 to %d", i, d.Len()-1)
		}
	}
	return &subset{d, slices.Clone(index)}, nil
}

type subset struct {
	Dataset
	index []int
}

func (s *subset) Len() int { return len(s.index) }

func (s *subset) Read(i int, seed uint64, row []graph.Buffer) error {
	return s.Dataset.Read(s.index[i], seed, row)
}

// Concat returns the examples of one set after those of another. Their types must be the same.
func Concat(sets ...Dataset) (Dataset, error) {
	if len(sets) == 0 {
		return nil, errors.New("data: want at least one set")
	}
	c := &concat{sets: sets}
	for k, d := range sets {
		if !slices.Equal(d.Types(), sets[0].Types()) {
			return nil, fmt.Errorf("data: set %d has examples of %v, set 0 of %v", k, d.Types(), sets[0].Types())
		}
		c.n += d.Len()
		c.ends = append(c.ends, c.n)
	}
	return c, nil
}

type concat struct {
	sets []Dataset
	ends []int
	n    int
}

func (c *concat) Len() int            { return c.n }
func (c *concat) Types() []graph.Type { return c.sets[0].Types() }

func (c *concat) Read(i int, seed uint64, row []graph.Buffer) error {
	k, found := slices.BinarySearch(c.ends, i)
	if found { // i is the first after set k, and empty sets end where they begin
		for k < len(c.ends) && c.ends[k] <= i {
			k++
		}
	}
	if k > 0 {
		i -= c.ends[k-1]
	}
	return c.sets[k].Read(i, seed, row)
}

// Zip returns examples with the fields of one set beside those of the others, which must have the same length: images and their labels.
func Zip(sets ...Dataset) (Dataset, error) {
	if len(sets) == 0 {
		return nil, errors.New("data: want at least one set")
	}
	z := &zip{sets: sets}
	for k, d := range sets {
		if d.Len() != sets[0].Len() {
			return nil, fmt.Errorf("data: set %d has %d examples, set 0 has %d", k, d.Len(), sets[0].Len())
		}
		z.types = append(z.types, d.Types()...)
	}
	return z, nil
}

type zip struct {
	sets  []Dataset
	types []graph.Type
}

func (z *zip) Len() int            { return z.sets[0].Len() }
func (z *zip) Types() []graph.Type { return z.types }

func (z *zip) Read(i int, seed uint64, row []graph.Buffer) error {
	for _, d := range z.sets {
		n := len(d.Types())
		if err := d.Read(i, seed, row[:n:n]); err != nil {
			return err
		}
		row = row[n:]
	}
	return nil
}
