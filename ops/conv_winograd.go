package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/conv"
	"github.com/kedja-ml/kedja/internal/kernel/winograd"
)

// winogradConv is a convolution in tiles of Tile×Tile results, by Winograd's algorithm: the same but for rounding, within the bound that
// package winograd states. Executors choose it by Round, when gradients are nodes already.
type winogradConv struct {
	Of   finishedConv
	Tile int
}

// Round chooses tiles from shapes alone.
func (o convolution) Round(n *graph.Node, allowed graph.Rounding) *graph.Node {
	return finishedConv{Of: o}.Round(n, allowed)
}

func (o finishedConv) Round(n *graph.Node, allowed graph.Rounding) *graph.Node {
	if n.Type().Dtype != graph.Float32 || allowed == graph.Exact {
		return nil
	}
	m := winograd.Choose(o.Of.form(o.Of.shapes([]graph.Type{n.In()[0].Type(), n.In()[1].Type()})), conv.Role(o.Of.Out), allowed == graph.Loose)
	if m == 0 {
		return nil
	}
	return graph.Apply(winogradConv{o, m}, n.In()...)
}

func (o winogradConv) Name() string {
	if o.Tile == 4 {
		return "winograd4"
	}
	return "winograd2"
}

func (o winogradConv) Infer(in []graph.Type) ([]graph.Type, error) { return o.Of.Infer(in) }

func (o winogradConv) Work(in, _ []graph.Type) graph.Work {
	w := winograd.Work(o.Of.Of.form(o.Of.Of.shapes(in[:2])), conv.Role(o.Of.Of.Out), o.Tile)
	return graph.Work{Phases: w.Phases, Scratch: 4 * w.Scratch, Local: 4 * w.Local}
}

func (o winogradConv) Eval(c *graph.Call) error {
	f := o.Of.Of
	var data [3][]float32
	var shapes [3]graph.Shape
	data[f.Out], shapes[f.Out] = graph.Data[float32](c.Out[0]), f.To
	for i, r := range f.Out.others() {
		data[r], shapes[r] = graph.Data[float32](c.In[i]), c.In[i].Type.Shape
	}
	winograd.Run(f.form(shapes), conv.Role(f.Out), o.Tile, c.Phase, c.Task, data[roleX], data[roleW], data[roleY], biasOf[float32](c), o.Of.ReLU,
		elements[float32](c.Scratch), elements[float32](c.Local))
	return nil
}

// Flops are those of the definition, so that rates can be compared.
func (o winogradConv) Flops(in, out []graph.Type) int64 { return o.Of.Flops(in, out) }

func (o winogradConv) Define(in []*graph.Node) []*graph.Node { return o.Of.Define(in) }
