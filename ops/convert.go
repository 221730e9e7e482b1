package ops

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/half"
)

// A number is an element that has an order.
type number interface {
	float32 | float64 | int32 | int64 | uint8
}

// castTo converts x by Cast's rules.
func castTo[T number](dst []T, x graph.Buffer) {
	switch x.Type.Dtype {
	case graph.Float16: // becomes a float alone
		half.From16(dst, x.Halves())
	case graph.BFloat16:
		half.FromB16(dst, x.Halves())
	case graph.Float32:
		fromFloat(dst, graph.Data[float32](x))
	case graph.Float64:
		fromFloat(dst, graph.Data[float64](x))
	case graph.Int32:
		convert(dst, graph.Data[int32](x))
	case graph.Int64:
		convert(dst, graph.Data[int64](x))
	default: // bools are the bytes 0 and 1
		convert(dst, x.Bytes())
	}
}

// halve rounds floats to a dtype for storage.
func halve[F graph.Floating](dst graph.Buffer, x []F) {
	if dst.Type.Dtype == graph.Float16 {
		half.To16(dst.Halves(), x)
	} else {
		half.ToB16(dst.Halves(), x)
	}
}

func fromFloat[T number, F graph.Floating](dst []T, x []F) {
	if graph.DtypeOf[T]().Float() {
		convert(dst, x)
		return
	}
	for i, v := range x {
		dst[i] = saturate[T](float64(v))
	}
}

func convert[T, F number](dst []T, x []F) {
	for i, v := range x {
		dst[i] = T(v)
	}
}

func castToBool(dst []bool, x graph.Buffer) {
	switch x.Type.Dtype {
	case graph.Float32:
		nonzero(dst, graph.Data[float32](x))
	case graph.Float64:
		nonzero(dst, graph.Data[float64](x))
	case graph.Int32:
		nonzero(dst, graph.Data[int32](x))
	case graph.Int64:
		nonzero(dst, graph.Data[int64](x))
	default:
		nonzero(dst, x.Bytes())
	}
}

func nonzero[F number](dst []bool, x []F) {
	for i, v := range x {
		dst[i] = v != 0
	}
}

// limits returns the smallest and the largest number of an integer dtype; that of int64 is rounded up, to 2⁶³.
func limits(d graph.Dtype) (lo, hi float64) {
	switch d {
	case graph.Int32:
		return math.MinInt32, math.MaxInt32
	case graph.Int64:
		return math.MinInt64, math.MaxInt64
	}
	return 0, math.MaxUint8
}

// saturate truncates f towards zero, to the nearest integer in range; NaN becomes 0.
func saturate[T number](f float64) T {
	lo, hi := limits(graph.DtypeOf[T]())
	switch {
	case f != f:
		return 0
	case f <= lo:
		return T(lo)
	case f >= hi:
		if most := int64(math.MaxInt64); hi >= math.MaxInt64 {
			return T(most)
		}
		return T(hi)
	}
	return T(f)
}
