package exec

import (
	"errors"
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// layout turns units into steps: it decides which nodes lie in which memory, seen through which strides, and which copies are needed
// because a kernel cannot take them.
//
// It assumes units in the order of the schedule. After it, every step knows what it reads and writes, and every memory from which step to
// which it is needed.
func (b *compiler) layout() error {
	b.at, b.users = map[*graph.Node]value{}, map[*graph.Node][]*graph.Node{}
	b.isRoot, b.done = map[*graph.Node]bool{}, map[*graph.Node]bool{}
	for _, n := range b.in {
		b.feeds = append(b.feeds, b.give(n, fed))
	}
	b.unitOf, b.read = map[*graph.Node]position{}, map[graph.Var]*graph.Node{}
	for i, u := range b.units {
		for k, n := range u.nodes {
			b.unitOf[n] = position{i, k}
			if op, ok := n.Op().(graph.Read); ok {
				b.read[op.Var] = n
			}
			for _, x := range n.In() {
				b.users[x] = append(b.users[x], n.Results()...)
			}
		}
	}
	for _, r := range b.roots {
		b.isRoot[r] = true
	}
	b.reserve()
	b.moved = make([]bool, len(b.roots))
	for _, u := range b.units[:b.late] {
		if err := b.unit(u); err != nil {
			return err
		}
		for _, n := range u.nodes {
			for _, r := range n.Results() {
				b.done[r] = true
			}
		}
	}
	b.finish()
	b.sweep()
	b.finish()
	for _, m := range b.results {
		m.last = len(b.steps)
	}
	return nil
}

// give makes a memory for n and remembers it.
func (b *compiler) give(n *graph.Node, h home) *memory {
	m := b.reserved[n]
	if m == nil {
		m = b.memory(n.Type(), h)
	}
	b.lie(n, value{m, n.Type(), graph.Layout{Strides: n.Shape().Strides()}})
	return m
}

func (b *compiler) memory(t graph.Type, h home) *memory {
	m := &memory{home: h, of: t, first: len(b.steps), last: len(b.steps)}
	b.all = append(b.all, m)
	return m
}

// A position is a unit, and a node in it.
type position struct{ unit, node int }

// reserve lets a root be computed right into an output, or into what becomes the storage of a variable, if it is
// neither needed in two such places nor merely a view or a leaf; the others are copied at the end.
func (b *compiler) reserve() {
	b.reserved, b.copied = map[*graph.Node]*memory{}, map[*graph.Node]value{}
	times := map[*graph.Node]int{}
	for _, r := range b.roots {
		times[r]++
	}
	updates := b.updated(times)
	for i, r := range b.roots {
		h := output
		if i >= b.outs {
			h = staged
		}
		var x *graph.Node // what r is written over
		if i >= b.outs && times[r] == 1 {
			switch v := b.vars[i-b.outs]; {
			case b.patches(r, v):
				h, x = variable, r.In()[0]
			case updates[r]:
				h, x = variable, b.read[v]
			}
		}
		m := b.memory(r.Type(), h)
		if x != nil {
			b.reserved[x] = m
		} else if h == variable {
			b.reads = append(b.reads, read{b.vars[i-b.outs], m})
		}
		b.results = append(b.results, m)
		if _, kernel := r.Op().(graph.Kernel); kernel && times[r] == 1 && len(r.In()) > 0 {
			b.reserved[r] = m
		}
	}
}

// finish copies to their places the roots that are computed, and not there yet.
func (b *compiler) finish() {
	for i, r := range b.roots {
		if v, known := b.at[r]; known && v.mem != b.results[i] && !b.moved[i] {
			b.moved[i] = true
			b.copy(r, v, b.results[i])
		}
	}
}

// unit makes the step of u, and before it the copies that it needs.
func (b *compiler) unit(u unit) error {
	if u.tiled {
		if s := b.tile(u.nodes, false); !b.follow(s) {
			b.add(s)
		}
		return nil
	}
	n := u.nodes[0]
	switch op := n.Op().(type) {
	case graph.Read:
		v := op.Var
		if f := b.frozen[v]; f != nil {
			v = f
		}
		b.reads = append(b.reads, read{v, b.give(n, variable)})
		return nil
	case graph.Fill: // one element, seen everywhere
		m := b.memory(graph.Type{Dtype: n.Dtype()}, constant)
		m.buf = graph.NewBuffer(m.of)
		b.lie(n, value{m, n.Type(), graph.Layout{}})
		return graph.Fill{Value: op.Value, Of: m.of}.Eval(&graph.Call{Out: []graph.Buffer{m.buf}})
	case graph.Constant:
		b.give(n, constant).buf = *op.Value
		return nil
	case graph.Input:
		return nil
	case graph.View:
		return b.view(n, op)
	case graph.Kernel:
		return b.kernel(n, op)
	}
	return fmt.Errorf("exec: %s: %s has neither kernel nor definition", n.Origin(), n.Op().Name())
}

func (b *compiler) view(n *graph.Node, op graph.View) error {
	x := n.In()[0]
	v := b.at[x]
	l, ok := op.View(v.typ, v.at)
	if !ok {
		v = b.contiguous(x)
		if l, ok = op.View(v.typ, v.at); !ok {
			return fmt.Errorf("exec: %s: %s is no view of a dense array", n.Origin(), n.Op().Name())
		}
	}
	b.lie(n, value{v.mem, n.Type(), l})
	return nil
}

// lie notes where n is.
func (b *compiler) lie(n *graph.Node, v value) {
	b.at[n] = v
	v.mem.nodes = append(v.mem.nodes, n)
}

// contiguous returns x's value, copied first if its elements do not lie in row-major order.
func (b *compiler) contiguous(x *graph.Node) value {
	v := b.at[x]
	if v.dense() {
		return v
	}
	if c, ok := b.copied[x]; ok {
		return c
	}
	m := b.memory(x.Type(), inArena)
	b.copy(x, v, m)
	b.copied[x] = whole(m)
	m.nodes = append(m.nodes, x)
	return whole(m)
}

// copy adds the step that writes v to m, row by row.
func (b *compiler) copy(n *graph.Node, v value, m *memory) {
	m.first = len(b.steps)
	c := &copyStep{header: header{node: n, op: "copy"}, dst: m, src: v.mem, walk: v.walk(), size: m.of.Dtype.Size(), n: m.of.Shape.Size()}
	c.work = graph.Work{Phases: [3]int{pieces(c.n, 1<<15)}}
	b.touch(v.mem)
	b.add(c)
	m.last = max(m.last, len(b.steps)-1)
}

// touch notes that the step to come reads m.
func (b *compiler) touch(m *memory) { m.last = max(m.last, len(b.steps)) }

func (b *compiler) add(s step) {
	b.steps = append(b.steps, s)
}

// pieces is into how many tasks n units of work are cut, of at least the given grain each; at most 64.
func pieces(n, grain int) int { return max(1, min(64, n/grain)) }

// kernel makes the step of an application that is neither pointwise nor a view.
func (b *compiler) kernel(n *graph.Node, op graph.Kernel) error {
	k := &kernelStep{header: header{node: n, op: n.Op().Name()}, op: op}
	var in, out []graph.Type
	for _, x := range n.In() {
		in = append(in, x.Type())
	}
	for i, x := range n.In() {
		v := b.at[x]
		_, copied := b.copied[x]
		if s, ok := op.(graph.Strided); copied || !ok || v.dense() || !v.forward() || !s.Strided(in, i, v.at) {
			v = b.contiguous(x)
		}
		k.in = append(k.in, v)
	}
	k.work = graph.Work{Phases: [3]int{1}}
	if w, ok := op.(graph.Parallel); ok {
		for _, r := range n.Results() {
			out = append(out, r.Type())
		}
		k.work = w.Work(in, out)
	}
	b.lead(k)
	for _, v := range k.in {
		b.touch(v.mem)
	}
	var over *memory // what the result is written over
	if _, ok := op.(graph.Patch); ok && b.reserved[n] == nil && b.dies(n, k.in) {
		over = k.in[0].mem
		b.reserved[n] = over
	}
	for _, r := range n.Results() {
		m := b.give(r, inArena)
		if m != over {
			m.first = len(b.steps)
		}
		m.last = max(m.last, len(b.steps))
		k.out = append(k.out, m)
	}
	if k.work.Scratch > 0 {
		k.scratch = b.memory(graph.T(graph.Uint8, k.work.Scratch), inArena)
	}
	if h, ok := n.Op().(graph.Higher); ok && !b.drafting {
		for _, f := range h.Bodies() {
			sub, err := b.body(f)
			if err != nil {
				return err
			}
			k.plans, k.body = append(k.plans, sub), append(k.body, sub.asBody(f))
		}
	}
	if patch, ok := op.(graph.Patch); ok && k.out[0].home == variable {
		k.patch = &inPlace{op: patch}
		b.patched = append(b.patched, k)
	}
	b.add(k)
	return nil
}

var errBusy = errors.New("exec: the plan is running; Clone it")
