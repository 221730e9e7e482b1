package metrics_test

import (
	"compress/gzip"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/train/metrics"
)

type array struct {
	T string    `json:"t"`
	S []int     `json:"s"`
	V []float64 `json:"v"`
}

// rows returns some of the rows.
func (a array) rows(of []int, d graph.Dtype) graph.Buffer {
	n := len(a.V) / a.S[0]
	var v []float64
	for _, i := range of {
		v = append(v, a.V[i*n:(i+1)*n]...)
	}
	dims := append([]int{len(of)}, a.S[1:]...)
	switch d {
	case graph.Int32:
		return graph.BufferOf(convert[int32](v), dims...)
	case graph.Float32:
		return graph.BufferOf(convert[float32](v), dims...)
	}
	return graph.BufferOf(v, dims...)
}

func convert[T int32 | float32](v []float64) []T {
	out := make([]T, len(v))
	for i, x := range v {
		out[i] = T(x)
	}
	return out
}

type golden struct {
	Note, Of             string
	Classes              int
	Ignore               []int
	Values               map[string]float64
	Predictions, Targets array
}

func (g golden) metric(t *testing.T, name string) metrics.Metric {
	c := metrics.Classes{N: g.Classes, Ignore: g.Ignore}
	if g.Of == "probabilities" {
		c.Of = metrics.Probabilities
	}
	m, err := metrics.New(name, c)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// add gives the rows in batches of the given size.
func (g golden) add(t *testing.T, m metrics.Metric, rows []int, batch int, d graph.Dtype) {
	of := d
	if g.Targets.T == "i32" {
		of = graph.Int32
	}
	for b := range slices.Chunk(rows, batch) {
		if err := m.Add(g.Predictions.rows(b, d), g.Targets.rows(b, of)); err != nil {
			t.Fatal(err)
		}
	}
}

func goldens(t *testing.T) (cases []golden) {
	f, err := os.Open("testdata/sklearn.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err == nil {
		err = json.NewDecoder(z).Decode(&cases)
	}
	if err != nil || len(cases) < 20 {
		t.Fatal(len(cases), err)
	}
	return cases
}

func TestParity(t *testing.T) {
	seen := map[string]bool{}
	for _, g := range goldens(t) {
		for name, value := range g.Values {
			seen[name] = true
			g.check(t, name, value)
		}
	}
	if len(seen) != 26 {
		t.Errorf("%d metrics have goldens", len(seen))
	}
}

func (g golden) check(t *testing.T, name string, value float64) {
	all := make([]int, g.Predictions.S[0])
	for i := range all {
		all[i] = i
	}
	m := g.metric(t, name)
	g.add(t, m, all, len(all), graph.Float64)
	want := m.Value()
	if !(math.Abs(want-value) <= 1e-12*max(1, math.Abs(value))) {
		t.Errorf("%s of %d classes %s %s: %.17g, scikit-learn has %.17g", name, g.Classes, g.Of, g.Note, want, value)
	}
	if g.Of == "logits" { // which float32 holds
		m := g.metric(t, name)
		g.add(t, m, all, 13, graph.Float32)
		if m.Value() != want {
			t.Errorf("%s %s: float32 gives %v, float64 %v", name, g.Note, m.Value(), want)
		}
	}

	// The same bits for any batches, order and division, and after saving in between.
	r := rand.New(rand.NewPCG(1, 2))
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	cut := len(all) / 3
	a, b := g.metric(t, name), g.metric(t, name)
	b.Reset()
	g.add(t, a, all[:cut], 7, graph.Float64)
	g.add(t, b, all[cut:], 5, graph.Float64)
	text, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	a = g.metric(t, name)
	if err := json.Unmarshal(text, a); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if err := a.Merge(b); err != nil {
		t.Fatal(err)
	}
	if a.Value() != want {
		t.Errorf("%s %s: %v in parts, %v at once", name, g.Note, a.Value(), want)
	}
	a.Reset()
	g.add(t, a, all, len(all), graph.Float64)
	if a.Value() != want {
		t.Errorf("%s %s: %v after Reset, %v before", name, g.Note, a.Value(), want)
	}
}
