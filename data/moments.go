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
	channels, inner, err := channelsOf(types, field, axis)
	if err != nil {
		return Moments{}, err
	}
	if s := types[field].Shape; d.Len() == 0 || s.Size() == 0 {
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

// channelsOf says how many channels lie along an axis of a field, and how many elements each has in a row.
func channelsOf(types []graph.Type, field, axis int) (channels, inner int, err error) {
	if field < 0 || field >= len(types) || types[field].Dtype != graph.Float32 {
		return 0, 0, fmt.Errorf("data: field %d of %v, want one of float32", field, types)
	}
	s := types[field].Shape
	switch {
	case axis < -1 || axis >= s.Rank():
		return 0, 0, fmt.Errorf("data: axis %d of an example of %v", axis, types[field])
	case axis == -1:
		return 1, s.Size(), nil
	}
	return s.Dim(axis), s.Cut(axis+1, s.Rank()).Size(), nil
}

// Standardize returns d with a field normalised by moments as MomentsOf measured them along the same axis: x becomes (x − mean)/deviation,
// channel by channel, rounded once to float32. A channel that never changes is only shifted.
func Standardize(d Dataset, field, axis int, m Moments) (Dataset, error) {
	types := d.Types()
	channels, inner, err := channelsOf(types, field, axis)
	if err != nil {
		return nil, err
	}
	if len(m.Mean) != channels || len(m.Deviation) != channels {
		return nil, fmt.Errorf("data: moments of %d and %d channels for %d, of axis %d of %v", len(m.Mean), len(m.Deviation), channels, axis, types[field])
	}
	return Map(d, types, func(_ uint64, in, out []graph.Buffer) error {
		for k := range in {
			copy(out[k].Bytes(), in[k].Bytes())
		}
		x := graph.Data[float32](out[field])
		for i, v := range x {
			c := i / inner % channels
			scale := m.Deviation[c]
			if scale == 0 {
				scale = 1
			}
			x[i] = float32((float64(v) - m.Mean[c]) / scale)
		}
		return nil
	}), nil
}
