package data

import (
	"fmt"
	"math"

	"github.com/kedja-ml/kedja/graph"
)

// Moments are the mean and the standard deviation of each channel of a field: what it takes to normalise it. They belong to the model,
// which must see new examples as it saw those it was trained on.
type Moments struct{ Mean, Deviation []float64 }

// MomentsOf measures a float32 field of the examples as they are: channel c is index c of the given axis of an example, and all elements
// are one channel where axis is −1. The deviation divides by n, not n−1. Measure the training examples alone, see [Subset]. Sums are
// taken by Welford's method in float64.
func MomentsOf(d Dataset, field, axis int) (Moments, error) {
	types := d.Types()
	if field < 0 || field >= len(types) || types[field].Dtype != graph.Float32 {
		return Moments{}, fmt.Errorf("data: field %d of %v, want one of float32", field, types)
	}
	s := types[field].Shape
	if axis < -1 || axis >= s.Rank() {
		return Moments{}, fmt.Errorf("data: axis %d of an example of %v", axis, types[field])
	}
	channels, inner := 1, s.Size()
	if axis >= 0 {
		channels, inner = s.Dim(axis), s.Cut(axis+1, s.Rank()).Size()
	}
	if d.Len() == 0 || s.Size() == 0 {
		return Moments{}, fmt.Errorf("data: no elements to measure in %d examples of %v", d.Len(), types[field])
	}
	m := Moments{make([]float64, channels), make([]float64, channels)}
	counts := make([]float64, channels)
	row := newRow(types)
	for i := range d.Len() {
		if err := d.Read(i, 0, row); err != nil {
			return Moments{}, fmt.Errorf("data: example %d: %w", i, err)
		}
		for at, x := range graph.Data[float32](row[field]) {
			c := at / inner % channels
			counts[c]++
			v := float64(x) - m.Mean[c]
			m.Mean[c] += v / counts[c]
			m.Deviation[c] += v * (float64(x) - m.Mean[c])
		}
	}
	for c, n := range counts {
		m.Deviation[c] = math.Sqrt(m.Deviation[c] / n)
	}
	return m, nil
}
