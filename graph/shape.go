package graph

import (
	"fmt"
	"math"
	"strings"
)

// MaxRank is the largest number of axes of an array.
const MaxRank = 8

// A Shape is a list of sizes, at most MaxRank long. It is comparable: equal shapes are ==. Sizes may be 0, and a
// rank of 0 is a scalar. A shape that cannot be (too many axes, a negative size, a number of elements or bytes that
// overflows) carries its defect: Err returns it, and the graph refuses a node of that shape.
type Shape struct {
	rank   int8
	defect defect
	dims   [MaxRank]int
}

type defect uint8

const (
	tooManyAxes defect = iota + 1
	negative
	overflow
)

// maxElements keeps the bytes of the widest dtype within an int.
const maxElements = math.MaxInt / 8

// Of returns the shape with the given sizes.
func Of(dims ...int) Shape {
	var s Shape
	if len(dims) > MaxRank {
		s.rank, s.defect = MaxRank, tooManyAxes
		s.dims[0] = len(dims)
		return s
	}
	s.rank = int8(len(dims))
	copy(s.dims[:], dims)
	n, empty := 1, false
	for _, d := range dims {
		switch {
		case d < 0:
			s.defect = negative
		case d == 0:
			empty = true
		case n > maxElements/d:
			n, s.defect = maxElements, max(s.defect, overflow)
		default:
			n *= d
		}
	}
	if empty && s.defect == overflow {
		s.defect = 0
	}
	return s
}

// Err says what is wrong with s, nil if nothing is.
func (s Shape) Err() error {
	switch s.defect {
	case tooManyAxes:
		return fmt.Errorf("rank %d exceeds %d", s.dims[0], MaxRank)
	case negative:
		return fmt.Errorf("shape %v has a negative size", s)
	case overflow:
		return fmt.Errorf("shape %v overflows", s)
	}
	return nil
}

func (s Shape) Rank() int { return int(s.rank) }

// Dim returns the size of axis i; a negative i counts from the end. It is total: an axis that is not there has size 1.
func (s Shape) Dim(i int) int {
	if i < 0 {
		i += int(s.rank)
	}
	if i < 0 || i >= int(s.rank) {
		return 1
	}
	return s.dims[i]
}

// Dims returns the sizes in a slice of the caller's own.
func (s Shape) Dims() []int { return append([]int(nil), s.dims[:s.rank]...) }

// Size is the number of elements, 0 for a shape with a defect.
func (s Shape) Size() int {
	if s.defect != 0 {
		return 0
	}
	n := 1
	for _, d := range s.dims[:s.rank] {
		n *= d
	}
	return n
}

// Cut returns axes i to j−1, as a slice expression does; bounds beyond the rank are clamped.
func (s Shape) Cut(i, j int) Shape {
	i, j = max(0, min(i, int(s.rank))), max(0, min(j, int(s.rank)))
	return Of(s.dims[i:max(i, j)]...)
}

// Append returns the axes of s followed by those of t.
func (s Shape) Append(t Shape) Shape {
	var d [2 * MaxRank]int
	n := copy(d[:], s.dims[:s.rank])
	n += copy(d[n:], t.dims[:t.rank])
	return Of(d[:n]...)
}

// Lead returns s with further leading axes.
func (s Shape) Lead(dims ...int) Shape { return Of(dims...).Append(s) }

// WithDim returns s with size n on axis i, which must exist; a negative i counts from the end.
func (s Shape) WithDim(i, n int) Shape {
	d := s.dims
	if i < 0 {
		i += int(s.rank)
	}
	d[:s.rank][i] = n
	return Of(d[:s.rank]...)
}

// Axis resolves a possibly negative axis.
func (s Shape) Axis(i int) (int, error) {
	if i < -int(s.rank) || i >= int(s.rank) {
		if s.Rank() == 0 {
			return 0, fmt.Errorf("no axis %d in %v, which has none", i, s)
		}
		return 0, fmt.Errorf("no axis %d in %v, want %d to %d", i, s, -s.Rank(), s.Rank()-1)
	}
	if i < 0 {
		i += int(s.rank)
	}
	return i, nil
}

// Strides returns the row-major strides, in elements.
func (s Shape) Strides() (st [MaxRank]int) {
	n := 1
	for i := int(s.rank) - 1; i >= 0; i-- {
		st[i] = n
		n *= s.dims[i]
	}
	return st
}

func (s Shape) String() string {
	return strings.ReplaceAll(fmt.Sprint(s.dims[:s.rank]), ",", "")
}

// A Type is what Infer reasons about: the dtype and the shape of an array.
type Type struct {
	Dtype Dtype
	Shape Shape
}

// T is shorthand for Type{d, Of(dims...)}.
func T(d Dtype, dims ...int) Type { return Type{d, Of(dims...)} }

func (t Type) String() string { return t.Dtype.String() + t.Shape.String() }

// err says why there can be no array of type t.
func (t Type) err() error {
	if int(t.Dtype) >= len(dtypes) {
		return fmt.Errorf("there is no dtype %d", t.Dtype)
	}
	return t.Shape.Err()
}

// Bytes is the number of bytes of an array of this type.
func (t Type) Bytes() int { return t.Shape.Size() * t.Dtype.Size() }
