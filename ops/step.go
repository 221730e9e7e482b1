package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// Step returns 1 where x > 0, and 0 elsewhere, in the float dtype of x: it is the derivative of ReLU. Step of NaN is 0. Its own
// derivative is 0 where there is one, and by convention at the jump, so that no cotangent flows.
func Step(x *graph.Node) *graph.Node { return graph.Apply(step{}, x) }

type step struct{ Pointwise }

func (step) Name() string { return "step" }

func (step) Eval(c *graph.Call) error { return unary(c, vec.Step[float32], vec.Step[float64]) }

func (step) VJP(_, _ *graph.Node) []*graph.Node { return []*graph.Node{nil} }

func stepInfo() Info {
	return Info{Name: "Step", Order: 4, Cases: unaryCases(Step, Nonzero), Bad: unaryBad(Step)}
}
