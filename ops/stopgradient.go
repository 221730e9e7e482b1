package ops

import "github.com/kedja-ml/kedja/graph"

// StopGradient returns x, of any type, through which no cotangent flows: its derivative counts as 0.
func StopGradient(x *graph.Node) *graph.Node { return graph.Apply(stopGradient{}, x) }

type stopGradient struct{ identity }

func (stopGradient) Name() string { return "stopgradient" }

func (stopGradient) VJP(_, _ *graph.Node) []*graph.Node { return []*graph.Node{nil} }

func (o stopGradient) Batch(in []*graph.Node, _ []bool) []*graph.Node {
	return []*graph.Node{graph.Apply(o, in[0])}
}

// Simplify drops it: who runs a graph has no use for it, and it would part a chain of pointwise ops.
func (stopGradient) Simplify(n *graph.Node) *graph.Node { return n.In()[0] }

func stopGradientInfo() Info {
	return Info{Name: "StopGradient", Cases: unaryCases(StopGradient, Real)}
}
