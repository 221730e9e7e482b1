package metrics

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"github.com/kedja-ml/kedja/graph"
)

// A Confusion counts examples by true and by predicted class. Its Value is the accuracy.
type Confusion struct {
	classes Classes
	counts  []int // N rows by truth, of N columns by prediction
}

// NewConfusion counts from 0 on.
func NewConfusion(c Classes) *Confusion { return &Confusion{c, make([]int, max(0, c.N)*max(0, c.N))} }

// Add counts a batch.
func (m *Confusion) Add(predictions, targets graph.Buffer) error {
	return m.classes.each(predictions, targets, func(row []float64, label int) {
		m.counts[label*m.classes.N+m.classes.best(row)]++
	})
}

// Counts returns how often class i was taken for class j, as row i and column j.
func (m *Confusion) Counts() [][]int {
	rows := make([][]int, m.classes.N)
	for i := range rows {
		rows[i] = slices.Clone(m.counts[i*m.classes.N : (i+1)*m.classes.N])
	}
	return rows
}

// totals are, for each class, how often it was right, how often it was predicted, and how often it was the truth.
func (m *Confusion) totals() (right, predicted, truth []int) {
	n := m.classes.N
	right, predicted, truth = make([]int, n), make([]int, n), make([]int, n)
	for i := range n {
		right[i] = m.counts[i*n+i]
		for j := range n {
			predicted[j] += m.counts[i*n+j]
			truth[i] += m.counts[i*n+j]
		}
	}
	return right, predicted, truth
}

// Value is the share of examples on the diagonal.
func (m *Confusion) Value() float64 {
	right, _, truth := m.totals()
	return float64(total(right)) / float64(total(truth))
}

func total(n []int) (s int) {
	for _, v := range n {
		s += v
	}
	return s
}

// Reset forgets all examples.
func (m *Confusion) Reset() { clear(m.counts) }

// Merge adds the counts of another Confusion.
func (m *Confusion) Merge(from Metric) error {
	o, err := other(m, from)
	if err != nil {
		return err
	}
	return m.merge(o)
}

func (m *Confusion) merge(o *Confusion) error {
	if err := m.classes.same(o.classes); err != nil {
		return err
	}
	for i, n := range o.counts {
		m.counts[i] += n
	}
	return nil
}

// MarshalJSON writes the counts.
func (m *Confusion) MarshalJSON() ([]byte, error) { return json.Marshal(m.counts) }

// UnmarshalJSON reads them.
func (m *Confusion) UnmarshalJSON(b []byte) error {
	var counts []int
	if err := decode(b, &counts); err != nil {
		return err
	}
	if len(counts) != len(m.counts) || slices.ContainsFunc(counts, func(n int) bool { return n < 0 }) {
		return fmt.Errorf("metrics: %d counts, want %d for %d classes, none negative", len(counts), len(m.counts), m.classes.N)
	}
	m.counts = counts
	return nil
}

// An Average makes one number of those of several classes.
type Average int

const (
	// Positive is the number of class 1 of two classes, no average.
	Positive Average = iota
	// Micro counts over all classes first. Of precision, recall and F1 that is the accuracy.
	Micro
	// Macro is the mean over the classes that are the truth or the prediction of any example.
	Macro
	// Weighted is the mean over classes, each weighed by how often it is the truth.
	Weighted
)

// A PerClass is precision, recall or F1, for the counts of a Confusion: with TP examples of a class that were taken for it, FP others
// that were, and FN of it that were not,
//
//	precision = TP / (TP + FP)    recall = TP / (TP + FN)    F1 = 2·TP / (2·TP + FP + FN)
//
// and 0 where the divisor is 0. See van Rijsbergen, "Information Retrieval", 1979, chapter 7.
type PerClass struct {
	Confusion
	average Average
	of      func(right, predicted, truth int) (above, below int)
	name    string
}

// NewPrecision measures how many of those taken for a class are of it. Positive wants two classes; so do NewRecall and NewF1.
func NewPrecision(c Classes, a Average) *PerClass {
	return &PerClass{*NewConfusion(c), a, func(right, predicted, _ int) (int, int) { return right, predicted }, "precision"}
}

// NewRecall measures how many of a class are taken for it. Its macro average is also called balanced accuracy.
func NewRecall(c Classes, a Average) *PerClass {
	return &PerClass{*NewConfusion(c), a, func(right, _, truth int) (int, int) { return right, truth }, "recall"}
}

// NewF1 measures the harmonic mean of precision and recall.
func NewF1(c Classes, a Average) *PerClass {
	return &PerClass{*NewConfusion(c), a, func(right, predicted, truth int) (int, int) { return 2 * right, predicted + truth }, "F1"}
}

// Values returns the number of each class.
func (m *PerClass) Values() []float64 {
	right, predicted, truth := m.totals()
	v := make([]float64, len(right))
	for i := range v {
		if above, below := m.of(right[i], predicted[i], truth[i]); below > 0 {
			v[i] = float64(above) / float64(below)
		}
	}
	return v
}

// Add counts a batch.
func (m *PerClass) Add(predictions, targets graph.Buffer) error {
	if m.average == Positive && m.classes.N != 2 {
		return fmt.Errorf("metrics: %s of the positive of %d classes, want 2, or an average", m.name, m.classes.N)
	}
	return m.Confusion.Add(predictions, targets)
}

// Value is the average.
func (m *PerClass) Value() float64 {
	right, predicted, truth := m.totals()
	n := total(truth)
	if n == 0 {
		return math.NaN()
	}
	v := m.Values()
	var s, weight float64
	for i := range v {
		w := 0.0
		switch {
		case m.average == Positive && i == 1, m.average == Macro && predicted[i]+truth[i] > 0:
			w = 1
		case m.average == Weighted:
			w = float64(truth[i])
		}
		s, weight = s+w*v[i], weight+w
	}
	if m.average == Micro {
		above, below := m.of(total(right), total(predicted), n)
		return float64(above) / float64(below)
	}
	return s / weight
}

// Merge adds the counts of another metric of the same kind and average.
func (m *PerClass) Merge(from Metric) error {
	o, err := other(m, from)
	if err != nil {
		return err
	}
	if o.name != m.name || o.average != m.average {
		return fmt.Errorf("metrics: %s cannot be merged with %s, or averages differ", m.name, o.name)
	}
	return m.merge(&o.Confusion)
}
