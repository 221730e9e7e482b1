package metrics

import (
	"encoding/json"
	"fmt"
	"math"

	"github.com/kedja-ml/kedja/graph"
)

// A Calibration compares how sure predictions are with how often they are right: its Value is the expected calibration error,
//
//	ECE = Σ_b n_b/n · |accuracy of bin b − mean confidence of bin b|
//
// where the confidence is the probability of the predicted class, and bin b of B holds those in (b/B, (b+1)/B], the first one 0 too
// (Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, equation 3). It depends on B: state it with the value.
type Calibration struct {
	classes Classes
	bins    []bin
}

type bin struct {
	N, Right   int
	Confidence sum
}

// A Bin is what a Calibration found for confidences in (Low, High].
type Bin struct {
	Low, High            float64
	N                    int
	Confidence, Accuracy float64 // means, NaN if N is 0
}

// NewCalibration sorts into so many bins, at least one; 15 is usual.
func NewCalibration(c Classes, bins int) *Calibration {
	return &Calibration{c, make([]bin, max(1, bins))}
}

// Add sorts a batch.
func (m *Calibration) Add(predictions, targets graph.Buffer) error {
	return m.classes.each(predictions, targets, func(row []float64, label int) {
		best := m.classes.best(row)
		p := m.classes.probabilities(row)[best]
		n := len(m.bins)
		k := int(math.Ceil(p*float64(n))) - 1
		for k > 0 && p <= float64(k)/float64(n) { // the product is rounded, the edge decides
			k--
		}
		for k >= 0 && k < n-1 && p > float64(k+1)/float64(n) {
			k++
		}
		b := &m.bins[min(max(k, 0), n-1)] // a NaN falls into the first
		b.N++
		if best == label {
			b.Right++
		}
		b.Confidence.add(p)
	})
}

// Bins returns what a reliability diagram shows.
func (m *Calibration) Bins() []Bin {
	out := make([]Bin, len(m.bins))
	for k := range m.bins {
		b, n := &m.bins[k], float64(len(m.bins))
		out[k] = Bin{float64(k) / n, float64(k+1) / n, b.N, b.Confidence.mean(b.N), float64(b.Right) / float64(b.N)}
	}
	return out
}

// Value is the expected calibration error.
func (m *Calibration) Value() float64 {
	n, s := 0, 0.0
	for k := range m.bins {
		b := &m.bins[k]
		n += b.N
		s += math.Abs(float64(b.Right) - b.Confidence.value())
	}
	return s / float64(n)
}

// Reset empties the bins.
func (m *Calibration) Reset() { clear(m.bins) }

// Merge adds the bins of another Calibration.
func (m *Calibration) Merge(from Metric) error {
	o, err := other(m, from)
	if err != nil {
		return err
	}
	if len(o.bins) != len(m.bins) {
		return fmt.Errorf("metrics: %d bins cannot be merged with %d", len(m.bins), len(o.bins))
	}
	if err := m.classes.same(o.classes); err != nil {
		return err
	}
	for k := range m.bins {
		b, from := &m.bins[k], &o.bins[k]
		b.N, b.Right = b.N+from.N, b.Right+from.Right
		b.Confidence.merge(&from.Confidence)
	}
	return nil
}

// MarshalJSON writes the bins.
func (m *Calibration) MarshalJSON() ([]byte, error) {
	bins := make([]*bin, len(m.bins))
	for k := range m.bins {
		bins[k] = &m.bins[k]
	}
	return json.Marshal(bins)
}

// UnmarshalJSON reads them.
func (m *Calibration) UnmarshalJSON(b []byte) error {
	var bins []bin
	if err := decode(b, &bins); err != nil {
		return err
	}
	if len(bins) != len(m.bins) {
		return fmt.Errorf("metrics: %d bins, want %d", len(bins), len(m.bins))
	}
	m.bins = bins
	return nil
}
