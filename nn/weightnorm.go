package nn

import (
	"errors"
	"fmt"
	"math"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// WeightNorm trains the length of weights apart from their direction (Salimans & Kingma, 2016, eq. 2): wherever Layer uses its
// parameter Weight, V, it gets
//
//	W = Length·V/‖V‖
//
// with a norm and a length for each place along Axis: 0 for the filters [out, in, window…] of a convolution, −1 for the matrix
// [in, out] of Dense. Weight stays a parameter of the layer, and Length [places] is one more. A V of zeros has no direction, and gives
// NaN.
type WeightNorm struct {
	Layer  Layer
	Weight *graph.Param
	Length *graph.Param
	Axis   int

	bad error
}

// NewWeightNorm wraps a layer, of which weight is a parameter with at least two axes. Length begins as ‖V‖, so that nothing changes.
//
//	l := nn.NewConv2D(r, 3, 8, 3)
//	m := nn.NewWeightNorm(l, l.W, 0)
func NewWeightNorm(l Layer, weight *graph.Param, axis int) *WeightNorm {
	rows, err := matrix(l, weight, axis)
	if err != nil {
		return &WeightNorm{bad: fmt.Errorf("weightnorm: %w", err)}
	}
	length := make([]float64, len(rows))
	for i, row := range rows {
		length[i] = norm(row)
	}
	return &WeightNorm{
		Layer: l, Weight: weight, Axis: axis,
		Length: graph.NewParam("weightnorm.Length", values(weight.Type().Dtype, length, len(length))),
	}
}

// Forward applies the layer.
func (w *WeightNorm) Forward(x *graph.Node) *graph.Node {
	if !x.Valid() || w.bad != nil {
		return refused(x, w.bad)
	}
	v := x.Graph().Use(w.Weight)
	var others []int
	ones := v.Shape()
	for i := range ones.Rank() {
		if i != w.Axis && i != w.Axis+ones.Rank() {
			others, ones = append(others, i), ones.WithDim(i, 1)
		}
	}
	length := ops.ReshapeTo(x.Graph().Use(w.Length), ones)
	return instead(w.Layer, x, w.Weight, ops.Mul(v, ops.Div(length, ops.NormKeep(v, 2, others...))))
}

// instead applies a layer with a node in place of one of its parameters.
func instead(l Layer, x *graph.Node, p *graph.Param, n *graph.Node) (y *graph.Node) {
	if !n.Valid() {
		return n
	}
	x.Graph().With(map[graph.Var]*graph.Node{p: n}, func() { y = l.Forward(x) })
	return y
}

// refused is x, failed, or a failed node that says what was wrong with a constructor's arguments.
func refused(x *graph.Node, bad error) *graph.Node {
	if !x.Valid() {
		return x
	}
	return x.Graph().Failf("%w", bad)
}

// matrix returns the values of a layer's weights as rows, one for each place along an axis, or says why that cannot be.
func matrix(l Layer, weight *graph.Param, axis int) ([][]float64, error) {
	if l == nil || weight == nil {
		return nil, errors.New("want a layer and one of its parameters, not nil")
	}
	s := weight.Type().Shape
	a, err := s.Axis(axis)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s %v: %w", weight.Name(), s, err)
	case s.Rank() < 2 || s.Size() == 0 || !weight.Type().Dtype.Float():
		return nil, fmt.Errorf("%s %v: want weights with at least two axes, none of them empty", weight.Name(), weight.Type())
	}
	rows, inner := make([][]float64, s.Dim(a)), s.Cut(a+1, s.Rank()).Size()
	for i, x := range floats(weight.Value()) {
		r := i / inner % len(rows)
		rows[r] = append(rows[r], x)
	}
	return rows, nil
}

func norm(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += x * x
	}
	return math.Sqrt(sum)
}

// floats returns the elements of an array of either float type.
func floats(b graph.Buffer) []float64 {
	if b.Type.Dtype == graph.Float64 {
		return graph.Data[float64](b)
	}
	v := make([]float64, b.Len())
	for i, x := range graph.Data[float32](b) {
		v[i] = float64(x)
	}
	return v
}
