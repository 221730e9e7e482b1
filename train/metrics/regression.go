package metrics

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"

	"github.com/kedja-ml/kedja/graph"
)

// NewMSE measures the mean of (prediction − target)² over all elements.
func NewMSE() *Mean { return errorOf("MSE", square, same) }

// NewRMSE measures the square root of the mean squared error.
func NewRMSE() *Mean { return errorOf("RMSE", square, math.Sqrt) }

// NewMAE measures the mean of |prediction − target| over all elements.
func NewMAE() *Mean { return errorOf("MAE", math.Abs, same) }

func square(v float64) float64 { return v * v }
func same(v float64) float64   { return v }

func errorOf(name string, of, after func(float64) float64) *Mean {
	return &Mean{name: name, of: after, add: func(m *Mean, predictions, targets graph.Buffer) error {
		p, y, err := numbers(predictions, targets)
		if err != nil {
			return err
		}
		for i := range p {
			m.sum.add(of(p[i] - y[i]))
		}
		m.n += len(p)
		return nil
	}}
}

// numbers reads predictions and targets of one shape.
func numbers(predictions, targets graph.Buffer) (p, y []float64, err error) {
	a, b := predictions.Type, targets.Type
	if a.Shape != b.Shape || !a.Dtype.Float() || !b.Dtype.Float() {
		return nil, nil, fmt.Errorf("metrics: predictions %v for targets %v, want floats of one shape", a, b)
	}
	p, y = make([]float64, a.Shape.Size()), make([]float64, b.Shape.Size())
	floats(p, predictions, 0)
	floats(y, targets, 0)
	return p, y, nil
}

// R2 is the coefficient of determination, the share of the targets' variance that predictions explain:
//
//	R² = 1 − Σ (y − prediction)² / Σ (y − mean of y)²
//
// It is 1 for perfect predictions, 0 for the mean, and less for worse. Where all targets are equal, it is 1 if predictions are perfect and 0
// otherwise, as in scikit-learn. Of targets [N, k, …] it is the mean of the R² of each of their columns.
//
// Sums of targets and of their squares are exact, so that nothing is lost where the mean is large beside the deviation.
type R2 struct {
	columns []column
	n       int
}

type column struct{ Targets, Squares, Errors *sum }

// NewR2 learns the number of columns from the first batch.
func NewR2() *R2 { return &R2{} }

// Add takes a batch.
func (m *R2) Add(predictions, targets graph.Buffer) error {
	p, y, err := numbers(predictions, targets)
	if err != nil {
		return err
	}
	s := targets.Type.Shape
	width := 1
	if s.Rank() > 1 {
		width = s.Cut(1, s.Rank()).Size()
	}
	if m.columns == nil {
		m.columns = newColumns(width)
	}
	if width != len(m.columns) {
		return fmt.Errorf("metrics: targets %v have %d columns, earlier ones had %d", targets.Type, width, len(m.columns))
	}
	for i, v := range y {
		c := m.columns[i%width]
		c.Targets.add(v)
		c.Squares.addProduct(v, v)
		c.Errors.add(square(v - p[i]))
	}
	if width > 0 {
		m.n += len(y) / width
	}
	return nil
}

func newColumns(n int) []column {
	c := make([]column, n)
	for i := range c {
		c[i] = column{&sum{}, &sum{}, &sum{}}
	}
	return c
}

// Value is the mean over columns; NaN of less than two examples.
func (m *R2) Value() float64 {
	if m.n < 2 {
		return math.NaN()
	}
	var all float64
	for _, c := range m.columns {
		all += c.value(m.n)
	}
	return all / float64(len(m.columns))
}

func (c column) value(n int) float64 {
	for _, s := range []*sum{c.Targets, c.Squares, c.Errors} {
		if _, ok := s.special(); ok {
			return math.NaN()
		}
	}
	count := new(big.Rat).SetInt64(int64(n))
	mean := c.Targets.rational()
	spread := mean.Mul(mean, mean) // n·Σy² − (Σy)² = n·Σ(y − mean)²
	spread.Sub(new(big.Rat).Mul(count, c.Squares.rational()), spread)
	errs := c.Errors.rational()
	if spread.Sign() <= 0 {
		if errs.Sign() == 0 {
			return 1
		}
		return 0
	}
	v, _ := errs.Mul(errs, count).Quo(errs, spread).Float64()
	return 1 - v
}

// Reset forgets all examples.
func (m *R2) Reset() { m.columns, m.n = nil, 0 }

// Merge adds the sums of another R2.
func (m *R2) Merge(from Metric) error {
	o, err := other(m, from)
	if err != nil {
		return err
	}
	if len(o.columns) == 0 {
		return nil
	}
	if len(m.columns) == 0 {
		m.columns = newColumns(len(o.columns))
	}
	if len(m.columns) != len(o.columns) {
		return fmt.Errorf("metrics: R² of %d columns cannot be merged with one of %d", len(m.columns), len(o.columns))
	}
	for i, c := range m.columns {
		c.Targets.merge(o.columns[i].Targets)
		c.Squares.merge(o.columns[i].Squares)
		c.Errors.merge(o.columns[i].Errors)
	}
	m.n += o.n
	return nil
}

type savedR2 struct {
	Columns []column
	N       int
}

// MarshalJSON writes the sums.
func (m *R2) MarshalJSON() ([]byte, error) { return json.Marshal(savedR2{m.columns, m.n}) }

// UnmarshalJSON reads them.
func (m *R2) UnmarshalJSON(b []byte) error {
	var s savedR2
	if err := decode(b, &s); err != nil {
		return err
	}
	if s.N < 0 || slices.ContainsFunc(s.Columns, func(c column) bool { return c.Targets == nil || c.Squares == nil || c.Errors == nil }) {
		return errors.New("metrics: not the sums of R²")
	}
	m.columns, m.n = s.Columns, s.N
	return nil
}
