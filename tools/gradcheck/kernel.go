package gradcheck

import (
	"bytes"
	"errors"
	"fmt"
	"unsafe"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
)

// kernels holds each application that ns need to what executors rely on: its kernel, run alone, writes its results in full and nothing else,
// whatever memory held before; tasks may come in any order, spans of a pointwise op and results over operands give the same; and the plan
// computes what the kernel does, and what the definition does.
func (c *check) kernels(ns []*graph.Node) error {
	var all []*graph.Node
	for _, n := range graph.Order(ns, nil) {
		all = append(all, n.Results()...)
	}
	p, err := exec.Compile(c.g, exec.In(c.nodes...), exec.Out(all...), exec.Workers(1), exec.NoTrap())
	if err != nil {
		return err
	}
	out, err := p.RunBuffers(c.feed...)
	if err != nil {
		return err
	}
	at := map[*graph.Node]graph.Buffer{}
	for i, n := range all {
		at[n] = out[i]
	}
	for _, n := range all {
		op, ok := n.Op().(graph.Kernel)
		if !ok || n != n.Results()[0] || special(n.Op()) {
			continue
		}
		a := &application{op: op, pointwise: is[graph.Pointwise](op)}
		for _, x := range n.In() {
			a.in = append(a.in, at[x])
		}
		for _, r := range n.Results() {
			a.plan = append(a.plan, at[r])
		}
		if err := a.check(); err != nil {
			return fmt.Errorf("the kernel of %s: %w", n.Op().Name(), err)
		}
	}
	return nil
}

func is[T any](v any) bool { _, ok := v.(T); return ok }

// special ops run bodies, look at the outside, or are moved rather than run.
func special(op graph.Op) bool {
	return is[graph.Higher](op) || is[graph.Observer](op) || is[graph.View](op)
}

// An application is a kernel with its operands, and the results that a plan gave.
type application struct {
	op        graph.Kernel
	pointwise bool
	in, plan  []graph.Buffer
}

const guard = 64 // bytes before and behind a buffer

// guarded returns a buffer between two guards, all of one byte.
func guarded(t graph.Type, fill byte) (b graph.Buffer, around []byte) {
	mem := make([]byte, t.Bytes()+4*guard)
	at := guard + int(-uintptr(unsafe.Pointer(unsafe.SliceData(mem)))&(guard-1))
	mem = mem[at-guard : at+t.Bytes()+guard]
	for i := range mem {
		mem[i] = fill
	}
	return graph.Over(t, mem[guard:guard+t.Bytes():guard+t.Bytes()]), mem
}

// An order is how a kernel is called.
type order struct {
	what    string
	fill    byte // what memory held before
	reverse bool // tasks
	over    int  // the operand that the result lies over, −1 for none
	parts   int  // spans of a pointwise op
}

func (a *application) check() error {
	orders := []order{{"", 0xa5, false, -1, 1}, {"is not a function of its operands: other memory before, other results", 0x5a, false, -1, 1}}
	if is[graph.Parallel](a.op) {
		orders = append(orders, order{"depends on the order of its tasks", 0xa5, true, -1, 1})
	}
	if a.pointwise && a.plan[0].Len() > 1 {
		orders = append(orders, order{"is not pointwise: in two spans it gives other results", 0xa5, false, -1, 2})
		for i, b := range a.in {
			if len(a.plan) == 1 && b.Type == a.plan[0].Type {
				orders = append(orders, order{"gives other results over its operand", 0xa5, false, i, 1})
			}
		}
	}
	var first []graph.Buffer
	for _, o := range orders {
		out, err := a.run(o)
		if err != nil {
			return err
		}
		if first == nil {
			first = out
		}
		for i, b := range out {
			if !bytes.Equal(b.Bytes(), first[i].Bytes()) {
				return errors.New(o.what)
			}
		}
	}
	if err := apart(first, a.plan, "a plan gives"); err != nil {
		return err
	}
	if d, ok := a.op.(graph.Composite); ok {
		return a.defined(d, first)
	}
	return nil
}

// run calls the kernel on copies.
func (a *application) run(o order) (out []graph.Buffer, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	var in, memory []graph.Buffer
	var around [][]byte
	for i, b := range a.in {
		x, m := guarded(b.Type, o.fill)
		copy(x.Bytes(), b.Bytes())
		if in = append(in, x); i != o.over {
			memory, around = append(memory, x), append(around, m)
		}
	}
	for _, b := range a.plan {
		y, m := guarded(b.Type, o.fill)
		if o.over >= 0 {
			y = in[o.over]
		} else {
			around = append(around, m)
		}
		out = append(out, y)
	}
	w := graph.Work{Phases: [3]int{1}}
	if p, ok := a.op.(graph.Parallel); ok {
		w = p.Work(types(in), types(out))
	}
	scratch, m1 := guarded(graph.T(graph.Uint8, w.Scratch), o.fill)
	local, m2 := guarded(graph.T(graph.Uint8, w.Local), o.fill)
	around = append(around, m1, m2)
	for part := range o.parts {
		c := &graph.Call{In: in, Out: out, Scratch: scratch, Local: local}
		if o.parts > 1 {
			n := out[0].Len()
			lo, hi := part*n/o.parts, (part+1)*n/o.parts
			c.In, c.Out = window(in, lo, hi), window(out, lo, hi)
		}
		for phase, tasks := range w.Phases {
			for task := range tasks {
				c.Phase, c.Task, c.Tasks = phase, task, tasks
				if o.reverse {
					c.Task = tasks - 1 - task
				}
				if err := a.op.Eval(c); err != nil {
					return nil, err
				}
			}
		}
	}
	for _, m := range around {
		for i := range guard {
			if m[i] != o.fill || m[len(m)-1-i] != o.fill {
				return nil, errors.New("writes beside an array")
			}
		}
	}
	k := 0
	for i, b := range a.in {
		if i != o.over {
			if !bytes.Equal(memory[k].Bytes(), b.Bytes()) {
				return nil, errWritten
			}
			k++
		}
	}
	return out, nil
}

func window(bs []graph.Buffer, lo, hi int) []graph.Buffer {
	out := make([]graph.Buffer, len(bs))
	for i, b := range bs {
		out[i] = b.Part(lo, hi)
	}
	return out
}

func types(bs []graph.Buffer) []graph.Type {
	ts := make([]graph.Type, len(bs))
	for i, b := range bs {
		ts[i] = b.Type
	}
	return ts
}

// apart says where results differ by more than rounding.
func apart(got, want []graph.Buffer, what string) error {
	for i, b := range got {
		if b.Type.Dtype != graph.Float64 {
			continue
		}
		for j, v := range graph.Data[float64](b) {
			if w := graph.Data[float64](want[i])[j]; near(v, w) > Tolerance(0) {
				return fmt.Errorf("result %d has %v at %d, %s %v", i, v, j, what, w)
			}
		}
	}
	return nil
}

// defined compares the kernel of a composite op with its definition.
func (a *application) defined(d graph.Composite, got []graph.Buffer) error {
	g := graph.New(graph.Training)
	in := make([]*graph.Node, len(a.in))
	for i, b := range a.in {
		in[i] = g.Placeholder("operand", b.Type)
	}
	p, err := exec.Compile(g, exec.In(in...), exec.Out(d.Define(in)...), exec.Workers(1), exec.NoTrap())
	if err != nil {
		return err
	}
	want, err := p.RunBuffers(a.in...)
	if err != nil {
		return err
	}
	return apart(got, want, "its definition")
}
