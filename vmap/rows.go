package vmap

import (
	"errors"
	"fmt"
	"slices"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// rows applies an op that has a kernel and no batching rule to one row after the other. Mapped has a bit for each operand that has
// rows. Its derivative is the op's own, row by row.
type rows struct {
	Of     graph.Op
	Mapped uint64
}

// ByRows lists the nodes between leaves and ys whose ops state no batching rule, and so go over one row after the other: correct, and slower
// than a rule, which is stated by Batch.
func ByRows(ys ...*graph.Node) (ns []*graph.Node) {
	for _, n := range graph.Order(ys, nil) {
		if _, ok := n.Op().(rows); ok {
			ns = append(ns, n)
		}
	}
	return ns
}

func newRows(op graph.Op, results int, in []*graph.Node, mapped []bool) []*graph.Node {
	o := rows{Of: op}
	_, kernel := op.(graph.Kernel)
	_, higher := op.(graph.Higher)
	if !kernel || higher || len(in) > 64 {
		return in[0].Graph().Fail(results, fmt.Errorf("vmap: %s has no batching rule; it is stated by Batch", op.Name()))
	}
	for i, m := range mapped {
		if m {
			o.Mapped |= 1 << i
		}
	}
	return graph.ApplyN(o, results, in...)
}

func (o rows) Name() string { return o.Of.Name() + " by rows" }

func (o rows) mapped(i int) bool { return o.Mapped>>i&1 != 0 }

// row is the types of one row, and how many there are.
func (o rows) row(in []graph.Type) (of []graph.Type, n int) {
	of = slices.Clone(in)
	for i, t := range in {
		if o.mapped(i) {
			n, of[i].Shape = t.Shape.Dim(0), t.Shape.Cut(1, t.Shape.Rank())
		}
	}
	return of, n
}

func (o rows) Infer(in []graph.Type) ([]graph.Type, error) {
	if _, kernel := o.Of.(graph.Kernel); !kernel || len(in) > 64 || o.Mapped == 0 || o.Mapped>>len(in) != 0 {
		return nil, fmt.Errorf("want an op with a kernel, and rows of some of its operands, of which there are %d", len(in))
	}
	n := -1
	for i, t := range in {
		if !o.mapped(i) {
			continue
		}
		if t.Shape.Rank() == 0 {
			return nil, fmt.Errorf("%v has no rows", t)
		}
		if n >= 0 && t.Shape.Dim(0) != n {
			return nil, fmt.Errorf("%v has not %d rows", t, n)
		}
		n = t.Shape.Dim(0)
	}
	of, _ := o.row(in)
	out, err := o.Of.Infer(of)
	if err != nil {
		return nil, err
	}
	out = slices.Clone(out)
	for i, t := range out {
		if t.Shape.Rank() == graph.MaxRank {
			return nil, fmt.Errorf("rows of %v have more than %d axes", t, graph.MaxRank)
		}
		out[i].Shape = graph.Of(append([]int{n}, t.Shape.Dims()...)...)
	}
	return out, nil
}

// Work makes tasks of rows; whoever runs one has the memory for all phases and tasks of a row.
func (o rows) Work(in, out []graph.Type) graph.Work {
	_, n := o.row(in)
	each := o.each(in, out)
	return graph.Work{Phases: [3]int{min(n, 64)}, Local: each.Scratch + each.Local}
}

// each is the work of a row.
func (o rows) each(in, out []graph.Type) graph.Work {
	p, ok := o.Of.(graph.Parallel)
	if !ok {
		return graph.Work{Phases: [3]int{1}}
	}
	of, _ := o.row(in)
	results := slices.Clone(out)
	for i, t := range out {
		results[i].Shape = t.Shape.Cut(1, t.Shape.Rank())
	}
	w := p.Work(of, results)
	w.Scratch = (w.Scratch + 63) &^ 63
	return w
}

func (o rows) Eval(c *graph.Call) error {
	in, out := make([]graph.Type, len(c.In)), make([]graph.Type, len(c.Out))
	for i, b := range c.In {
		in[i] = b.Type
	}
	for i, b := range c.Out {
		out[i] = b.Type
	}
	work := o.each(in, out)
	one := graph.Call{In: slices.Clone(c.In), Out: slices.Clone(c.Out)}
	if work.Scratch+work.Local > 0 {
		one.Scratch, one.Local = c.Local.Part(0, work.Scratch), c.Local.Part(work.Scratch, work.Scratch+work.Local)
	}
	_, n := o.row(in)
	for r, hi := c.Span(n); r < hi; r++ {
		for i, b := range c.In {
			if o.mapped(i) {
				one.In[i] = rowOf(b, r)
			}
		}
		for i, b := range c.Out {
			one.Out[i] = rowOf(b, r)
		}
		for phase, tasks := range work.Phases {
			one.Phase, one.Tasks = phase, tasks
			for one.Task = range tasks {
				if err := o.Of.(graph.Kernel).Eval(&one); err != nil {
					return fmt.Errorf("row %d: %w", r, err)
				}
			}
		}
	}
	return nil
}

// rowOf is row r of b.
func rowOf(b graph.Buffer, r int) graph.Buffer {
	s := b.Type.Shape.Cut(1, b.Type.Shape.Rank())
	return b.Part(r*s.Size(), (r+1)*s.Size()).As(s)
}

// VJPs maps the op's own rule over rows; what all rows share gets the sum of theirs.
func (o rows) VJPs(ys, dys []*graph.Node) []*graph.Node {
	in := ys[0].In()
	own, several := o.Of.(graph.VJPs)
	single, one := o.Of.(graph.VJP)
	if !several && !one {
		return nil
	}
	n := len(in)
	all, flags := slices.Clone(in), make([]bool, n)
	for i := range in {
		flags[i] = o.mapped(i)
	}
	for i, d := range dys {
		if d == nil {
			d = ops.Like(0, ys[i])
		}
		all, flags = append(all, d), append(flags, true)
	}
	flow := make([]bool, n)
	ds := Flagged(func(x []*graph.Node) []*graph.Node {
		y := graph.ApplyN(o.Of, len(ys), x[:n]...)
		var ds []*graph.Node
		if several {
			ds = own.VJPs(y, x[n:])
		} else {
			ds = single.VJP(y[0], x[n])
		}
		if len(ds) != n {
			return x[0].Graph().Fail(n, errors.New(o.Of.Name()+": as many cotangents as operands are wanted"))
		}
		ds = slices.Clone(ds)
		for i, d := range ds {
			if flow[i] = d != nil; d == nil {
				ds[i] = x[i]
			}
		}
		return ds
	}, all, flags)
	for i := range ds {
		switch {
		case !flow[i]:
			ds[i] = nil
		case !o.mapped(i):
			ds[i] = ops.Sum(ds[i], 0)
		}
	}
	return ds
}

// Batch goes over the rows of both axes as one: operands that lack one of them are repeated.
func (o rows) Batch(in []*graph.Node, mapped []bool) []*graph.Node {
	outer, inner := 0, 0
	for i, x := range in {
		if mapped[i] {
			outer = x.Shape().Dim(0)
		}
		if o.mapped(i) {
			at := 0
			if mapped[i] {
				at = 1
			}
			inner = x.Shape().Dim(at)
		}
	}
	flat := slices.Clone(in)
	both := rows{Of: o.Of}
	for i, x := range in {
		if !mapped[i] && !o.mapped(i) {
			continue
		}
		both.Mapped |= 1 << i
		dims := x.Shape().Dims()
		switch {
		case mapped[i] && o.mapped(i):
			dims = dims[2:]
		case mapped[i]:
			dims = dims[1:]
			x = ops.Expand(ops.Unsqueeze(x, 1), append([]int{outer, inner}, dims...)...)
		default:
			dims = dims[1:]
			x = ops.Lead(x, outer)
		}
		flat[i] = ops.Reshape(x, append([]int{outer * inner}, dims...)...)
	}
	types := make([]graph.Type, len(flat))
	for i, x := range flat {
		types[i] = x.Type()
	}
	out, err := both.Infer(types)
	if err != nil {
		return in[0].Graph().Fail(1, err)
	}
	ys := slices.Clone(graph.ApplyN(both, len(out), flat...))
	for i, y := range ys {
		ys[i] = ops.Reshape(y, append([]int{outer, inner}, out[i].Shape.Dims()[1:]...)...)
	}
	return ys
}
