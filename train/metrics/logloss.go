package metrics

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/kedja-ml/kedja/graph"
)

// A Mean is a mean over examples, or what a function makes of it: log loss, perplexity and the errors of numbers.
type Mean struct {
	name  string
	add   func(m *Mean, predictions, targets graph.Buffer) error
	of    func(mean float64) float64
	class Classes
	sum   sum
	n     int
}

// NewLogLoss measures the mean of −ln p of the true class, in nats. Of logits that is ln Σ exp(z) − z, without overflow. Probabilities are
// first moved into [ε, 1−ε], with ε the distance from 1 to the next number of their dtype, as scikit-learn does.
func NewLogLoss(c Classes) *Mean {
	return &Mean{name: "log loss", class: c, add: addLogLoss, of: same}
}

// NewPerplexity measures exp of the log loss. Of a language model, predictions are [..., tokens, vocabulary] and Ignore leaves out padding.
func NewPerplexity(c Classes) *Mean {
	return &Mean{name: "perplexity", class: c, add: addLogLoss, of: math.Exp}
}

func addLogLoss(m *Mean, predictions, targets graph.Buffer) error {
	eps := 0x1p-52
	if predictions.Type.Dtype == graph.Float32 {
		eps = 0x1p-23
	}
	return m.class.each(predictions, targets, func(row []float64, label int) {
		m.n++
		m.sum.add(m.class.surprise(row, label, eps))
	})
}

// surprise is −ln p of a label.
func (c Classes) surprise(row []float64, label int, eps float64) float64 {
	one := len(row) == 1
	if c.Of == Logits {
		if !one {
			most, rest := largest(row)
			return most - row[label] + math.Log1p(rest)
		}
		z := row[0] // ln(1 + exp(−z)) for class 1
		if label == 0 {
			z = -z
		}
		return max(-z, 0) + math.Log1p(math.Exp(-math.Abs(z)))
	}
	p := row[min(label, len(row)-1)]
	p = min(max(p, eps), 1-eps) // before 1 − p, as in scikit-learn
	if one && label == 0 {
		p = 1 - p
	}
	return -math.Log(p)
}

// Add takes a batch.
func (m *Mean) Add(predictions, targets graph.Buffer) error { return m.add(m, predictions, targets) }

// Value is the mean, or what is made of it.
func (m *Mean) Value() float64 { return m.of(m.sum.mean(m.n)) }

// Reset forgets all examples.
func (m *Mean) Reset() { m.sum, m.n = sum{}, 0 }

// Merge adds the sum of another metric of the same kind.
func (m *Mean) Merge(from Metric) error {
	o, err := other(m, from)
	if err != nil {
		return err
	}
	if o.name != m.name {
		return fmt.Errorf("metrics: %s cannot be merged with %s", m.name, o.name)
	}
	if err := m.class.same(o.class); err != nil {
		return err
	}
	m.sum.merge(&o.sum)
	m.n += o.n
	return nil
}

type savedMean struct {
	Sum *sum
	N   int
}

// MarshalJSON writes the sum and the number of examples.
func (m *Mean) MarshalJSON() ([]byte, error) { return json.Marshal(savedMean{&m.sum, m.n}) }

// UnmarshalJSON reads them.
func (m *Mean) UnmarshalJSON(b []byte) error {
	s := savedMean{Sum: &sum{}}
	if err := decode(b, &s); err != nil {
		return err
	}
	if s.N < 0 || s.Sum == nil {
		return errors.New("metrics: not a sum and a number of examples")
	}
	m.sum, m.n = *s.Sum, s.N
	return nil
}
