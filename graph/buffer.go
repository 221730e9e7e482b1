package graph

import (
	"fmt"
	"unsafe"

	"github.com/kedja-ml/kedja/internal/pages"
)

// A Buffer is a contiguous row-major array of some type: what kernels read and write, and what variables hold.
type Buffer struct {
	Type Type
	p    unsafe.Pointer
	n    int
}

// NewBuffer returns a buffer of zeros.
func NewBuffer(t Type) Buffer {
	n := t.Shape.Size()
	return Buffer{t, unsafe.Pointer(unsafe.SliceData(pages.Make(n * t.Dtype.Size()))), n}
}

// BufferOf returns a buffer over data itself, which must have as many elements as the shape given by dims; it panics
// otherwise. No dims mean a vector if data has not exactly one element, and a scalar if it has.
func BufferOf[E Element](data []E, dims ...int) Buffer {
	if len(dims) == 0 && len(data) != 1 {
		dims = []int{len(data)}
	}
	s := Of(dims...)
	if s.Err() != nil || s.Size() != len(data) {
		panic(fmt.Sprintf("graph: %d elements do not fill %v", len(data), s))
	}
	return Buffer{Type{DtypeOf[E](), s}, unsafe.Pointer(unsafe.SliceData(data)), len(data)}
}

// BufferFrom returns a buffer of type t that holds v, each number converted as Go converts it, and to true where it is not 0. It panics if v does
// not fill the shape, or if t is a dtype for storage.
func BufferFrom(t Type, v []float64) Buffer {
	b := NewBuffer(t)
	if len(v) != b.n {
		panic(fmt.Sprintf("graph: %d elements do not fill %v", len(v), t.Shape))
	}
	switch t.Dtype {
	case Float32:
		convert(Data[float32](b), v)
	case Float64:
		copy(Data[float64](b), v)
	case Int32:
		convert(Data[int32](b), v)
	case Int64:
		convert(Data[int64](b), v)
	case Uint8:
		convert(Data[uint8](b), v)
	default:
		for i, x := range v {
			Data[bool](b)[i] = x != 0
		}
	}
	return b
}

func convert[E float32 | int32 | int64 | uint8](dst []E, v []float64) {
	for i, x := range v {
		dst[i] = E(x)
	}
}

// HalvesOf is BufferOf for a dtype for storage, whose elements are given by their bits.
func HalvesOf(d Dtype, bits []uint16, dims ...int) Buffer {
	s := Of(dims...)
	if d != Float16 && d != BFloat16 || s.Err() != nil || s.Size() != len(bits) {
		panic(fmt.Sprintf("graph: %d elements of 16 bits do not fill %v%v", len(bits), d, s))
	}
	return Buffer{Type{d, s}, unsafe.Pointer(unsafe.SliceData(bits)), len(bits)}
}

// Halves returns the bits of the elements of b, whose dtype must be one for storage; it panics otherwise.
func (b Buffer) Halves() []uint16 {
	if b.Type.Dtype != Float16 && b.Type.Dtype != BFloat16 {
		panic(fmt.Sprintf("graph: a buffer of %v holds no elements of 16 bits", b.Type.Dtype))
	}
	return unsafe.Slice((*uint16)(b.p), b.n)
}

// Over returns a buffer of type t in the bytes of mem, which must be long enough and aligned for t; for executors.
func Over(t Type, mem []byte) Buffer {
	if len(mem) < t.Bytes() {
		panic("graph: memory is too short")
	}
	return Buffer{t, unsafe.Pointer(unsafe.SliceData(mem)), t.Shape.Size()}
}

// Len is the number of elements.
func (b Buffer) Len() int { return b.n }

// Data returns the elements of b, whose dtype must be that of E; it panics otherwise.
func Data[E Element](b Buffer) []E {
	if b.Type.Dtype != DtypeOf[E]() {
		panic(fmt.Sprintf("graph: a buffer of %v holds no %v", b.Type, DtypeOf[E]()))
	}
	return unsafe.Slice((*E)(b.p), b.n)
}

// Bytes returns the memory of b.
func (b Buffer) Bytes() []byte { return unsafe.Slice((*byte)(b.p), b.n*b.Type.Dtype.Size()) }

// Place makes b, whose type stays, hold n elements of src from element i on; for executors, which move the operands of a
// call instead of making new ones.
func (b *Buffer) Place(src *Buffer, i, n int) {
	if i < 0 || i+n > src.n {
		panic("graph: window out of range")
	}
	b.p, b.n = unsafe.Add(src.p, i*dtypes[src.Type.Dtype].size), n
}

// Window is Place for a vector b, which gets length n.
func (b *Buffer) Window(src *Buffer, i, n int) {
	b.Place(src, i, n)
	b.Type.Shape.dims[0] = n
}

// Pointer returns the address of the first element; for kernels that move elements of any dtype.
func (b Buffer) Pointer() unsafe.Pointer { return b.p }

// Part returns elements lo to hi−1 as a vector in the same memory.
func (b Buffer) Part(lo, hi int) Buffer {
	if lo < 0 || hi < lo || hi > b.n {
		panic("graph: part out of range")
	}
	return Buffer{Type{b.Type.Dtype, Of(hi - lo)}, unsafe.Add(b.p, lo*b.Type.Dtype.Size()), hi - lo}
}

// As returns the same memory with another shape of as many elements.
func (b Buffer) As(s Shape) Buffer {
	if s.Size() != b.n {
		panic("graph: sizes differ")
	}
	b.Type.Shape = s
	return b
}

// Clone returns a copy in memory of its own.
func (b Buffer) Clone() Buffer {
	c := NewBuffer(b.Type)
	copy(c.Bytes(), b.Bytes())
	return c
}
