package ops

import (
	"fmt"
	"math/rand/v2"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// AdamUpdate returns the next weights and moments of Adam (Kingma & Ba, 2015, algorithm 1), each element alone:
//
//	m' = beta1·m + (1−beta1)·d        v' = beta2·v + (1−beta2)·d²        w' = w − size·m'/(√v'·second + eps)
//
// A moment that would be subnormal is 0, as is that of a weight without a gradient after some 800 steps. d is the gradient, size the rate over 1 − beta1ᵗ, and second (1 − beta2ᵗ)^−½; operands are floats of one dtype and broadcast. It reads
// and writes each array once, with the bits of its definition. Its derivative is that of the definition, infinite where v' is 0.
func AdamUpdate(w, m, v, d, size, second *graph.Node, beta1, beta2, eps float64) (nextW, nextM, nextV *graph.Node) {
	r := graph.ApplyN(adamUpdate{beta1, beta2, eps}, 3, Broadcast(w, m, v, d, size, second)...)
	return r[0], r[1], r[2]
}

type adamUpdate struct{ Beta1, Beta2, Eps float64 }

func (adamUpdate) Name() string { return "adamupdate" }

// Elementwise marks it as pointwise, with three results.
func (adamUpdate) Elementwise() {}

// Sure says that its kernel never fails.
func (adamUpdate) Sure([]graph.Type) bool { return true }

func (adamUpdate) Infer(in []graph.Type) ([]graph.Type, error) {
	t, err := Pointwise{}.Infer(in)
	if err != nil {
		return nil, err
	}
	return []graph.Type{t[0], t[0], t[0]}, nil
}

func (o adamUpdate) Eval(c *graph.Call) error {
	switch c.In[0].Type.Dtype {
	case graph.Float32:
		adamLoop[float32](c, o)
	case graph.Float64:
		adamLoop[float64](c, o)
	default:
		return errDtype
	}
	return nil
}

func adamLoop[T graph.Floating](c *graph.Call, o adamUpdate) {
	in := func(i int) []T { return graph.Data[T](c.In[i]) }
	out := func(i int) []T { return graph.Data[T](c.Out[i]) }
	vec.Adam(out(0), out(1), out(2), in(0), in(1), in(2), in(3), in(4), in(5), T(o.Beta1), T(1-o.Beta1), T(o.Beta2), T(1-o.Beta2), T(o.Eps))
}

func (o adamUpdate) Define(in []*graph.Node) []*graph.Node {
	w, m, v, d, size, second := in[0], in[1], in[2], in[3], in[4], in[5]
	tiny := 0x1p-126
	if w.Dtype() == graph.Float64 {
		tiny = 0x1p-1022
	}
	normal := func(x *graph.Node) *graph.Node { return Where(Less(Abs(x), Like(tiny, x)), Like(0, x), x) }
	m = normal(Add(Scale(o.Beta1, m), Scale(1-o.Beta1, d)))
	v = normal(Add(Scale(o.Beta2, v), Scale(1-o.Beta2, Square(d))))
	by := Div(m, Offset(Mul(Sqrt(v), second), o.Eps))
	return []*graph.Node{Sub(w, Mul(size, by)), m, v}
}

func adamUpdateInfo() Info {
	info := Info{Name: "AdamUpdate", Order: 2}
	f := func(in []*graph.Node) []*graph.Node {
		w, m, v := AdamUpdate(in[0], in[1], in[2], in[3], in[4], in[5], 0.9, 0.99, 1e-2)
		return []*graph.Node{w, m, v}
	}
	of := func(s []int, d Domain) Operand { return Operand{Shape: graph.Of(s...), Draw: d} }
	for _, s := range shapes {
		scalar := of(nil, Positive)
		info.Cases = append(info.Cases, Case{fmt.Sprint(s), []Operand{
			of(s, Real), of(s, Real), of(s, Positive), of(s, between(-1, 1)), scalar, scalar,
		}, f})
	}
	info.Cases = append(info.Cases, Case{"many", []Operand{
		of([]int{9001}, Real), of([]int{9001}, Real), of([]int{9001}, Positive), of([]int{9001}, Real), of([]int{9001}, Positive),
		of(nil, func(*rand.Rand, int) []float64 { return []float64{1.5} }),
	}, f})
	use := func(d graph.Dtype, dims ...int) func(g *graph.Graph) {
		return func(g *graph.Graph) {
			w, m := g.Input("w", graph.Float32, 2, 3), g.Input("m", d, dims...)
			AdamUpdate(w, m, w, w, w, w, 0.9, 0.99, 1e-8)
		}
	}
	info.Bad = []Bad{
		{"shapes [2 3] and [4] do not broadcast", use(graph.Float32, 4)},
		{"dtypes float32 and float64 differ", use(graph.Float64, 2, 3)},
		{"not int32", func(g *graph.Graph) {
			w := g.Input("w", graph.Int32, 2)
			AdamUpdate(w, w, w, w, w, w, 0.9, 0.99, 1e-8)
		}},
	}
	return info
}
