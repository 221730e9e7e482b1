package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/fourier"
)

// RFFT returns the discrete Fourier transform of the real rows along the last axis, of any length: real and imaginary parts of the first half,
// of which the rest are the conjugates.
//
//	x […, n], n ≥ 1    re, im […, n/2 + 1]        re[k] + i·im[k] = Σⱼ x[j]·e^(−2πi·jk/n)
//
// x is floats; all is computed in float64 and rounded once. It is linear: its derivative is IRFFT of the cotangents, weighted.
func RFFT(x *graph.Node) (re, im *graph.Node) {
	r := graph.ApplyN(rfft{}, 2, x)
	return r[0], r[1]
}

type rfft struct{}

func (rfft) Name() string { return "rfft" }

func (rfft) Infer(in []graph.Type) ([]graph.Type, error) {
	if err := wantRows(in[0]); err != nil {
		return nil, err
	}
	n := in[0].Shape.Dim(-1)
	if n < 1 {
		return nil, fmt.Errorf("want rows of at least one number")
	}
	t := graph.Type{Dtype: in[0].Dtype, Shape: in[0].Shape.WithDim(-1, n/2+1)}
	return []graph.Type{t, t}, nil
}

func (rfft) Work(in, _ []graph.Type) graph.Work {
	return fourierWork(count(in[0].Shape), in[0].Shape.Dim(-1))
}

// fourierWork fills what rows share, finishes it, and transforms them.
func fourierWork(rows, n int) graph.Work {
	f := fourier.New(n)
	w := graph.Work{Phases: [3]int{share(n, 30), 0, share(rows, 16*n)}, Scratch: 8 * f.Table(), Local: 8 * (f.Local() + 2*n + 4)}
	if f.Convolves() {
		w.Phases[1] = 1
	}
	return w
}

func (rfft) Eval(c *graph.Call) error {
	n := c.In[0].Type.Shape.Dim(-1)
	transform(c, n, count(c.In[0].Type.Shape), func(f fourier.Real, i int, x, re, im, table, local []float64) {
		widen(x, c.In[0], i)
		f.Forward(re, im, x, table, local)
		narrow(c.Out[0], i, re)
		narrow(c.Out[1], i, im)
	})
	return nil
}

func transform(c *graph.Call, n, rows int, row func(f fourier.Real, i int, x, re, im, table, local []float64)) {
	f := fourier.New(n)
	table, local := elements[float64](c.Scratch), elements[float64](c.Local)
	own, rest := local[:f.Local()], local[f.Local():]
	switch c.Phase {
	case 0:
		f.Fill(table, c.Task, max(1, c.Tasks))
	case 1:
		f.Finish(table, own)
	default:
		h := n/2 + 1
		for i, hi := c.Span(rows); i < hi; i++ {
			row(f, i, rest[:n], rest[n:n+h], rest[n+h:n+2*h], table, own)
		}
	}
}

func (rfft) VJPs(ys, dys []*graph.Node) []*graph.Node {
	n := ys[0].In()[0].Shape().Dim(-1)
	w := doubled(ys[0], n, float64(n), float64(n)/2)
	return []*graph.Node{IRFFT(Mul(w, orZero(dys[0], ys[0])), Mul(w, orZero(dys[1], ys[1])), n)}
}

// doubled are weights for the n/2 + 1 elements: one for those that stand for themselves, another for those that stand for their conjugates, too.
func doubled(x *graph.Node, n int, once, twice float64) *graph.Node {
	h := n/2 + 1
	at := Iota(x.Graph(), graph.Int32, h)
	alone := Equal(at, Like(0, at))
	if n%2 == 0 {
		alone = Or(alone, Equal(at, Like(float64(h-1), at)))
	}
	v := graph.T(x.Dtype(), h)
	return ExpandTo(Where(alone, x.Graph().Fill(once, v), x.Graph().Fill(twice, v)), x.Shape())
}

func (o rfft) Batch(in []*graph.Node, _ []bool) []*graph.Node { return graph.ApplyN(o, 2, in...) }

// transformed are the lengths that are checked: of small factors, odd and even, and prime ones.
var transformed = []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 37, 74}

func rfftInfo() Info {
	info := Info{Name: "RFFT", Order: 4, Bad: []Bad{
		{"want rows of at least one number", func(g *graph.Graph) { RFFT(g.Input("x", graph.Float32, 2, 0)) }},
		{"rfft: x []", func(g *graph.Graph) { RFFT(g.Input("x", graph.Float32)) }},
		{"not int32; ops.Cast converts", func(g *graph.Graph) { RFFT(g.Input("x", graph.Int32, 4)) }},
	}}
	for _, n := range transformed {
		for _, lead := range [][]int{{}, {2}, {0}, {2, 1}} {
			s := graph.Of(lead...).Append(graph.Of(n))
			info.Cases = append(info.Cases, Case{fmt.Sprint(s), []Operand{{Shape: s, Draw: Real}}, func(in []*graph.Node) []*graph.Node {
				re, im := RFFT(in[0])
				return []*graph.Node{Square(re), Mul(re, im)}
			}})
		}
	}
	return info
}
