package ops

import (
	"errors"
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// Pointwise is embedded by every op on floats whose result has the type of each operand, in users' packages too.
type Pointwise struct{}

// Elementwise marks the op; it is not named like the type, or the embedded field would hide it.
func (Pointwise) Elementwise() {}

// Infer wants float operands of one type.
func (Pointwise) Infer(in []graph.Type) ([]graph.Type, error) {
	if err := alike(in); err != nil {
		return nil, err
	}
	if !in[0].Dtype.Float() {
		return nil, wantFloat(in[0])
	}
	return in[:1], nil
}

// float is Pointwise for ops whose kernels never fail.
type float struct{ Pointwise }

func (float) Sure([]graph.Type) bool { return true }

// numeric is Pointwise for integers, too.
type numeric struct{}

// Sure leaves out integers, which cannot be divided by zero.
func (numeric) Sure(in []graph.Type) bool { return in[0].Dtype.Float() }

func (numeric) Elementwise() {}
func (numeric) Infer(in []graph.Type) ([]graph.Type, error) {
	if err := alike(in); err != nil {
		return nil, err
	}
	if !in[0].Dtype.Float() && !in[0].Dtype.Integer() {
		return nil, fmt.Errorf("want numbers, not %v", in[0].Dtype)
	}
	return in[:1], nil
}

func wantFloat(t graph.Type) error {
	return fmt.Errorf("want float32 or float64, not %v; ops.Cast converts", t.Dtype)
}

// alike says what keeps pointwise operands from being combined.
func alike(in []graph.Type) error {
	for _, t := range in[1:] {
		if t.Dtype != in[0].Dtype {
			return fmt.Errorf("dtypes %v and %v differ; ops.Cast converts", in[0].Dtype, t.Dtype)
		}
		if t.Shape != in[0].Shape {
			return fmt.Errorf("shapes %v and %v do not broadcast", in[0].Shape, t.Shape)
		}
	}
	return nil
}

// pointwise applies op to operands broadcast to one shape by NumPy's rules. What does not broadcast is left for the
// op to refuse, so that the error names the op and the operands as the user wrote them.
func pointwise(op graph.Op, in ...*graph.Node) *graph.Node {
	return graph.Apply(op, Broadcast(in...)...)
}

// Broadcast expands operands to their common shape by NumPy's rules: shapes are aligned at the last axis, and sizes of
// 1, or missing, repeat. Operands that have no common shape are returned as they are.
func Broadcast(in ...*graph.Node) []*graph.Node {
	rank := 0
	for _, x := range in {
		if !x.Valid() {
			return in
		}
		rank = max(rank, x.Shape().Rank())
	}
	d := make([]int, rank)
	for i := range d {
		d[i] = 1
		for _, x := range in {
			switch n := x.Shape().Dim(i - rank); {
			case i < rank-x.Shape().Rank() || n == 1 || n == d[i]:
			case d[i] == 1:
				d[i] = n
			default:
				return in
			}
		}
	}
	to := graph.Of(d...)
	out := make([]*graph.Node, len(in))
	for i, x := range in {
		out[i] = ExpandTo(x, to)
	}
	return out
}

// Map is the kernel of a user's pointwise op of one operand, for both float dtypes.
func Map(c *graph.Call, f func(float64) float64) error {
	return unary(c, mapped[float32](f), mapped[float64](f))
}

func mapped[T graph.Floating](f func(float64) float64) func(dst, x []T) {
	return func(dst, x []T) {
		for i, v := range x {
			dst[i] = T(f(float64(v)))
		}
	}
}

// Zip is the kernel of a user's pointwise op of two operands, for both float dtypes.
func Zip(c *graph.Call, f func(a, b float64) float64) error {
	return binary(c, zipped[float32](f), zipped[float64](f))
}

func zipped[T graph.Floating](f func(a, b float64) float64) func(dst, a, b []T) {
	return func(dst, a, b []T) {
		for i, v := range a {
			dst[i] = T(f(float64(v), float64(b[i])))
		}
	}
}

var errDtype = errors.New("no kernel for this dtype")

// unary runs one of two loops over slices, by dtype.
func unary(c *graph.Call, f32 func(dst, x []float32), f64 func(dst, x []float64)) error {
	switch c.In[0].Type.Dtype {
	case graph.Float32:
		f32(graph.Data[float32](c.Out[0]), graph.Data[float32](c.In[0]))
	case graph.Float64:
		f64(graph.Data[float64](c.Out[0]), graph.Data[float64](c.In[0]))
	default:
		return errDtype
	}
	return nil
}

func binary(c *graph.Call, f32 func(dst, a, b []float32), f64 func(dst, a, b []float64)) error {
	switch c.In[0].Type.Dtype {
	case graph.Float32:
		f32(graph.Data[float32](c.Out[0]), graph.Data[float32](c.In[0]), graph.Data[float32](c.In[1]))
	case graph.Float64:
		f64(graph.Data[float64](c.Out[0]), graph.Data[float64](c.In[0]), graph.Data[float64](c.In[1]))
	default:
		return errDtype
	}
	return nil
}

// An integer is an element of a counting dtype.
type integer interface{ int32 | int64 | uint8 }

// binaryInt runs a loop for the integer dtypes; float dtypes are left to binary.
func binaryInt(c *graph.Call, i32 func(dst, a, b []int32), i64 func(dst, a, b []int64), u8 func(dst, a, b []uint8)) error {
	switch c.In[0].Type.Dtype {
	case graph.Int32:
		i32(graph.Data[int32](c.Out[0]), graph.Data[int32](c.In[0]), graph.Data[int32](c.In[1]))
	case graph.Int64:
		i64(graph.Data[int64](c.Out[0]), graph.Data[int64](c.In[0]), graph.Data[int64](c.In[1]))
	case graph.Uint8:
		u8(graph.Data[uint8](c.Out[0]), graph.Data[uint8](c.In[0]), graph.Data[uint8](c.In[1]))
	default:
		return errDtype
	}
	return nil
}

// unaryInt is binaryInt for one operand.
func unaryInt(c *graph.Call, i32 func(dst, x []int32), i64 func(dst, x []int64), u8 func(dst, x []uint8)) error {
	switch c.In[0].Type.Dtype {
	case graph.Int32:
		i32(graph.Data[int32](c.Out[0]), graph.Data[int32](c.In[0]))
	case graph.Int64:
		i64(graph.Data[int64](c.Out[0]), graph.Data[int64](c.In[0]))
	case graph.Uint8:
		u8(graph.Data[uint8](c.Out[0]), graph.Data[uint8](c.In[0]))
	default:
		return errDtype
	}
	return nil
}
