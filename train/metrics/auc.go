package metrics

import (
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"github.com/kedja-ml/kedja/graph"
)

// An AUC is the area under the receiver operating characteristic: the probability that an example of a class has a larger score for it than
// one that is not of it, equal scores counting half (Hanley & McNeil, Radiology 143, 1982). It is exact, by counting pairs in integers, and so
// keeps all scores: 8 bytes of each class and example.
//
// Of two classes, Positive is that of class 1. With more, each class is held against the rest by its probability, and Macro is the mean of
// the areas, Weighted weighs them by how often a class is the truth, Micro counts each pair of example and class as an example. The value is
// NaN where a class has no example, or all.
type AUC struct {
	classes Classes
	average Average
	scores  []float64 // width numbers for each example
	labels  []int32
}

// NewAUC keeps scores from the first batch on.
func NewAUC(c Classes, a Average) *AUC { return &AUC{classes: c, average: a} }

// width is how many scores an example keeps.
func (m *AUC) width() int {
	if m.average == Positive {
		return 1
	}
	return m.classes.N
}

// Add keeps the scores of a batch.
func (m *AUC) Add(predictions, targets graph.Buffer) error {
	if m.average == Positive && m.classes.N != 2 {
		return fmt.Errorf("metrics: AUC of the positive of %d classes, want 2, or an average", m.classes.N)
	}
	return m.classes.each(predictions, targets, func(row []float64, label int) {
		m.labels = append(m.labels, int32(label))
		switch {
		case m.average != Positive:
			m.scores = append(m.scores, m.classes.probabilities(row)...)
		case len(row) == 1:
			m.scores = append(m.scores, row[0])
		case m.classes.Of == Logits:
			m.scores = append(m.scores, row[1]-row[0])
		default:
			m.scores = append(m.scores, row[1])
		}
	})
}

// probabilities of all N classes.
func (c Classes) probabilities(row []float64) []float64 {
	p := make([]float64, c.N)
	switch {
	case len(row) == 1 && c.Of == Logits:
		p[0], p[1] = 1/(1+math.Exp(row[0])), 1/(1+math.Exp(-row[0]))
	case len(row) == 1:
		p[0], p[1] = 1-row[0], row[0]
	case c.Of == Logits:
		most, rest := largest(row)
		for j, z := range row {
			p[j] = math.Exp(z-most) / (1 + rest)
		}
	default:
		copy(p, row)
	}
	return p
}

// Value counts pairs.
func (m *AUC) Value() float64 {
	n, width := len(m.labels), m.width()
	truth := make([]int, m.classes.N)
	for _, l := range m.labels {
		truth[l]++
	}
	if m.average == Positive || m.average == Micro {
		pairs := make([]scored, 0, n*width)
		for i, l := range m.labels {
			for j := range width { // one score is that of class 1 of 2
				pairs = append(pairs, scored{m.scores[i*width+j], int(l) == j+m.classes.N-width})
			}
		}
		return area(pairs)
	}
	var s, weight float64
	pairs := make([]scored, n)
	for c := range m.classes.N {
		for i, l := range m.labels {
			pairs[i] = scored{m.scores[i*width+c], int(l) == c}
		}
		w := 1.0
		if m.average == Weighted {
			w = float64(truth[c])
		}
		s, weight = s+w*area(pairs), weight+w
	}
	return s / weight
}

type scored struct {
	score float64
	is    bool
}

// area sorts the pairs.
func area(pairs []scored) float64 {
	slices.SortFunc(pairs, func(a, b scored) int { return cmp.Compare(a.score, b.score) })
	var won, below, positives uint64 // won: twice the pairs where the positive has more
	for i := 0; i < len(pairs); {
		var is, not uint64
		j := i
		for ; j < len(pairs) && cmp.Compare(pairs[j].score, pairs[i].score) == 0; j++ {
			if pairs[j].is {
				is++
			} else {
				not++
			}
		}
		won += is * (2*below + not)
		below, positives, i = below+not, positives+is, j
	}
	return float64(won) / (2 * float64(positives) * float64(below))
}

// Reset forgets all scores.
func (m *AUC) Reset() { m.scores, m.labels = m.scores[:0], m.labels[:0] }

// Merge takes the scores of another AUC.
func (m *AUC) Merge(from Metric) error {
	o, err := other(m, from)
	if err != nil {
		return err
	}
	if o.average != m.average {
		return fmt.Errorf("metrics: averages %d and %d of AUC cannot be merged", m.average, o.average)
	}
	if err := m.classes.same(o.classes); err != nil {
		return err
	}
	m.scores, m.labels = append(m.scores, o.scores...), append(m.labels, o.labels...)
	return nil
}

type savedAUC struct {
	Scores string // base64 of float64, little-endian
	Labels []int32
}

// MarshalJSON writes all scores.
func (m *AUC) MarshalJSON() ([]byte, error) {
	var b []byte
	for _, v := range m.scores {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	}
	return json.Marshal(savedAUC{base64.StdEncoding.EncodeToString(b), m.labels})
}

// UnmarshalJSON reads them.
func (m *AUC) UnmarshalJSON(b []byte) error {
	var s savedAUC
	if err := decode(b, &s); err != nil {
		return err
	}
	raw, err := base64.StdEncoding.DecodeString(s.Scores)
	if err != nil || len(raw) != 8*m.width()*len(s.Labels) {
		return fmt.Errorf("metrics: %d bytes of scores for %d labels, want %d each", len(raw), len(s.Labels), 8*m.width())
	}
	for i, l := range s.Labels {
		if l < 0 || int(l) >= m.classes.N {
			return fmt.Errorf("metrics: label %d of example %d, want 0 to %d", l, i, m.classes.N-1)
		}
	}
	m.labels, m.scores = s.Labels, make([]float64, len(raw)/8)
	for i := range m.scores {
		m.scores[i] = math.Float64frombits(binary.LittleEndian.Uint64(raw[8*i:]))
	}
	return nil
}
