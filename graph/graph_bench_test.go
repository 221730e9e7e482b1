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

// row builds so many nodes in a row, and returns how many there are.
func row(length int) int {
	g := graph.New(graph.Training)
	n := g.Input("x", graph.Float32, 2)
	for i := range length {
		n = graph.Apply(link{i % 7}, n)
	}
	return len(graph.Order([]*graph.Node{n}, nil)) - 1
}

// Building and ordering must not recurse, nor take longer for a node the more there are: ten times as many take ten times as long, and a
// hundred times if each looked at all others. What other programs do lies between.
func TestMillion(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	took := func(length int) time.Duration {
		start := time.Now()
		if n := row(length); n != length {
			t.Fatalf("%d nodes of %d", n, length)
		}
		return time.Since(start)
	}
	tenth := min(took(100_000), took(100_000), took(100_000))
	if all := took(1_000_000); all > 50*tenth {
		t.Errorf("1,000,000 nodes took %v, 100,000 took %v", all, tenth)
	}
}

func BenchmarkMillion(b *testing.B) {
	for b.Loop() {
		if row(1_000_000) != 1_000_000 {
			b.Fatal("nodes are missing")
		}
	}
}
