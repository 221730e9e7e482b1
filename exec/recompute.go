package exec

import (
	"fmt"
	"io"
	"maps"
	"math"
	"runtime"
	"slices"

	"github.com/kedja-ml/kedja/graph"
)

// What the backward pass reads of the forward pass lies in memory all the time between. Cheap pointwise results of what lies there anyway (an
// activation, a norm with its statistics) are computed again where they are read late, if that lowers what the plan needs at once and costs
// little: docs/decisions/0023-computed-again.md.

// leastAgain is from how many bytes on a result is worth being computed again, unless the option Recompute says otherwise.
const leastAgain = 64 << 10

// A graph of up to smallGraph nodes is planned so many times to find out, at most, a larger one fewer times.
const smallGraph, rounds, fewRounds = 2000, 12, 2

// largeProgram is how many bytes a program needs at least for the megabytes of a draft to be collected at once.
const largeProgram = 16 << 20

// flopsPerByte is what moving a byte is reckoned to cost, and of this reckoned time of a step one part in shareAgain may be spent, until
// the plan needs a fifth less.
const flopsPerByte, shareAgain = 14, 80

// recompute makes nodes anew for late readers. It is exact: they are the same ops on the same operands.
//
// It assumes that nothing is rewritten after it, so that what is equal stays apart. After it, program.beside says which nodes made anew are to
// be in one group with which others.
func (c *compiler) recompute() error {
	p := c.program
	r := &recomputer{p: p, order: graph.Order(p.roots, nil), recipes: map[*graph.Node]*recipe{}, least: leastAgain}
	if p.again != nil {
		r.least = *p.again
	}
	all := 0
	for _, n := range r.order {
		all += n.Type().Bytes()
	}
	if p.inner || p.folding || r.least < 0 || all < r.least {
		return nil
	}
	best, err := r.best(c.explain)
	if best == nil || err != nil {
		return err
	}
	if *p = *best.program; best.most >= largeProgram {
		runtime.GC() // or what is planned lies beside the drafts, which would take what is saved
	}
	return nil
}

// best returns the draft that needs least, nil if nothing is worth it.
func (r *recomputer) best(explain io.Writer) (*draft, error) {
	best, err := r.draft(r.recipes)
	if err != nil {
		return nil, err
	}
	if best.most < r.least {
		return nil, nil
	}
	r.inOrder(best)
	budget := math.MaxInt
	if r.least > 0 {
		budget = best.time() / shareAgain
	}
	left, enough, large := rounds, best.most-best.most/5, best.most >= largeProgram
	if len(r.order) > smallGraph {
		left = fewRounds
	}
	for how, few := within, math.MaxInt; how <= alone && left > 0 && (r.least == 0 || best.most > enough); {
		found := r.find(best, how)
		all, spent, n := maps.Clone(r.recipes), 0, 0
		for _, one := range found {
			if n < few && budget-spent >= one.extra {
				all[one.of], spent, n = one, spent+one.extra, n+1
			}
		}
		if n == 0 {
			how, few = how+1, math.MaxInt
			continue
		}
		d, err := r.draft(all)
		if err != nil {
			return nil, err
		}
		if explain != nil {
			fmt.Fprintf(explain, "again: %d results, %.2f MB needed at once instead of %.2f\n", len(all), mega(d.most), mega(best.most))
		}
		if left--; large {
			runtime.GC() // the next draft lies where this one did
		}
		if best.most-d.most <= best.most/256 || r.least > 0 && best.most-d.most < spent/2 {
			few = n / 2 // perhaps the others make another step need most
			continue
		}
		best, r.recipes, budget, how, few = d, all, budget-max(0, spent), within, math.MaxInt
	}
	return best, nil
}

// inOrder notes in which order the nodes run, and who reads them.
func (r *recomputer) inOrder(d *draft) {
	r.order, r.pos, r.users = r.order[:0], map[*graph.Node]int{}, map[*graph.Node][]*graph.Node{}
	for _, u := range d.units {
		r.order = append(r.order, u.nodes...)
	}
	for i, n := range r.order {
		for _, x := range n.Results() {
			r.pos[x] = i
		}
		for _, x := range n.In() {
			if us := r.users[x]; len(us) == 0 || us[len(us)-1] != n {
				r.users[x] = append(us, n)
			}
		}
	}
}

// A recomputer finds out what is to be computed again. Its maps are of the graph as it was.
type recomputer struct {
	p       *program
	order   []*graph.Node // first results, as they run
	pos     map[*graph.Node]int
	users   map[*graph.Node][]*graph.Node
	recipes map[*graph.Node]*recipe
	least   int
}

// A draft is a plan that is thrown away, with what it would need.
type draft struct {
	*compiler
	node, base map[*graph.Node]*graph.Node // of the graph as it was, and back
	step       map[*graph.Node]int         // of each application's first result
	most, at   int                         // bytes needed at once, and the step where
	fixed      int                         // bytes of what lies outside of the arena
}

// draft plans the program with some results computed again.
func (r *recomputer) draft(recipes map[*graph.Node]*recipe) (*draft, error) {
	q := *r.p
	d := &draft{compiler: &compiler{Plan: &Plan{program: &q}, drafting: true}, step: map[*graph.Node]int{}}
	if err := r.rewrite(d, recipes); err != nil {
		return nil, err
	}
	for _, f := range []func() error{d.group, d.schedule, d.layout} {
		if err := f(); err != nil {
			return nil, err
		}
	}
	for i, s := range d.steps {
		if k, ok := s.(*kernelStep); ok {
			d.step[k.node.Results()[0]] = i
		}
		for _, g := range groups(s) {
			for _, op := range g.ops {
				d.step[op.node.Results()[0]] = i
			}
		}
	}
	var ms []*memory
	for _, m := range d.all {
		if m.home == inArena {
			ms = append(ms, m)
		}
	}
	for _, m := range d.results {
		if m.home != variable {
			d.fixed += m.of.Bytes()
		}
	}
	d.most, d.at = liveness(ms)
	d.most += d.fixed
	return d, nil
}

// time is what a run is reckoned to take, in bytes moved.
func (d *draft) time() (bytes int) {
	for _, s := range d.steps {
		f, b := work(s)
		bytes += int(f/flopsPerByte + b)
	}
	return bytes
}

// find returns how the results could be computed again that are kept over the step that needs most: in one of the ways, those kept longest first.
func (r *recomputer) find(d *draft, how way) (found []*recipe) {
	for _, m := range d.all {
		if m.home != inArena || m.first >= d.at || m.last <= d.at+1 || m.of.Bytes() < max(1, r.least) {
			continue
		}
		if v := d.base[tenant(m)]; v != nil && r.recipes[v] == nil && (d.compiler.at[d.node[v]].mem == m || d.copied[d.node[v]].mem == m) {
			if one := r.recipe(d, v); one != nil && one.how == how {
				found = append(found, one)
			}
		}
	}
	return found
}

// tenant is the node that lies in m last, seen through no view, or the view that m is a copy of.
func tenant(m *memory) *graph.Node {
	for _, n := range slices.Backward(m.nodes) {
		if _, view := n.Op().(graph.View); !view {
			return n
		}
	}
	if len(m.nodes) > 0 {
		return m.nodes[0]
	}
	return nil
}
