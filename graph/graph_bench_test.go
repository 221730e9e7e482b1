package graph_test

import (
	"testing"

	"github.com/kedja-ml/kedja/graph"
)

// link is a stand-in for any op of one operand.
type link struct{ I int }

func (link) Name() string                                { return "link" }
func (link) Infer(in []graph.Type) ([]graph.Type, error) { return in, nil }

// A million nodes in a row: building, ordering, printing and verifying must not recurse.
func BenchmarkMillion(b *testing.B) {
	for b.Loop() {
		g := graph.New(graph.Training)
		n := g.Input("x", graph.Float32, 2)
		for i := range 1_000_000 {
			n = graph.Apply(link{i % 7}, n)
		}
		if len(graph.Order([]*graph.Node{n}, nil)) != 1_000_001 {
			b.Fatal("nodes are missing")
		}
	}
}
