package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// Tril keeps the lower triangle of matrices x [..., m, n], of any dtype to compute with, and puts zeros elsewhere.
//
//	y[..., i, j] = x[..., i, j] where j ≤ i + k, else 0        ∂x = tril(∂y)
//
// k moves the diagonal: 0 is the main one, above 0 to the right, below to the left. What is not kept does not count: a NaN there reaches
// neither result nor cotangent.
func Tril(x *graph.Node, k int) *graph.Node { return graph.Apply(triangle{K: k}, x) }

// triangle keeps what is on the diagonal K and below, or on it and above. It is its own transpose.
type triangle struct {
	K     int
	Upper bool
}

func (o triangle) Name() string {
	if o.Upper {
		return "triu"
	}
	return "tril"
}

func (triangle) Infer(in []graph.Type) ([]graph.Type, error) {
	if in[0].Shape.Rank() < 2 {
		return nil, fmt.Errorf("want matrices, not rank %d", in[0].Shape.Rank())
	}
	if in[0].Dtype > graph.Bool {
		return nil, fmt.Errorf("want a dtype to compute with, not %v", in[0].Dtype)
	}
	return in[:1], nil
}

func (triangle) Work(in, _ []graph.Type) graph.Work {
	return graph.Work{Phases: [3]int{share(count(in[0].Shape), in[0].Shape.Dim(-1))}}
}

// Eval copies bytes: zeros of every dtype are zero bytes.
func (o triangle) Eval(c *graph.Call) error {
	x, y, size := c.In[0].Bytes(), c.Out[0].Bytes(), c.In[0].Type.Dtype.Size()
	m := max(1, c.In[0].Type.Shape.Dim(-2))
	for r, hi, n := rowsOf(c); r < hi; r++ {
		cut, end := o.cut(r%m, n)*size, n*size
		from, to := x[r*end:(r+1)*end], y[r*end:(r+1)*end]
		if o.Upper {
			clear(to[:cut])
			copy(to[cut:], from[cut:])
		} else {
			copy(to[:cut], from[:cut])
			clear(to[cut:])
		}
	}
	return nil
}

// cut is how many elements of row i come before the border; it cannot overflow.
func (o triangle) cut(i, n int) int {
	k := max(-i-1, min(o.K, n)) + i
	if !o.Upper {
		k++
	}
	return max(0, min(k, n))
}

func (o triangle) VJP(_, dy *graph.Node) []*graph.Node { return []*graph.Node{graph.Apply(o, dy)} }

func (o triangle) Batch(in []*graph.Node, _ []bool) []*graph.Node {
	return []*graph.Node{graph.Apply(o, in...)}
}

func trilInfo() Info { return triangleInfo("Tril", Tril) }

func triangleInfo(name string, f func(x *graph.Node, k int) *graph.Node) Info {
	info := Info{Name: name, Order: 4, Bad: []Bad{
		{"want matrices, not rank 1", func(g *graph.Graph) { f(g.Input("x", graph.Float32, 3), 0) }},
		{"want a dtype to compute with, not float16", func(g *graph.Graph) { f(g.Input("x", graph.Float16, 3, 3), 0) }},
	}}
	for _, s := range [][]int{{1, 1}, {3, 3}, {2, 4}, {4, 2}, {0, 3}, {3, 0}, {2, 3, 3}, {2, 0, 2, 2}, {1, 2, 3, 2}} {
		for _, k := range []int{0, 1, -1, 2, -2, 9, -9} {
			in := []Operand{{Shape: graph.Of(s...), Draw: Real}, {Shape: graph.Of(s...), Dtype: graph.Bool, Draw: Index(2)}}
			info.Cases = append(info.Cases, Case{fmt.Sprint(s, " diagonal ", k), in, func(in []*graph.Node) []*graph.Node {
				return []*graph.Node{Square(f(in[0], k)), f(in[1], k)}
			}})
		}
	}
	return info
}
