package ops

import "github.com/kedja-ml/kedja/graph"

// Tap returns x, of any type, and hands its value to f while the graph runs, once a run, from any goroutine. The buffer is the
// executor's: f must neither change nor keep it. A tap whose result nothing needs does not run, and one runs again when the cause of a
// NaN is looked for. The derivative is the identity. Under vmap, f sees all rows at once. A nil f is an error.
func Tap(x *graph.Node, f func(graph.Buffer)) *graph.Node {
	if f == nil {
		return x.Graph().Failf("tap %s %v: want a function, not nil", x.Called(), x.Shape())
	}
	return graph.Apply(tap{F: &f}, x)
}

// tap is told from others by the address of its function, which is not comparable itself.
type tap struct{ F *func(graph.Buffer) }

func (tap) Name() string  { return "tap" }
func (tap) Label() string { return "tap" }

func (tap) Infer(in []graph.Type) ([]graph.Type, error) { return in[:1], nil }

// Eval is not pointwise, or f would see the array in parts.
func (o tap) Eval(c *graph.Call) error {
	copy(c.Out[0].Bytes(), c.In[0].Bytes())
	(*o.F)(c.Out[0])
	return nil
}

// Observes keeps a tap on a constant from being computed ahead.
func (tap) Observes() {}

func (tap) VJP(_, dy *graph.Node) []*graph.Node { return []*graph.Node{dy} }

func (o tap) Batch(in []*graph.Node, _ []bool) []*graph.Node {
	return []*graph.Node{graph.Apply(o, in[0])}
}

func tapInfo() Info {
	f := func(x *graph.Node) *graph.Node { return Tap(x, func(graph.Buffer) {}) }
	return Info{Name: "Tap", Order: 4, Cases: unaryCases(f, Real), Bad: []Bad{
		{"tap x [2]: want a function, not nil", func(g *graph.Graph) { Tap(g.Input("x", graph.Float32, 2), nil) }},
	}}
}
