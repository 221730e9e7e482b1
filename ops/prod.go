package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/reduce"
)

// Prod multiplies along the given axes, which disappear; along all of them if none is given.
//
//	y = Π x[i]        ∂y/∂x[i] = Π x[j] over j ≠ i
//
// x is numbers; integers wrap around, and the product of nothing is 1. Derivatives of every order are right whatever zeros there are: they
// are those of a tree of multiplications, nothing is divided.
func Prod(x *graph.Node, axes ...int) *graph.Node { return reduced(x, axes, product(axes)) }

// ProdKeep is Prod with the axes kept, at size 1.
func ProdKeep(x *graph.Node, axes ...int) *graph.Node { return keep(x, axes, product(axes)) }

func product(axes []int) func(*graph.Node, graph.Shape) *graph.Node {
	return func(x *graph.Node, to graph.Shape) *graph.Node {
		return ReshapeTo(graph.Apply(prod{}, joined(x, axes)), to)
	}
}

// prod works along the last axis.
type prod struct{}

func (prod) Name() string { return "prod" }

func (prod) Infer(in []graph.Type) ([]graph.Type, error) {
	if d := in[0].Dtype; !d.Float() && !d.Integer() {
		return nil, fmt.Errorf("want numbers, not %v", d)
	}
	return []graph.Type{{Dtype: in[0].Dtype, Shape: in[0].Shape.Cut(0, in[0].Shape.Rank()-1)}}, nil
}

func (prod) Work(in, _ []graph.Type) graph.Work {
	w := byRow(in[0])
	w.Local = in[0].Shape.Dim(-1) * in[0].Dtype.Size()
	return w
}

func (prod) Eval(c *graph.Call) error {
	switch c.In[0].Type.Dtype {
	case graph.Float32:
		productRows[float32](c)
	case graph.Float64:
		productRows[float64](c)
	case graph.Int32:
		productRows[int32](c)
	case graph.Int64:
		productRows[int64](c)
	default:
		productRows[uint8](c)
	}
	return nil
}

func productRows[T reduce.Number](c *graph.Call) {
	x, y, tmp := graph.Data[T](c.In[0]), graph.Data[T](c.Out[0]), elements[T](c.Local)
	for r, hi, n := rowsOf(c); r < hi; r++ {
		y[r] = reduce.Product(x[r*n:(r+1)*n], tmp)
	}
}

// Define is the kernel's tree.
func (prod) Define(in []*graph.Node) []*graph.Node {
	x, n := in[0], in[0].Shape().Dim(-1)
	to := x.Shape().Cut(0, x.Shape().Rank()-1)
	if n == 0 {
		return []*graph.Node{x.Graph().Fill(1, graph.Type{Dtype: x.Dtype(), Shape: to})}
	}
	for n > 1 {
		h := (n + 1) / 2
		y := Mul(Slice(x, -1, 0, n-h), Slice(x, -1, h, n-h))
		if n-h < h {
			y = Concat(-1, y, Slice(x, -1, h-1, 1))
		}
		x, n = y, h
	}
	return []*graph.Node{ReshapeTo(x, to)}
}

func (o prod) Batch(in []*graph.Node, _ []bool) []*graph.Node {
	return []*graph.Node{graph.Apply(o, in...)}
}

func prodInfo() Info     { return productInfo("Prod", Prod) }
func prodKeepInfo() Info { return productInfo("ProdKeep", ProdKeep) }

func productInfo(name string, f func(x *graph.Node, axes ...int) *graph.Node) Info {
	info := Info{Name: name, Order: 4, Cases: reductionCases(f, Nonzero, true), Bad: reductionBad(f)}
	for _, c := range reductionCases(f, between(-2, 3), true) { // some, all or none of them zeros
		whole := c.F
		c.Name += " with zeros"
		c.In = append(c.In, Operand{Shape: c.In[0].Shape, Dtype: graph.Int32, Draw: Index(2)})
		c.F = func(in []*graph.Node) []*graph.Node {
			return whole([]*graph.Node{Mul(in[0], Cast(in[1], in[0].Dtype()))})
		}
		info.Cases = append(info.Cases, c)
	}
	return withIntegers(info)
}
