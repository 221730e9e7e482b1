package flow

import (
	"slices"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// sums finds, for values of a backward body that are to be added up over all steps, what the loop must yield for that: at best the
// operands of a product, stacked, many of which are there anyway.
type sums struct {
	b       *backward
	budget  int                  // bytes of stacks that are not there anyway
	added   []*graph.Node        // values of the body to add up in the loop
	stacked []*graph.Node        // values of the body to stack
	whole   map[*graph.Node]bool // to add up as they are
}

// newSums allows stacks that need twice the memory of the sequences that the loop reads: what it keeps grows by a constant factor at
// most, also where little is kept because f is checkpointed.
func newSums(b *backward) *sums {
	s, live := &sums{b: b, whole: map[*graph.Node]bool{}}, b.body.Live(b.body.Outs())
	for k, r := range b.rows {
		if live[b.body.Inputs()[len(b.init)+k]] {
			s.budget += 2 * r.Type().Bytes()
		}
	}
	return s
}

// outside returns what an input of the body is: a sequence, or a constant from outside; nil for other values.
func (s *sums) outside(x *graph.Node) (sequence, constant *graph.Node) {
	b := s.b
	switch i := slices.Index(b.body.Inputs(), x) - len(b.init); {
	case i < 0:
		return nil, nil
	case i < len(b.rows):
		return b.rows[i], nil
	default:
		return nil, b.captured[i-len(b.rows)]
	}
}

// total is the sum of n, from stacks and sums that are given.
func (s *sums) total(n *graph.Node, stack, sum func(x *graph.Node) *graph.Node) *graph.Node {
	var total func(x *graph.Node) *graph.Node
	total = func(x *graph.Node) *graph.Node {
		if op, ok := x.Op().(graph.Summer); ok && !s.whole[x] {
			if y := op.SumOver(x, stack, total); y != nil {
				return y
			}
		}
		return sum(x)
	}
	return total(n)
}

// plan notes what the sum of n needs: n itself, if no product is made of stacks.
func (s *sums) plan(n *graph.Node) {
	g, old, gain := graph.New(graph.Evaluation), *s, false // of nodes that only stand for those to come
	s.total(n, func(x *graph.Node) *graph.Node {
		if seq, c := s.outside(x); seq == nil && c == nil && !slices.Contains(s.stacked, x) {
			if !s.b.sequence(x) {
				bytes := x.Type().Bytes() * s.b.o.Steps
				if bytes > s.budget {
					return nil
				}
				s.budget -= bytes
			}
			s.stacked = append(s.stacked, x)
		}
		gain = true
		return g.Placeholder("stack", graph.Type{Dtype: x.Dtype(), Shape: x.Shape().Lead(s.b.o.Steps)})
	}, func(x *graph.Node) *graph.Node {
		if seq, c := s.outside(x); seq == nil && c == nil && !slices.Contains(s.added, x) {
			s.added = append(s.added, x)
		}
		return g.Placeholder("sum", x.Type())
	})
	more := 0
	for _, x := range s.added[len(old.added):] {
		more += x.Type().Bytes()
	}
	if more > n.Type().Bytes() || more > 0 && !gain {
		s.added, s.stacked, s.budget = append(old.added[:len(old.added):len(old.added)], n), old.stacked, old.budget
		s.whole[n] = true
	}
}

// settle leaves to the end what is stacked anyway.
func (s *sums) settle() {
	s.added = slices.DeleteFunc(slices.Clone(s.added), func(x *graph.Node) bool {
		return slices.Contains(s.stacked, x) || s.b.sequence(x)
	})
}

// build returns the sum of n from what the loop yielded.
func (s *sums) build(n *graph.Node, added []*graph.Node, stack func(x *graph.Node) *graph.Node) *graph.Node {
	return s.total(n, func(x *graph.Node) *graph.Node {
		if seq, c := s.outside(x); seq != nil {
			return seq
		} else if c != nil {
			return ops.Lead(c, s.b.o.Steps)
		}
		return stack(x)
	}, func(x *graph.Node) *graph.Node {
		if seq, c := s.outside(x); seq != nil {
			return ops.Sum(seq, 0)
		} else if c != nil {
			return ops.Scale(float64(s.b.o.Steps), c)
		}
		if k := slices.Index(s.added, x); k >= 0 {
			return added[k]
		}
		return ops.Sum(stack(x), 0)
	})
}
