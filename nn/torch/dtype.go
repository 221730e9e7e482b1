package torch

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/half"
	"github.com/kedja-ml/kedja/safetensors"
)

// convert returns the elements of t in dtype want.
func convert(t safetensors.Tensor, want graph.Dtype, allowed bool) ([]byte, error) {
	half := t.Dtype == "F16" || t.Dtype == "BF16"
	full := t.Dtype == "F32" || t.Dtype == "F64"
	switch {
	case t.Dtype == safetensors.DtypeOf(want):
		if want == graph.Bool && bytes.ContainsFunc(t.Data, func(r rune) bool { return r > 1 }) {
			return nil, errors.New("has a truth value that is neither 0 nor 1")
		}
		return t.Data, nil
	case !want.Float() || !half && !full:
		return nil, fmt.Errorf("is %s%v, want %s%v", t.Dtype, t.Shape, safetensors.DtypeOf(want), t.Shape)
	case full && !allowed:
		return nil, fmt.Errorf("is %s%v, want %s%v (torch.Convert changes it)", t.Dtype, t.Shape, safetensors.DtypeOf(want), t.Shape)
	}
	n := graph.Of(t.Shape...).Size()
	out := make([]byte, 0, n*want.Size())
	for i := range n {
		v := element(t, i)
		if want == graph.Float64 {
			out = binary.LittleEndian.AppendUint64(out, math.Float64bits(v))
			continue
		}
		f := float32(v)
		if math.IsInf(float64(f), 0) && !math.IsInf(v, 0) {
			return nil, fmt.Errorf("has %v, which is too large for F32", v)
		}
		out = binary.LittleEndian.AppendUint32(out, math.Float32bits(f))
	}
	return out, nil
}

// element is number i of a tensor of floats; a float64 holds them all.
func element(t safetensors.Tensor, i int) float64 {
	switch t.Dtype {
	case "F64":
		return math.Float64frombits(binary.LittleEndian.Uint64(t.Data[8*i:]))
	case "F32":
		return float64(math.Float32frombits(binary.LittleEndian.Uint32(t.Data[4*i:])))
	case "BF16":
		return float64(half.ValueB16(binary.LittleEndian.Uint16(t.Data[2*i:])))
	}
	return float64(half.Value16(binary.LittleEndian.Uint16(t.Data[2*i:])))
}
