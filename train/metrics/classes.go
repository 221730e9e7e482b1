package metrics

import (
	"fmt"
	"math"
	"slices"

	"github.com/kedja-ml/kedja/graph"
)

// Scores says what predictions of classes are.
type Scores int

const (
	Logits        Scores = iota // any numbers; softmax or, of one number, sigmoid makes probabilities of them, in float64
	Probabilities               // from 0 to 1
)

// Classes says how predictions and targets of classes are read.
//
// Targets are labels from 0 on, of any shape and integer dtype, or bool, or floats that are 0 or 1. Predictions are float32 or float64, and
// have one axis more, the last, with a score for each class. Where there are two classes they may instead have one score for each label,
// that of class 1, and then the same shape, or a last axis of 1.
//
// The class that is predicted is that of the largest score, of equal ones the first. With one score it is class 1 where a logit is more than
// 0, or a probability more than ½. A NaN is less than any other score.
type Classes struct {
	N      int    // of classes, at least 2
	Of     Scores // what predictions are
	Ignore []int  // labels of examples that do not count, such as padding
}

func (c Classes) equal(o Classes) bool {
	return c.N == o.N && c.Of == o.Of && slices.Equal(c.Ignore, o.Ignore)
}

// same reports settings that differ.
func (c Classes) same(o Classes) error {
	if !c.equal(o) {
		return fmt.Errorf("metrics: %+v cannot be merged with %+v", c, o)
	}
	return nil
}

// each calls f with the scores of each example that counts and its label, once all of them are known to be good. The row has N scores, or
// one of class 1; it is reused.
func (c Classes) each(predictions, targets graph.Buffer, f func(row []float64, label int)) error {
	if c.N < 2 {
		return fmt.Errorf("metrics: %d classes, want at least 2", c.N)
	}
	width, err := c.width(predictions.Type, targets.Type)
	if err != nil {
		return err
	}
	labels, err := integers(targets)
	if err != nil {
		return err
	}
	for i, l := range labels {
		if (l < 0 || l >= c.N) && !slices.Contains(c.Ignore, l) {
			return fmt.Errorf("metrics: label %d of example %d, want 0 to %d", l, i, c.N-1)
		}
	}
	row := make([]float64, width)
	for i, l := range labels {
		if slices.Contains(c.Ignore, l) {
			continue
		}
		floats(row, predictions, i*width)
		f(row, l)
	}
	return nil
}

// width is the number of scores of an example.
func (c Classes) width(p, t graph.Type) (int, error) {
	ps, ts := p.Shape, t.Shape
	r := ts.Rank()
	if !p.Dtype.Float() || ps.Rank() != r && (ps.Rank() != r+1 || ps.Cut(0, r) != ts) || ps.Rank() == r && ps != ts {
		return 0, fmt.Errorf("metrics: predictions %v for labels %v, want the labels' shape and an axis of %d scores", p, t, c.N)
	}
	width := 1
	if ps.Rank() == r+1 {
		width = ps.Dim(r)
	}
	if width != c.N && (width != 1 || c.N != 2) {
		return 0, fmt.Errorf("metrics: predictions %v for labels %v have %d scores each, want %d", p, t, width, c.N)
	}
	return width, nil
}

// best is the class that is predicted.
func (c Classes) best(row []float64) int {
	if len(row) == 1 {
		if limit := [...]float64{Logits: 0, Probabilities: 0.5}[c.Of]; row[0] > limit {
			return 1
		}
		return 0
	}
	b := 0
	for j, v := range row {
		if v > row[b] || math.IsNaN(row[b]) && !math.IsNaN(v) {
			b = j
		}
	}
	return b
}

// integers returns labels; floats must be whole.
func integers(b graph.Buffer) ([]int, error) {
	n := make([]int, b.Len())
	switch b.Type.Dtype {
	case graph.Int32:
		convert(n, graph.Data[int32](b))
	case graph.Int64:
		convert(n, graph.Data[int64](b))
	case graph.Uint8:
		convert(n, graph.Data[uint8](b))
	case graph.Bool:
		for i, v := range graph.Data[bool](b) {
			if v {
				n[i] = 1
			}
		}
	case graph.Float32, graph.Float64:
		x := make([]float64, len(n))
		floats(x, b, 0)
		for i, v := range x {
			if v != 0 && v != 1 {
				return nil, fmt.Errorf("metrics: label %v of example %d, want 0 or 1, or an integer dtype", v, i)
			}
			n[i] = int(v)
		}
	default:
		return nil, fmt.Errorf("metrics: labels %v, want integers", b.Type)
	}
	return n, nil
}

func convert[T int32 | int64 | uint8](to []int, from []T) {
	for i, v := range from {
		to[i] = int(v)
	}
}

// floats reads elements of a float buffer from at on.
func floats(to []float64, b graph.Buffer, at int) {
	if b.Type.Dtype == graph.Float64 {
		copy(to, graph.Data[float64](b)[at:])
		return
	}
	for i, v := range graph.Data[float32](b)[at : at+len(to)] {
		to[i] = float64(v)
	}
}

// largest returns the largest logit, and the sum of exp(z − largest) over the others: ln Σ exp(z) is largest + ln(1 + rest), which neither
// overflows nor loses what is small.
func largest(z []float64) (most, rest float64) {
	at := 0
	for j, v := range z {
		if v > z[at] || v != v {
			at = j
		}
	}
	most = z[at]
	if math.IsInf(most, 0) || most != most {
		return most, 0
	}
	for j, v := range z {
		if j != at {
			rest += math.Exp(v - most)
		}
	}
	return most, rest
}
