package ops

import "github.com/kedja-ml/kedja/graph"

// Barrier returns x, of any type, but nothing built on it is merged with what is built on x: that is how a value is computed twice
// instead of being kept. Its derivative is the identity.
func Barrier(x *graph.Node) *graph.Node {
	if !x.Valid() {
		return x
	}
	return graph.Apply(barrier{N: x.Graph().Fresh()}, x)
}

// barrier is told from others by its number.
type barrier struct {
	identity
	N int
}

func (barrier) Name() string { return "barrier" }

func (barrier) VJP(_, dy *graph.Node) []*graph.Node { return []*graph.Node{dy} }

func (o barrier) Batch(in []*graph.Node, _ []bool) []*graph.Node {
	return []*graph.Node{graph.Apply(o, in[0])}
}

func barrierInfo() Info {
	return Info{Name: "Barrier", Order: 4, Cases: unaryCases(Barrier, Real)}
}
