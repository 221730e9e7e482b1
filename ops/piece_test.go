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
				var types, out []graph.Type
				for _, x := range n.In() {
					types = append(types, x.Type())
				}
				for _, r := range n.Results() {
					out = append(out, r.Type())
				}
				var piece func(task, tasks int) graph.Runs
				var tasks int
				var shape graph.Shape
				switch op := n.Op().(type) {
				case graph.Piecewise:
					tasks, shape = op.Work(types, out).Phases[0], types[0].Shape
					piece = func(task, tasks int) graph.Runs { return op.Piece(shape, task, tasks) }
				case graph.Yielding:
					w := op.Work(types, out)
					tasks, shape = w.Phases[1], out[0].Shape
					piece = func(task, tasks int) graph.Runs { return op.Yield(types, out[0], task, tasks) }
				default:
					continue
				}
				if tasks == 0 || piece(0, tasks).Count == 0 {
					continue
				}
				seen[n.Op().Name()]++
				touched := make([]int, shape.Size())
				for task := range tasks {
					r := piece(task, tasks)
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
	for name, least := range map[string]int{
		"softmax": 10, "layernorm": 10, "layernormaffine": 10, "rmsnorm": 10, "groupnorm": 10, "batchnorm": 10, "softmaxcrossentropy": 10, "matmul": 10,
		"conv": 2, "convdata": 2, // most cases are too small for tasks of whole images: their packages test that
	} {
		if seen[name] < least {
			t.Errorf("%s was seen %d times", name, seen[name])
		}
	}
}
