package ops_test

import (
	"testing"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// The pieces of the tasks of every op that has such make up the whole, without overlap.
func TestPieces(t *testing.T) {
	seen := map[string]int{}
	for _, info := range ops.All() {
		for _, c := range info.Cases {
			g := graph.New(graph.Training)
			var in []*graph.Node
			for _, o := range c.In {
				in = append(in, g.Input("x", o.Dtype, o.Shape.Dims()...))
			}
			for _, n := range graph.Order(c.F(in), nil) {
				op, ok := n.Op().(graph.Piecewise)
				if !ok {
					continue
				}
				var types, out []graph.Type
				for _, x := range n.In() {
					types = append(types, x.Type())
				}
				for _, r := range n.Results() {
					out = append(out, r.Type())
				}
				seen[n.Op().Name()]++
				tasks, shape := op.Work(types, out).Phases[0], types[0].Shape
				touched := make([]int, shape.Size())
				for task := range tasks {
					r := op.Piece(shape, task, tasks)
					for i := range r.Count {
						for k := range r.Len {
							touched[r.At+i*r.Apart+k]++
						}
					}
				}
				for i, times := range touched {
					if times != 1 {
						t.Fatalf("%s %v: element %d is touched by %d of %d tasks", n.Op().Name(), shape, i, times, tasks)
					}
				}
			}
		}
	}
	for _, name := range []string{"softmax", "layernorm", "layernormaffine", "rmsnorm", "groupnorm", "batchnorm", "softmaxcrossentropy"} {
		if seen[name] < 10 {
			t.Errorf("%s was seen %d times", name, seen[name])
		}
	}
}
