package exec

import (
	"slices"

	"github.com/kedja-ml/kedja/graph"
)

// A recipe says how a result is computed again.
type recipe struct {
	of    *graph.Node
	late  map[*graph.Node]bool // the applications that read it anew
	from  map[*graph.Node]bool // what it is made from
	path  []*graph.Node        // what is made on the way
	first *graph.Node          // before which reader it is made
	early []*graph.Node        // what is made right after it, so that it is in one group with a reader of what it is made from
	host  *graph.Node          // the last pointwise op of those
	how   way
	bytes int // that are not kept
	extra int // that are moved in addition
}

// A way is how a result is computed again, the cheapest first: within the groups that read it, so that it is not written; in a group that reads
// what it is made from; or alone.
type way int

const (
	within way = iota
	beside
	alone
)

// maxAgain bounds the ops of a result that is computed again.
const maxAgain = 8

// recipe returns how v could be computed again, nil if it cannot.
func (r *recomputer) recipe(d *draft, v *graph.Node) *recipe {
	one := &recipe{of: v, late: map[*graph.Node]bool{}, from: map[*graph.Node]bool{}, bytes: v.Type().Bytes()}
	var readers []*graph.Node
	if !r.readers(d, v, func(u *graph.Node) {
		if d.step[d.node[u]] > d.at && !one.late[u] {
			one.late[u] = true
			readers = append(readers, u)
		}
	}) || len(readers) == 0 {
		return nil
	}
	slices.SortFunc(readers, func(a, b *graph.Node) int { return r.pos[a] - r.pos[b] })
	when := d.step[d.node[readers[0]]]
	for _, u := range readers {
		when = min(when, d.step[d.node[u]])
	}
	if when <= d.at+1 {
		return nil
	}
	ops := 0
	if !r.follows(d, one, v, when, &ops) {
		return nil
	}
	grouped := func(u *graph.Node) bool { return pointwise(u) && u.Shape() == v.Shape() }
	i := slices.IndexFunc(readers, func(u *graph.Node) bool { return !grouped(u) })
	one.first = readers[0]
	for x := range one.from {
		if x.Type().Bytes() > v.Type().Bytes()/2 {
			one.extra += x.Type().Bytes()
		}
	}
	if i < 0 {
		one.how, one.extra = within, one.extra-one.bytes
		return one
	}
	one.first = readers[i]
	one.how, one.extra = alone, 2*(one.extra+one.bytes) // a step of its own
	near := slices.Clone(readers)
	for x := range one.from {
		if x.Shape() == v.Shape() {
			near = append(near, r.users[x]...)
		}
	}
	for _, x := range one.path {
		near = append(near, r.users[x]...)
	}
	slices.SortFunc(near, func(a, b *graph.Node) int { return r.pos[a] - r.pos[b] })
	for _, u := range near {
		if grouped(u) && d.step[d.node[u]] > d.at && d.unitOf[d.node[u]].unit < d.late && r.host(one, u) {
			one.how = beside
			one.extra = one.bytes
			for x := range one.from {
				if x.Type().Bytes() > v.Type().Bytes()/2 && !r.read(one, x) {
					one.extra += x.Type().Bytes()
				}
			}
			break
		}
	}
	return one
}

// readers lists the applications that read v, through whatever view; false if it, or a view of it, is returned or assigned.
func (r *recomputer) readers(d *draft, v *graph.Node, yield func(*graph.Node)) bool {
	if d.isRoot[d.node[v]] {
		return false
	}
	for _, u := range r.users[v] {
		if _, view := u.Op().(graph.View); !view {
			yield(u)
		} else if !r.readers(d, u, yield) {
			return false
		}
	}
	return true
}

// follows reports whether x follows, by cheap pointwise ops, from what is there at a step anyway; the recipe notes that.
func (r *recomputer) follows(d *draft, one *recipe, x *graph.Node, when int, ops *int) bool {
	all := func(xs []*graph.Node) bool {
		for _, y := range xs {
			if !r.there(d, one, y, when) && !r.follows(d, one, y, when, ops) {
				return false
			}
		}
		return true
	}
	_, view := x.Op().(graph.View)
	_, watched := x.Op().(graph.Observer)
	if *ops++; *ops > maxAgain || watched {
		return false
	}
	if one.path = append(one.path, x); view || pointwise(x) {
		return all(x.In())
	}
	_, ok := x.Op().(graph.Restorer)
	return ok && x.Index() == 0 && all(x.In()) && all(x.Results()[1:])
}

// there reports whether x is kept until a step, or so small that it can be.
func (r *recomputer) there(d *draft, one *recipe, x *graph.Node, when int) bool {
	n := d.node[x]
	v := d.compiler.at[n]
	if v.mem == nil || slices.ContainsFunc(r.users[x], func(u *graph.Node) bool { _, patch := u.Op().(graph.Patch); return patch }) {
		return false
	}
	if v.mem.home == inArena && x.Type().Bytes() > one.bytes/16 && v.mem.of.Bytes() > one.bytes/16 {
		kept := false
		base := x
		for isView(base) && r.recipes[base] == nil {
			base = base.In()[0]
		}
		r.readers(d, base, func(u *graph.Node) { kept = kept || d.step[d.node[u]] >= when })
		if !kept || r.recipes[base] != nil {
			return false
		}
	}
	one.from[x] = true
	return true
}

// host makes u and the pointwise ops after it run before the first reader that is none, if all that they read is there by then; and the kernel
// after them that would run them piece by piece.
func (r *recomputer) host(one *recipe, u *graph.Node) bool {
	made := map[*graph.Node]bool{}
	ready := func(n *graph.Node) bool {
		return r.pos[n] < r.pos[one.first] || !slices.ContainsFunc(n.In(), func(x *graph.Node) bool {
			for isView(x) && x != one.of {
				x = x.In()[0]
			}
			return x != one.of && r.pos[x] > r.pos[one.first] && !made[x.Results()[0]]
		})
	}
	one.early, one.host = nil, nil
	for n := u; ready(n); {
		one.early = append(one.early, n)
		made[n] = true
		if !pointwise(n) {
			break
		}
		one.host = n
		if len(r.users[n]) != 1 || len(n.Results()) > 1 {
			break
		}
		next := r.users[n][0]
		if next == one.first || !(pointwise(next) && next.Shape() == u.Shape()) && !leads(n, next) {
			break
		}
		n = next
	}
	return one.host != nil
}

// read reports whether the group that the recipe joins reads x anyway.
func (r *recomputer) read(one *recipe, x *graph.Node) bool {
	return slices.ContainsFunc(one.early, func(n *graph.Node) bool {
		return pointwise(n) && slices.ContainsFunc(n.In(), func(y *graph.Node) bool {
			return y == x || y != one.of && r.recipes[y] != nil && r.recipes[y].from[x]
		})
	})
}

// leads reports whether a group that ends in x is run piece by piece before n.
func leads(x, n *graph.Node) bool {
	op, ok := n.Op().(graph.Piecewise)
	if !ok || n.In()[0].Shape() != x.Shape() {
		return false
	}
	var in, out []graph.Type
	for _, y := range n.In() {
		in = append(in, y.Type())
	}
	for _, y := range n.Results() {
		out = append(out, y.Type())
	}
	p := op.Piece(x.Shape(), 0, op.Work(in, out).Phases[0])
	return p.Count == 1 || p.Count > 1 && p.Len >= shortRun
}
