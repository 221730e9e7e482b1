package graph_test

import (
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

func inner(x *graph.Node) *graph.Node { return ops.Tanh(x) }

func outer(x *graph.Node) *graph.Node { return inner(x) }

// Innermost first; a node that takes another's origin has its stack, too; an endless recursion's outer end is cut.
func TestStack(t *testing.T) {
	g := graph.New(graph.Training)
	y := outer(g.Input("x", graph.Float32, 2))
	var names []string
	for _, f := range y.Stack() {
		names = append(names, f.Function[strings.LastIndexByte(f.Function, '.')+1:])
	}
	if got := strings.Join(names, " "); !strings.Contains(got, "Tanh inner outer TestStack tRunner") {
		t.Error(got)
	}
	done := g.As(y)
	z := ops.Exp(y)
	done()
	if len(z.Stack()) != len(y.Stack()) {
		t.Errorf("%d frames, want %d", len(z.Stack()), len(y.Stack()))
	}
	var deep func(n int) *graph.Node
	deep = func(n int) *graph.Node {
		if n == 0 {
			return ops.Sin(y)
		}
		return deep(n - 1)
	}
	if n := len(deep(100).Stack()); n < 10 || n > 100 {
		t.Errorf("%d frames", n)
	}
}
