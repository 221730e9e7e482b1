package graph_test

import (
	"testing"
	"time"

	"github.com/kedja-ml/kedja/graph"
)

// link is a stand-in for any op of one operand.
type link struct{ I int }

func (link) Name() string                                { return "link" }
func (link) Infer(in []graph.Type) ([]graph.Type, error) { return in, nil }

// million builds a million nodes in a row, and returns how many there are.
func million() int {
	g := graph.New(graph.Training)
	n := g.Input("x", graph.Float32, 2)
	for i := range 1_000_000 {
		n = graph.Apply(link{i % 7}, n)
	}
	return len(graph.Order([]*graph.Node{n}, nil)) - 1
}

// Building and ordering must not recurse, nor take longer for a node the more there are: with ten times the room of what the benchmark
// takes on a quiet machine.
func TestMillion(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	start := time.Now()
	if n := million(); n != 1_000_000 || time.Since(start) > 20*time.Second {
		t.Errorf("%d nodes in %v", n, time.Since(start))
	}
}

func BenchmarkMillion(b *testing.B) {
	for b.Loop() {
		if million() != 1_000_000 {
			b.Fatal("nodes are missing")
		}
	}
}
