package exec

import (
	"fmt"
	"slices"

	"github.com/kedja-ml/kedja/graph"
)

// A variable that a step assigns to itself with a part written anew, and reads nowhere else, is written where it lies: a cache of keys
// and values costs what is added to it, not what is in it. A step that fails puts back what was there. An intermediate result that nobody
// needs any more is written over, too, be it by a patch or by a group.

// patches reports whether r is v with a part written anew, and may be computed where v lies, because nothing else reads v.
func (b *compiler) patches(r *graph.Node, v graph.Var) bool {
	if _, ok := r.Op().(graph.Patch); !ok {
		return false
	}
	x := r.In()[0]
	read, ok := x.Op().(graph.Read)
	return ok && read.Var == v && len(b.users[x]) == 1 && !b.isRoot[x]
}

// dies reports whether n, made from in, is the last to read the whole memory of its first operand.
func (b *compiler) dies(n *graph.Node, in []value) bool {
	m := in[0].mem
	if m.home != inArena || in[0].at != whole(m).at || in[0].typ.Bytes() != m.of.Bytes() {
		return false
	}
	for _, v := range in[1:] {
		if v.mem == m {
			return false
		}
	}
	if !b.free(m, func(u *graph.Node) bool { return u == n }) {
		return false
	}
	if x := n.In()[0]; b.copied[x].mem == m {
		delete(b.copied, x)
	}
	return true
}

// free reports whether nothing but the nodes in hand needs what is in m any more.
func (b *compiler) free(m *memory, inHand func(*graph.Node) bool) bool {
	return !slices.ContainsFunc(m.nodes, func(x *graph.Node) bool {
		return b.isRoot[x] || slices.ContainsFunc(b.users[x], func(u *graph.Node) bool { return !b.done[u] && !inHand(u) })
	})
}

// over returns the memory that result k of op i of the group s may be written over, nil if there is none: of an operand that s alone needs,
// element by element, and after that op no longer. Of several it is the one written last.
func (b *compiler) over(s *tileStep, i, k int, inside map[*graph.Node]bool) (m *memory) {
	for _, l := range s.loads {
		x := l.v.mem
		if m != nil && x.first <= m.first || x.home != inArena || x.of.Dtype != s.ops[i].node.Results()[k].Dtype() {
			continue
		}
		if !slices.ContainsFunc(s.stores, func(st store) bool { return st.m == x }) && s.spares(x, i, k) && b.free(x, func(u *graph.Node) bool { return inside[u] }) {
			m = x
		}
	}
	return m
}

// spares reports whether the group has done with m, which it reads element by element, when op i writes its result k.
func (s *tileStep) spares(m *memory, i, k int) bool {
	for _, l := range s.loads {
		if l.v.mem != m {
			continue
		}
		if !l.v.whole() {
			return false
		}
		for j, op := range s.ops[i:] {
			at := slices.Index(op.in, l.place)
			if at >= 0 && (j > 0 || len(op.out) > 1 && (at != k || slices.Contains(op.in[at+1:], l.place))) {
				return false
			}
		}
	}
	return true
}

// inPlace is such a kernel's memory of what it wrote over.
type inPlace struct {
	op      graph.Patch
	old     graph.Buffer
	part    graph.Call // copies the part to old
	back    graph.Call // writes old over the part
	written bool       // in this run
}

// prepare makes the calls, once; first is the kernel's.
func (o *inPlace) prepare(first graph.Call) {
	t := first.In[1].Type
	o.old = graph.Over(t, aligned(t.Bytes()))
	o.part.In, o.part.Out = make([]graph.Buffer, len(first.In)), []graph.Buffer{o.old}
	o.back.In, o.back.Out, o.back.Tasks = make([]graph.Buffer, len(first.In)), make([]graph.Buffer, 1), 1
}

// save keeps what the kernel is going to write over.
func (o *inPlace) save(c graph.Call) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	copy(o.part.In, c.In)
	copy(o.back.In, c.In)
	copy(o.back.Out, c.Out)
	o.back.In[1] = o.old
	if err := o.op.Part(&o.part); err != nil {
		return err
	}
	o.written = true
	return nil
}

// restore undoes what the kernels of a failed run have written in place.
func (p *Plan) restore() {
	for _, k := range p.patched {
		if o := k.patch; o.written {
			o.written = false
			for o.back.Phase = range k.work.Phases {
				if k.work.Phases[o.back.Phase] > 0 {
					_ = o.op.Eval(&o.back) // it has done so before, with other values
				}
			}
		}
	}
}
