package exec

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gorgonia.org/tensor"

	"github.com/kedja-ml/kedja/graph"
)

// bufferOf sees x as an array of the wanted type, in x's own memory.
func bufferOf(x any, want graph.Type) (b graph.Buffer, err error) {
	switch x := x.(type) {
	case *tensor.Dense:
		return ofDense(x, want)
	case graph.Buffer:
		return checked(x, want)
	case []float32:
		return ofSlice(x, want)
	case []float64:
		return ofSlice(x, want)
	case []int32:
		return ofSlice(x, want)
	case []int64:
		return ofSlice(x, want)
	case []uint8:
		return ofSlice(x, want)
	case []bool:
		return ofSlice(x, want)
	case []uint16: // bits
		if want.Dtype.Size() != 2 || len(x) != want.Shape.Size() {
			return b, fmt.Errorf("want %v, got %d elements of 16 bits", want, len(x))
		}
		return graph.HalvesOf(want.Dtype, x, want.Shape.Dims()...), nil
	default:
		return b, fmt.Errorf("want %v as a *tensor.Dense or a slice, got %T", want, x)
	}
}

// checked refuses a buffer of another type, and one whose type says more than it has: Type is an exported field.
func checked(b graph.Buffer, want graph.Type) (graph.Buffer, error) {
	if b.Type != want {
		return b, fmt.Errorf("want %v, got %v", want, b.Type)
	}
	if n := want.Shape.Size(); b.Len() != n {
		return b, fmt.Errorf("want %v, got a buffer with memory for %d elements", want, b.Len())
	}
	return b, nil
}

func ofSlice[E graph.Element](x []E, want graph.Type) (b graph.Buffer, err error) {
	if graph.DtypeOf[E]() != want.Dtype || len(x) != want.Shape.Size() {
		return b, fmt.Errorf("want %v, got %d elements of %v", want, len(x), graph.DtypeOf[E]())
	}
	return graph.BufferOf(x, len(x)).As(want.Shape), nil
}

// ofDense refuses what Data() of a tensor would lie about: transposed, sliced, column-major and masked ones.
func ofDense(d *tensor.Dense, want graph.Type) (b graph.Buffer, err error) {
	if d == nil {
		return b, fmt.Errorf("want %v, got a nil tensor", want)
	}
	if d.Dtype() != tensorDtype[want.Dtype] || !sameDims(d.Shape(), want.Shape) {
		return b, fmt.Errorf("want %v, got %v%v", want, d.Dtype(), graph.Of(d.Shape()...))
	}
	if want.Bytes() > 0 && !plain(d, want.Shape) || len(d.Raw) != want.Bytes() {
		return b, fmt.Errorf("want %v in row-major order, got a tensor that is transposed, sliced, column-major or masked; feed its Materialize()", want)
	}
	return graph.Over(want, d.Raw), nil
}

func plain(d *tensor.Dense, s graph.Shape) bool {
	if d.RequiresIterator() || d.DataOrder().IsColMajor() {
		return false
	}
	st := s.Strides()
	for i, n := range d.Strides() {
		if i < s.Rank() && s.Dim(i) > 1 && n != st[i] {
			return false
		}
	}
	return true
}

func sameDims(d tensor.Shape, s graph.Shape) bool {
	if len(d) != s.Rank() {
		return false
	}
	for i, n := range d {
		if n != s.Dim(i) {
			return false
		}
	}
	return true
}

var tensorDtype = [...]tensor.Dtype{
	graph.Float32: tensor.Float32, graph.Float64: tensor.Float64, graph.Int32: tensor.Int32, graph.Int64: tensor.Int64,
	graph.Uint8: tensor.Uint8, graph.Bool: tensor.Bool, graph.Float16: tensor.Uint16, graph.BFloat16: tensor.Uint16,
}

// denseOf returns a tensor over the memory of b. tensor.New panics where there are no elements: such a tensor gets its
// shape without its help.
func denseOf(b graph.Buffer) *tensor.Dense {
	dims, dt := b.Type.Shape.Dims(), tensorDtype[b.Type.Dtype]
	if b.Len() == 0 {
		d := tensor.New(tensor.Of(dt), tensor.FromScalar(zero[b.Type.Dtype]))
		d.Raw = nil
		ap := tensor.MakeAP(dims, slices.Repeat([]int{1}, len(dims)), 0, 0)
		ap.CloneTo(d.Info())
		return d
	}
	return tensor.New(tensor.Of(dt), tensor.WithBacking(backing(b)), tensor.WithShape(dims...))
}

var zero = [...]any{float32(0), 0.0, int32(0), int64(0), uint8(0), false, uint16(0), uint16(0)}

func backing(b graph.Buffer) any {
	switch b.Type.Dtype {
	case graph.Float32:
		return graph.Data[float32](b)
	case graph.Float64:
		return graph.Data[float64](b)
	case graph.Int32:
		return graph.Data[int32](b)
	case graph.Int64:
		return graph.Data[int64](b)
	case graph.Uint8:
		return graph.Data[uint8](b)
	case graph.Bool:
		return graph.Data[bool](b)
	default: // float16 and bfloat16, as bits
		return b.Halves()
	}
}

// Tensor returns a tensor with a copy of b, of any shape and size. Elements of float16 and bfloat16 come as the uint16 of their bits.
func Tensor(b graph.Buffer) *tensor.Dense { return denseOf(b.Clone()) }

// BufferOf returns a buffer with a copy of d, which must be in row-major order.
func BufferOf(d *tensor.Dense) (graph.Buffer, error) {
	for dt, t := range tensorDtype[:graph.Float16] {
		if d != nil && d.Dtype() == t {
			b, err := ofDense(d, graph.T(graph.Dtype(dt), d.Shape()...))
			if err != nil {
				return b, fmt.Errorf("exec: %w", err)
			}
			return b.Clone(), nil
		}
	}
	return graph.Buffer{}, fmt.Errorf("exec: want a tensor of numbers or bools")
}

// Eval computes a few nodes of a graph without inputs, once. The tensors are the caller's.
func Eval(nodes ...*graph.Node) ([]*tensor.Dense, error) {
	if len(nodes) == 0 {
		return nil, nil
	}
	if nodes[0] == nil {
		return nil, errors.New("exec: node 0 of Eval is nil")
	}
	p, err := Compile(nodes[0].Graph(), Out(nodes...), NoTrap())
	if err != nil {
		return nil, err
	}
	return p.Run()
}

// Scalar returns the only element of d as a float64, NaN if it has not exactly one.
func Scalar(d *tensor.Dense) float64 {
	if b, err := BufferOf(d); err == nil && b.Len() == 1 {
		switch b.Type.Dtype {
		case graph.Float32:
			return float64(graph.Data[float32](b)[0])
		case graph.Float64:
			return graph.Data[float64](b)[0]
		case graph.Int32:
			return float64(graph.Data[int32](b)[0])
		case graph.Int64:
			return float64(graph.Data[int64](b)[0])
		case graph.Uint8:
			return float64(graph.Data[uint8](b)[0])
		}
	}
	return math.NaN()
}
