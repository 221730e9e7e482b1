package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/philox"
)

// Normal draws an array of float32s of the given sizes from the standard normal distribution, by the transform of Box & Muller (1958);
// none is beyond ±6.66.
//
// Each call is a draw of its own. Its bits are a function of the root seed and the step that the graph draws from (see Graph.SetRNG), of
// the number of the call, and of the index of the element: never of how the work is cut. There is no derivative; that of
// μ + σ·Normal with respect to μ and σ is what Add and Mul say. More than 2³⁴ elements are an error.
func Normal(g *graph.Graph, dims ...int) *graph.Node {
	return NormalOf(g, graph.T(graph.Float32, dims...))
}

// NormalOf is Normal for a type of either float dtype. Float64s reach ±8.57; there are at most 2³³ of them.
func NormalOf(g *graph.Graph, t graph.Type) *graph.Node {
	key, stream := g.Draw()
	return graph.Apply(normal{Of: t, Stream: stream}, key)
}

// normal draws a row of type Of for each key.
type normal struct {
	Of     graph.Type
	Stream int
}

func (normal) Name() string { return "normal" }

func (o normal) Infer(in []graph.Type) ([]graph.Type, error) { return inferDraw(o.Of, in[0]) }

func (normal) Work(_, out []graph.Type) graph.Work {
	return drawing(out[0], perBlock(out[0].Dtype), 256)
}

func (o normal) Eval(c *graph.Call) error {
	lots(c, c.In[0], o.Of.Shape.Size(), perBlock(o.Of.Dtype), o.Stream, drawNormal)
	return nil
}

func drawNormal(c *graph.Call, l lot) {
	if c.Out[0].Type.Dtype == graph.Float32 {
		philox.Normal32(graph.Data[float32](c.Out[0])[l.lo:l.hi], l.from, l.at)
	} else {
		philox.Normal64(graph.Data[float64](c.Out[0])[l.lo:l.hi], l.from, l.at)
	}
}

// Batch is the op itself, whose keys may have leading axes.
func (o normal) Batch(in []*graph.Node, _ []bool) []*graph.Node {
	return []*graph.Node{graph.Apply(o, in[0])}
}

func normalInfo() Info {
	op := func(of graph.Type) graph.Op { return normal{Of: of, Stream: 7} }
	return Info{Name: "Normal", Cases: drawCases(op), Bad: drawBad(op, NormalOf)}
}
