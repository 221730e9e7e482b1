package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/fourier"
)

// IRFFT returns the n real numbers along the last axis whose transform RFFT begins with the given real and imaginary parts, n/2 + 1 of each.
//
//	re, im […, n/2 + 1]    x […, n]        x[j] = (1/n)·Σₖ (re[k]·cos 2πjk/n − im[k]·sin 2πjk/n) over all n, by conjugates
//
// The imaginary part of element 0, and of element n/2 if n is even, does not count. Operands are floats of one type; it is linear.
func IRFFT(re, im *graph.Node, n int) *graph.Node { return graph.Apply(irfft{N: n}, re, im) }

type irfft struct{ N int }

func (irfft) Name() string { return "irfft" }

func (o irfft) Infer(in []graph.Type) ([]graph.Type, error) {
	if err := wantRows(in[0]); err != nil {
		return nil, err
	}
	if err := alike(in); err != nil {
		return nil, err
	}
	if h := in[0].Shape.Dim(-1); o.N < 1 || h != o.N/2+1 {
		return nil, fmt.Errorf("want n/2 + 1 elements for n = %d of at least 1, not %d", o.N, h)
	}
	return []graph.Type{{Dtype: in[0].Dtype, Shape: in[0].Shape.WithDim(-1, o.N)}}, nil
}

func (o irfft) Work(in, _ []graph.Type) graph.Work { return fourierWork(count(in[0].Shape), o.N) }

func (o irfft) Eval(c *graph.Call) error {
	transform(c, o.N, count(c.In[0].Type.Shape), func(f fourier.Real, i int, x, re, im, table, local []float64) {
		widen(re, c.In[0], i)
		widen(im, c.In[1], i)
		f.Inverse(x, re, im, table, local)
		narrow(c.Out[0], i, x)
	})
	return nil
}

func (o irfft) VJP(x, dx *graph.Node) []*graph.Node {
	re, im := RFFT(dx)
	w := doubled(re, o.N, 1/float64(o.N), 2/float64(o.N))
	return []*graph.Node{Mul(w, re), Mul(w, im)}
}

func (o irfft) Batch(in []*graph.Node, mapped []bool) []*graph.Node {
	return []*graph.Node{graph.Apply(o, Align(in, mapped)...)}
}

func irfftInfo() Info {
	info := Info{Name: "IRFFT", Order: 4, Bad: []Bad{
		{"want n/2 + 1 elements for n = 5 of at least 1, not 4", func(g *graph.Graph) { IRFFT(g.Input("re", graph.Float32, 4), g.Input("im", graph.Float32, 4), 5) }},
		{"want n/2 + 1 elements for n = 0 of at least 1, not 1", func(g *graph.Graph) { IRFFT(g.Input("re", graph.Float32, 1), g.Input("im", graph.Float32, 1), 0) }},
		{"shapes [3] and [2] do not broadcast", func(g *graph.Graph) { IRFFT(g.Input("re", graph.Float32, 3), g.Input("im", graph.Float32, 2), 4) }},
		{"dtypes float32 and float64 differ", func(g *graph.Graph) { IRFFT(g.Input("re", graph.Float32, 3), g.Input("im", graph.Float64, 3), 4) }},
		{"not bool; ops.Cast converts", func(g *graph.Graph) { IRFFT(g.Input("re", graph.Bool, 3), g.Input("im", graph.Bool, 3), 4) }},
	}}
	for _, n := range transformed {
		for _, lead := range [][]int{{}, {2}, {0}, {2, 1}} {
			s := graph.Of(lead...).Append(graph.Of(n/2 + 1))
			info.Cases = append(info.Cases, Case{fmt.Sprint(n, " of ", s), []Operand{{Shape: s, Draw: Real}, {Shape: s, Draw: Real}}, func(in []*graph.Node) []*graph.Node {
				return []*graph.Node{Square(IRFFT(in[0], in[1], n))}
			}})
		}
	}
	return info
}
