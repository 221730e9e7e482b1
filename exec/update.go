package exec

import (
	"slices"

	"github.com/kedja-ml/kedja/graph"
)

// Updates are written where their variables lie. They are the last units of the step and made of ops that never fail, so that a step that
// fails has not begun them; with the trap on, they are rehearsed: docs/decisions/0011-updates-in-place.md.

// minRehearsed is how many bytes updates must write for a rehearsal to cost less than to compute aside what caches hold.
const minRehearsed = 4 << 20

// postpone moves the units that end in assignments alone, and cannot fail, behind all others; with the trap on, only those from which
// nothing else is computed.
//
// It assumes units in topological order, and keeps it.
func (c *compiler) postpone() {
	if c.late = len(c.units); len(c.vars) == 0 {
		return
	}
	index, users, group := c.grouped.index, c.grouped.users, c.grouped.unit
	needed, late := map[int]bool{}, map[int]bool{} // by leader
	times := map[*graph.Node]int{}
	for i, r := range c.roots {
		if times[r]++; i < c.outs || times[r] > 1 {
			needed[group[index[r.Results()[0]]]] = true
		}
	}
	var first, last []unit // in reverse
	for _, u := range slices.Backward(c.units) {
		l := group[index[u.nodes[0]]]
		late[l] = u.tiled && !needed[l] && !slices.ContainsFunc(u.nodes, func(n *graph.Node) bool {
			return !sure(n) || slices.ContainsFunc(users[index[n]], func(i int) bool { return group[i] != l && !(c.noTrap && late[group[i]]) })
		})
		if late[l] {
			last = append(last, u)
		} else {
			first = append(first, u)
		}
	}
	slices.Reverse(first)
	slices.Reverse(last)
	c.units, c.late = append(first, last...), len(first)
}

// updated lists the roots that are computed where their variables lie.
func (b *compiler) updated(times map[*graph.Node]int) map[*graph.Node]bool {
	in, bytes := map[*graph.Node]bool{}, 0
	for i, r := range b.roots[b.outs:] {
		if times[r] == 1 && b.updates(r, b.vars[i]) {
			in[r] = true
			bytes += r.Type().Bytes()
		}
	}
	if b.rehearse = !b.noTrap && bytes >= minRehearsed; b.noTrap || b.rehearse {
		return in
	}
	return nil
}

// sure reports that n's kernel never fails.
func sure(n *graph.Node) bool {
	op, ok := n.Op().(graph.Sure)
	if !ok {
		return false
	}
	in := make([]graph.Type, len(n.In()))
	for i, x := range n.In() {
		in[i] = x.Type()
	}
	return op.Sure(in)
}

// updates reports whether r may be computed where v lies: nothing reads the old value after it. In the end it is where nobody else looks.
func (b *compiler) updates(r *graph.Node, v graph.Var) bool {
	at := b.unitOf[r.Results()[0]]
	if at.unit < b.late || v == graph.Var(b.rng) {
		return false
	}
	x := b.read[v]
	if x == nil {
		return true
	}
	for seen := []*graph.Node{x}; len(seen) > 0; seen = seen[1:] {
		y := seen[0]
		if b.isRoot[y] {
			return false
		}
		for _, u := range b.users[y] {
			if _, view := u.Op().(graph.View); view {
				seen = append(seen, u)
				continue
			}
			switch k := b.unitOf[u.Results()[0]]; {
			case k.unit > at.unit, !b.noTrap && k.unit >= b.late && k.unit < at.unit, k.unit == at.unit && (k.node > at.node || y != x):
				return false
			case k == at && len(u.Results()) > 1:
				for i, o := range u.In() {
					if o == x && i != r.Index() {
						return false
					}
				}
			}
		}
	}
	return true
}
