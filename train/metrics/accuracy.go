package metrics

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// A TopK is the share of examples whose class is among the K with the largest scores.
type TopK struct {
	classes  Classes
	k        int
	right, n int
}

// NewAccuracy measures the share of examples whose class is the predicted one.
func NewAccuracy(c Classes) *TopK { return NewTopK(c, 1) }

// NewTopK counts an example as right where less than k other classes come before its own: those with a larger score, and of equal scores
// those of a lower number.
func NewTopK(c Classes, k int) *TopK { return &TopK{classes: c, k: k} }

// Add counts a batch.
func (m *TopK) Add(predictions, targets graph.Buffer) error {
	if m.k < 1 || m.k > m.classes.N {
		return fmt.Errorf("metrics: the top %d of %d classes", m.k, m.classes.N)
	}
	return m.classes.each(predictions, targets, func(row []float64, label int) {
		m.n++
		if m.k == m.classes.N || m.k == 1 && m.classes.best(row) == label || m.k > 1 && before(row, label) < m.k {
			m.right++
		}
	})
}

// before counts the classes that are predicted rather than label.
func before(row []float64, label int) (n int) {
	mine := row[label]
	for j, v := range row {
		if c := cmp.Compare(v, mine); c > 0 || c == 0 && j < label { // which puts NaN below all others
			n++
		}
	}
	return n
}

// Value is the share.
func (m *TopK) Value() float64 { return float64(m.right) / float64(m.n) }

// Reset forgets all examples.
func (m *TopK) Reset() { m.right, m.n = 0, 0 }

// Merge adds the counts of another TopK.
func (m *TopK) Merge(from Metric) error {
	o, err := other(m, from)
	if err != nil {
		return err
	}
	if o.k != m.k {
		return fmt.Errorf("metrics: the top %d cannot be merged with the top %d", m.k, o.k)
	}
	if err := m.classes.same(o.classes); err != nil {
		return err
	}
	m.right, m.n = m.right+o.right, m.n+o.n
	return nil
}

type savedTopK struct{ Right, N int }

// MarshalJSON writes the counts.
func (m *TopK) MarshalJSON() ([]byte, error) { return json.Marshal(savedTopK{m.right, m.n}) }

// UnmarshalJSON reads them.
func (m *TopK) UnmarshalJSON(b []byte) error {
	var s savedTopK
	if err := decode(b, &s); err != nil {
		return err
	}
	if s.Right < 0 || s.Right > s.N {
		return errors.New("metrics: not the counts of a share")
	}
	m.right, m.n = s.Right, s.N
	return nil
}
