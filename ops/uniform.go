package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/philox"
)

// Uniform draws an array of float32s of the given sizes from the uniform distribution on [0, 1): multiples of 2⁻²⁴.
//
// Each call is a draw of its own. Its bits are a function of the root seed and the step that the graph draws from (see Graph.SetRNG), of
// the number of the call, and of the index of the element: never of how the work is cut. There is no derivative. More than 2³⁴
// elements are an error.
func Uniform(g *graph.Graph, dims ...int) *graph.Node {
	return UniformOf(g, graph.T(graph.Float32, dims...))
}

// UniformOf is Uniform for a type of either float dtype. Float64s are multiples of 2⁻⁵³; there are at most 2³³ of them.
func UniformOf(g *graph.Graph, t graph.Type) *graph.Node {
	key, stream := g.Draw()
	return graph.Apply(uniform{Of: t, Stream: stream}, key)
}

// uniform draws a row of type Of for each key.
type uniform struct {
	Of     graph.Type
	Stream int
}

func (uniform) Name() string { return "uniform" }

func (o uniform) Infer(in []graph.Type) ([]graph.Type, error) { return inferDraw(o.Of, in[0]) }

func (uniform) Work(_, out []graph.Type) graph.Work {
	return drawing(out[0], perBlock(out[0].Dtype), 64)
}

func (o uniform) Eval(c *graph.Call) error {
	lots(c, c.In[0], o.Of.Shape.Size(), perBlock(o.Of.Dtype), o.Stream, drawUniform)
	return nil
}

func drawUniform(c *graph.Call, l lot) {
	if c.Out[0].Type.Dtype == graph.Float32 {
		philox.Uniform32(graph.Data[float32](c.Out[0])[l.lo:l.hi], l.from, l.at)
	} else {
		philox.Uniform64(graph.Data[float64](c.Out[0])[l.lo:l.hi], l.from, l.at)
	}
}

// Batch is the op itself, whose keys may have leading axes.
func (o uniform) Batch(in []*graph.Node, _ []bool) []*graph.Node {
	return []*graph.Node{graph.Apply(o, in[0])}
}

func uniformInfo() Info {
	op := func(of graph.Type) graph.Op { return uniform{Of: of, Stream: 7} }
	return Info{Name: "Uniform", Cases: drawCases(op), Bad: drawBad(op, UniformOf)}
}
