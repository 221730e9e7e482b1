package programs

import (
	"fmt"
	"unsafe"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/strided"
)

// An oracle evaluates node by node, each alone and by one worker, through its kernel or its definition. Values are never written again.
type oracle map[*graph.Node]graph.Buffer

// eval makes the values of ns known.
func (o oracle) eval(ns ...*graph.Node) error {
	for _, n := range graph.Order(ns, func(n *graph.Node) bool { return o.knows(n) }) {
		in := make([]graph.Buffer, len(n.In()))
		for i, x := range n.In() {
			in[i] = o[x]
		}
		out, err := apply(n, in)
		if err != nil {
			return fmt.Errorf("%s %v: %w", n.Op().Name(), n.Type(), err)
		}
		for i, r := range n.Results() {
			o[r] = out[i]
		}
	}
	return nil
}

func (o oracle) knows(n *graph.Node) bool { _, ok := o[n]; return ok }

// apply computes the results of n.
func apply(n *graph.Node, in []graph.Buffer) ([]graph.Buffer, error) {
	out := make([]graph.Buffer, len(n.Results()))
	switch op := n.Op().(type) {
	case graph.Read:
		return []graph.Buffer{op.Var.Value()}, nil
	case graph.View:
		x := in[0]
		l, ok := op.View(x.Type, graph.Layout{Strides: x.Type.Shape.Strides()})
		if !ok {
			return nil, fmt.Errorf("no view of a dense array")
		}
		out[0] = dirty(n.Type())
		w := strided.Walk{Rank: n.Shape().Rank(), Strides: l.Strides, Offset: l.Offset}
		copy(w.Dims[:], n.Shape().Dims())
		strided.Load(out[0].Pointer(), x.Pointer(), x.Type.Dtype.Size(), w, 0, out[0].Len())
		return out, nil
	case graph.Kernel:
		for i, r := range n.Results() {
			out[i] = dirty(r.Type())
		}
		return out, run(n, op, in, out)
	case graph.Composite:
		g, at := graph.New(graph.Evaluation), oracle{}
		xs := make([]*graph.Node, len(in))
		for i, b := range in {
			xs[i] = g.Placeholder("operand", b.Type)
			at[xs[i]] = b
		}
		ys := op.Define(xs)
		if err := at.eval(ys...); err != nil {
			return nil, err
		}
		for i, y := range ys {
			out[i] = at[y]
		}
		return out, g.Err()
	}
	return nil, fmt.Errorf("neither kernel nor definition")
}

// run calls a kernel for each task of each phase. What it gets holds whatever memory may hold.
func run(n *graph.Node, op graph.Kernel, in, out []graph.Buffer) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	w := graph.Work{Phases: [3]int{1}}
	if p, ok := op.(graph.Parallel); ok {
		w = p.Work(types(in), types(out))
	}
	c := &graph.Call{In: in, Out: out, Scratch: dirty(graph.T(graph.Uint8, w.Scratch)), Local: dirty(graph.T(graph.Uint8, w.Local))}
	if h, ok := n.Op().(graph.Higher); ok {
		for _, f := range h.Bodies() {
			c.Body = append(c.Body, body(f))
		}
	}
	for phase, tasks := range w.Phases {
		for task := range tasks {
			c.Phase, c.Task, c.Tasks = phase, task, tasks
			if err := op.Eval(c); err != nil {
				return err
			}
		}
	}
	return nil
}

// body writes all its results, whether they are operands or not.
func body(f *graph.Func) graph.Body {
	b := graph.Body{In: make([]graph.Buffer, len(f.Inputs())), Out: make([]graph.Buffer, len(f.Outs())), Same: make([]int, len(f.Outs()))}
	for i, n := range f.Inputs() {
		b.In[i].Type = n.Type()
	}
	for i, n := range f.Outs() {
		b.Out[i].Type, b.Same[i] = n.Type(), -1
	}
	b.Run = func() error {
		at := oracle{}
		for i, n := range f.Inputs() {
			at[n] = b.In[i].Clone()
		}
		if err := at.eval(f.Outs()...); err != nil {
			return err
		}
		for i, n := range f.Outs() {
			copy(b.Out[i].Bytes(), at[n].Bytes())
		}
		return nil
	}
	return b
}

func types(bs []graph.Buffer) []graph.Type {
	ts := make([]graph.Type, len(bs))
	for i, b := range bs {
		ts[i] = b.Type
	}
	return ts
}

// dirty returns an aligned buffer that was used before.
func dirty(t graph.Type) graph.Buffer {
	mem := make([]byte, t.Bytes()+64)
	at := -uintptr(unsafe.Pointer(unsafe.SliceData(mem))) & 63
	mem = mem[at : int(at)+t.Bytes()]
	for i := range mem {
		mem[i] = 0xa5
	}
	return graph.Over(t, mem)
}
