package exec

import (
	"errors"
	"fmt"
	"runtime"
	"slices"

	"github.com/kedja-ml/kedja/graph"
)

// An Option of Compile: In, Out, Workers, NoTrap, Profile.
type Option func(*options)

type options struct {
	in, out []*graph.Node
	workers int
	noTrap  bool
	profile bool
}

// In lists the inputs, in the order in which Run takes their values.
func In(inputs ...*graph.Node) Option {
	return func(o *options) { o.in = append(o.in, inputs...) }
}

// Out lists what Run returns.
func Out(outputs ...*graph.Node) Option {
	return func(o *options) { o.out = append(o.out, outputs...) }
}

// Workers sets how many cores a plan uses at most; GOMAXPROCS if n < 1, which is the default. The results do not depend on it.
func Workers(n int) Option { return func(o *options) { o.workers = n } }

// NoTrap leaves NaN alone: a step that yields it is committed.
func NoTrap() Option { return func(o *options) { o.noTrap = true } }

// Profile measures each step; see Plan.Profile.
func Profile() Option { return func(o *options) { o.profile = true } }

// Compile plans the outputs and all assignments of g.
func Compile(g *graph.Graph, opts ...Option) (*Plan, error) {
	if err := g.Err(); err != nil {
		return nil, err
	}
	var o options
	for _, f := range opts {
		f(&o)
	}
	if o.workers < 1 {
		o.workers = runtime.GOMAXPROCS(0)
	}
	roots := slices.Clone(o.out)
	var vars []graph.Var
	for v, n := range g.Assigned {
		vars, roots = append(vars, v), append(roots, n)
	}
	for i, n := range slices.Concat(roots, o.in) {
		if n == nil {
			return nil, fmt.Errorf("exec: node %d of Out or In is nil", i)
		}
		if n.Graph() != g {
			return nil, fmt.Errorf("exec: %s (%s) is of another graph, or of a body", n.Called(), n.Origin())
		}
	}
	p, err := lower(g.RNG(), o, roots, vars)
	if err != nil {
		return nil, err
	}
	return p.bind()
}

// A program is a plan without memory: what clones share.
type program struct {
	options
	g     *graph.Graph  // a graph of the plan's own
	roots []*graph.Node // outputs, then what the variables are assigned
	outs  int
	vars  []graph.Var
	rng   *graph.State
	names []string // of the inputs
}

// lower copies what roots need to a graph of the plan's own, in which every op has a kernel or is a view.
func lower(rng *graph.State, o options, roots []*graph.Node, vars []graph.Var) (*program, error) {
	p := &program{options: o, g: graph.New(graph.Evaluation), outs: len(o.out), vars: vars, rng: rng}
	p.g.SetRNG(rng)
	at := map[*graph.Node]*graph.Node{}
	for i, n := range o.in {
		if _, ok := n.Op().(graph.Input); !ok && n.Op().Name() != "capture" {
			return nil, fmt.Errorf("exec: %s (%s), number %d of In, is not an input", n.Called(), n.Origin(), i)
		}
		if at[n] != nil {
			return nil, fmt.Errorf("exec: input %q (%s) is listed twice in In", n.Called(), n.Origin())
		}
		at[n] = p.g.Placeholder(n.Called(), n.Type())
		p.names = append(p.names, n.Called())
		p.in = append(p.in[:i:i], at[n])
	}
	var unfed error
	p.roots = graph.Rebuild(roots, at, func(n *graph.Node, in []*graph.Node) []*graph.Node {
		if l, ok := n.Op().(graph.Input); ok {
			unfed = errors.Join(unfed, fmt.Errorf("exec: input %q (%s) is needed but not in In", l.Called, n.Origin()))
		}
		return graph.Again(p.g, n, in)
	})
	if unfed != nil {
		return nil, unfed
	}
	for changed := true; changed; {
		changed = false
		p.roots = graph.Rebuild(p.roots, map[*graph.Node]*graph.Node{}, func(n *graph.Node, in []*graph.Node) []*graph.Node {
			out, again := p.rewrite(n, in)
			changed = changed || again
			return out
		})
		if err := p.g.Err(); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// rewrite replaces a definition without kernel by what it defines, and a node by a cheaper equal one.
func (p *program) rewrite(n *graph.Node, in []*graph.Node) (out []*graph.Node, changed bool) {
	defer p.g.As(n)()
	_, kernel := n.Op().(graph.Kernel)
	if c, ok := n.Op().(graph.Composite); ok && !kernel {
		return c.Define(in), true
	}
	if slices.Equal(in, n.In()) {
		out = n.Results()
	} else {
		out = graph.Again(p.g, n, in)
	}
	if s, ok := n.Op().(graph.Simplifier); ok && len(out) == 1 {
		if better := s.Simplify(out[0]); better != nil && better != out[0] {
			return []*graph.Node{better}, true
		}
	}
	return out, false
}
