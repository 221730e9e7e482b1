package exec

import (
	"slices"

	"github.com/kedja-ml/kedja/graph"
)

// again is its operand, told apart by a number from what else it is: what is made from it is not what was made before.
type again struct{ N int }

func (again) Name() string                                                 { return "again" }
func (again) Infer(in []graph.Type) ([]graph.Type, error)                  { return in[:1], nil }
func (again) View(_ graph.Type, at graph.Layout) (y graph.Layout, ok bool) { return at, true }

func isAgain(x *graph.Node) bool {
	for isView(x) {
		if _, ok := x.Op().(again); ok {
			return true
		}
		x = x.In()[0]
	}
	return false
}

// An author writes the program anew, results that are computed again among it.
type author struct {
	g       *graph.Graph
	recipes map[*graph.Node]*recipe
	at      map[*graph.Node]*graph.Node // what there was, in the new graph
	anew    map[*graph.Node]*graph.Node // computed again
	beside  map[*graph.Node]*graph.Node
}

// rewrite gives the draft a graph of its own, in which the nodes that the recipes want are made in the order in which they are to run.
func (r *recomputer) rewrite(d *draft, recipes map[*graph.Node]*recipe) error {
	p := d.program
	w := &author{g: p.g, recipes: recipes, at: map[*graph.Node]*graph.Node{}, anew: map[*graph.Node]*graph.Node{}, beside: map[*graph.Node]*graph.Node{}}
	if len(recipes) > 0 {
		w.g = graph.New(graph.Evaluation)
		w.g.SetRNG(p.rng)
		p.in = slices.Clone(p.in)
		for i, n := range p.in {
			p.in[i] = w.g.Placeholder(n.Called(), n.Type())
			w.at[n] = p.in[i]
		}
	}
	before := map[*graph.Node][]*recipe{}
	for _, n := range r.order {
		for _, x := range n.Results() {
			if one := recipes[x]; one != nil {
				before[one.first] = append(before[one.first], one)
			}
		}
	}
	for _, n := range r.order {
		for _, one := range before[n] {
			for _, e := range one.early {
				for _, x := range e.In() { // what it waits for comes before it
					if below := w.below(x); w.recipes[below] == nil && w.at[below] != nil {
						w.operand(e, x)
					}
				}
			}
			x := w.again(one)
			for _, e := range one.early {
				w.write(e)
			}
			if one.host != nil {
				w.beside[x.Results()[0]] = w.at[one.host]
			}
		}
		w.write(n)
	}
	d.node, d.base = w.at, make(map[*graph.Node]*graph.Node, len(w.at))
	for b, n := range w.at {
		d.base[n] = b
	}
	p.g, p.beside, p.roots = w.g, w.beside, slices.Clone(p.roots)
	for i, n := range p.roots {
		p.roots[i] = w.at[n]
	}
	return w.g.Err()
}

// write makes n where it is not made yet.
func (w *author) write(n *graph.Node) {
	if w.at[n.Results()[0]] != nil {
		return
	}
	in := make([]*graph.Node, len(n.In()))
	for i, x := range n.In() {
		if in[i] = w.at[x]; w.recipes[x] != nil || isView(x) {
			in[i] = w.operand(n, x)
		}
	}
	for i, x := range graph.Again(w.g, n, in) {
		w.at[n.Results()[i]] = x
	}
}

func isView(x *graph.Node) bool { _, view := x.Op().(graph.View); return view }

// operand is x as n reads it.
func (w *author) operand(n, x *graph.Node) *graph.Node {
	if one := w.recipes[w.below(x)]; one != nil && one.late[n] {
		return w.seen(x)
	}
	if w.at[x] == nil {
		w.write(x.Results()[0]) // a view that was made later
	}
	return w.at[x]
}

// below is what x is a view of.
func (w *author) below(x *graph.Node) *graph.Node {
	for isView(x) && w.recipes[x] == nil {
		x = x.In()[0]
	}
	return x
}

// seen is a view of what is computed again.
func (w *author) seen(x *graph.Node) *graph.Node {
	if one := w.recipes[x]; one != nil {
		return w.again(one)
	}
	return graph.Again(w.g, x, []*graph.Node{w.seen(x.In()[0])})[0]
}

// again makes what the recipe is of, once.
func (w *author) again(one *recipe) *graph.Node {
	if w.anew[one.of] == nil {
		w.anew[one.of] = w.make(one, w.g.Fresh(), one.of)
	}
	return w.anew[one.of]
}

// make makes x from what the recipe says.
func (w *author) make(one *recipe, number int, x *graph.Node) *graph.Node {
	if other := w.recipes[x]; other != nil && other != one {
		return w.again(other)
	}
	defer w.g.As(w.at[x])()
	if one.from[x] {
		return graph.Apply(again{number}, w.at[x])
	}
	all := func(xs []*graph.Node) []*graph.Node {
		made := make([]*graph.Node, len(xs))
		for i, y := range xs {
			made[i] = w.make(one, number, y)
		}
		return made
	}
	if op, ok := x.Op().(graph.Restorer); ok && !isView(x) && !pointwise(x) {
		return op.Restore(all(x.In()), all(x.Results()[1:]))
	}
	return graph.ApplyN(x.Op(), len(x.Results()), all(x.In())...)[x.Index()]
}
