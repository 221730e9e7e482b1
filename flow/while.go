package flow

import (
	"errors"
	"fmt"
	"slices"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// While runs f on the state as long as cond, a bool scalar, holds for it, but at most limit times. It returns the last state and the number
// of rounds, an int32 scalar.
//
// By definition it is a Scan of limit steps in each of which Cond runs f or leaves the state: so are its derivative, which keeps the states
// of limit steps, and what it is mapped over rows that stop at different times. The loop itself stops with the condition. A draw in f is an
// error, as in Scan.
func While(limit int, init []*graph.Node, cond func(state []*graph.Node) *graph.Node, f func(state []*graph.Node) []*graph.Node,
) (final []*graph.Node, rounds *graph.Node) {
	g, types := in0(init, nil).Graph(), make([]graph.Type, len(init))
	for i, x := range init {
		types[i] = x.Type()
	}
	test, ca := graph.NewFunc(g, types, func(s []*graph.Node) []*graph.Node { return []*graph.Node{cond(s)} })
	body, cb := graph.NewFunc(g, types, f)
	all := slices.Concat(init, ca, cb)
	op, n := while{test, body, len(init), limit}, len(init)+1
	for _, x := range slices.Concat(all, test.Outs(), body.Outs()) {
		if !x.Valid() {
			r := g.Fail(n, errors.New("while: failed"))
			return r[:n-1], r[n-1]
		}
	}
	err := op.wrong(types)
	if err == nil {
		err = drawing(g, slices.Concat(ca, cb))
	}
	if err != nil {
		r := g.Fail(n, fmt.Errorf("while: %w", err))
		return r[:n-1], r[n-1]
	}
	r := graph.ApplyN(op, n, all...)
	return r[: n-1 : n-1], r[n-1]
}

// while has the operands init, those captured by Test, those captured by Body.
type while struct {
	Test, Body    *graph.Func
	States, Limit int
}

func (while) Name() string            { return "while" }
func (o while) Bodies() []*graph.Func { return []*graph.Func{o.Test, o.Body} }

func (o while) Infer(in []graph.Type) ([]graph.Type, error) {
	a, b := len(o.Test.Inputs()), len(o.Body.Inputs())
	if o.States < 1 || o.States > min(a, b) || len(in) != a+b-o.States {
		return nil, fmt.Errorf("want %d states and what test and body read beside them, of %d operands", o.States, len(in))
	}
	err := o.wrong(in[:o.States])
	if err == nil {
		err = o.Test.Takes(in[:a])
	}
	if err == nil {
		err = o.Body.Takes(slices.Concat(in[:o.States], in[a:]))
	}
	return append(slices.Clone(in[:o.States]), graph.T(graph.Int32)), err
}

func (o while) wrong(states []graph.Type) error {
	if o.Limit < 0 {
		return fmt.Errorf("want a limit that is not negative, not %d", o.Limit)
	}
	switch t := o.Test.Types(); {
	case len(t) != 1:
		return fmt.Errorf("want one condition, not %d", len(t))
	case t[0] != graph.T(graph.Bool):
		return fmt.Errorf("want a condition that is a scalar bool, not %v", t[0])
	}
	next := o.Body.Types()
	if len(next) != len(states) {
		return fmt.Errorf("the body returns %d states, want %d", len(next), len(states))
	}
	for i, t := range states {
		if next[i] != t {
			return fmt.Errorf("state %d is %v, but the body returns %v for it", i, t, next[i])
		}
	}
	return nil
}

// operands are those of the test and of the body.
func (o while) operands(in []*graph.Node) (test, body []*graph.Node) {
	k := len(o.Test.Inputs())
	return in[:k], slices.Concat(in[:o.States], in[k:])
}

// Define tests the state that was left again in each step: the answer is the same.
func (o while) Define(in []*graph.Node) []*graph.Node {
	test, body := o.operands(in)
	init := append(slices.Clone(in[:o.States]), in[0].Graph().Fill(0, graph.T(graph.Int32)))
	final, _ := Scan(init, []*graph.Node{ops.Iota(in[0].Graph(), graph.Int32, o.Limit)}, func(s, x []*graph.Node) (next, y []*graph.Node) {
		g, states := x[0].Graph(), s[:o.States]
		on := o.Test.Inline(g, slices.Concat(states, test[o.States:]))[0]
		return Cond(on, func(s []*graph.Node) []*graph.Node {
			next := o.Body.Inline(s[0].Graph(), slices.Concat(s[:o.States], body[o.States:]))
			return append(slices.Clip(next), ops.Add(s[o.States], ops.Like(1, s[o.States])))
		}, func(s []*graph.Node) []*graph.Node { return s }, s...), nil
	})
	return final
}

// Work asks for a second place for each state, and one for the answer.
func (o while) Work(in, _ []graph.Type) graph.Work {
	w := graph.Work{Phases: [3]int{1}, Scratch: 64}
	for _, s := range in[:o.States] {
		w.Scratch += places(s)
	}
	return w
}

// Eval lets each state take turns between its result and the scratch.
func (o while) Eval(c *graph.Call) error {
	test, b := &c.Body[0], &c.Body[1]
	skip := len(test.In) - o.States
	for i := range test.In {
		test.In[i].Place(&c.In[i], 0, c.In[i].Len())
	}
	for i := range b.In {
		at := i
		if i >= o.States {
			at += skip
		}
		b.In[i].Place(&c.In[at], 0, c.In[at].Len())
	}
	answer := graph.Over(graph.T(graph.Bool), c.Scratch.Bytes())
	test.Out[0].Place(&answer, 0, 1)
	k := 0
	for ; k < o.Limit; k++ {
		if err := test.Run(); err != nil {
			return err
		}
		if p := test.Same[0]; p >= 0 {
			move(&test.Out[0], &test.In[p])
		}
		if !graph.Data[bool](answer)[0] {
			break
		}
		at := 64
		for i := range o.States {
			mem := graph.Over(c.Out[i].Type, c.Scratch.Bytes()[at:])
			at += places(mem.Type)
			if b.In[i].Pointer() != c.Out[i].Pointer() {
				mem = c.Out[i]
			}
			b.Out[i].Place(&mem, 0, mem.Len())
		}
		if err := b.Run(); err != nil {
			return err
		}
		for i, p := range b.Same {
			if p >= 0 && p != i {
				move(&b.Out[i], &b.In[p])
			} else if p < -1 {
				move(&b.Out[i], &b.Out[-2-p])
			}
		}
		for i := range o.States {
			if b.Same[i] != i { // else it stays where it is
				b.In[i].Place(&b.Out[i], 0, b.Out[i].Len())
				test.In[i].Place(&b.Out[i], 0, b.Out[i].Len())
			}
		}
	}
	for i := range o.States {
		move(&c.Out[i], &b.In[i])
	}
	graph.Data[int32](c.Out[o.States])[0] = int32(k)
	return nil
}
