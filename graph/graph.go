package graph

import (
	"errors"
	"fmt"
	"hash/maphash"
	"slices"
)

// A Node is one result of an application of an op. It is small and never changes; what analyses find out about it
// they keep in tables of their own.
type Node struct {
	g     *Graph
	app   *application
	id    int // unique and topological across a graph and the bodies inside it; −1 if building it failed
	index int
	typ   Type
}

type application struct {
	op     Op
	in     []*Node
	out    []*Node
	origin *origin
}

func (n *Node) Graph() *Graph    { return n.must().g }
func (n *Node) Op() Op           { return n.must().app.op }
func (n *Node) In() []*Node      { return n.must().app.in }  // not to be modified
func (n *Node) Results() []*Node { return n.must().app.out } // all results of the application, n among them; not to be modified
func (n *Node) Index() int       { return n.must().index }
func (n *Node) Type() Type       { return n.must().typ }
func (n *Node) Dtype() Dtype     { return n.must().typ.Dtype }
func (n *Node) Shape() Shape     { return n.must().typ.Shape }

// Valid reports whether n could be built. Wrappers that compute attributes from shapes may return an invalid operand as it is.
func (n *Node) Valid() bool { return n.must().id >= 0 }

// must panics with the user's line where n is nil: a bug that the error of no graph could tell of.
func (n *Node) must() *Node {
	if n == nil {
		panic(fmt.Sprintf("graph: %s: a nil node is used", here()))
	}
	return n
}

// ID is a number that grows in the order of creation: operands have smaller ones than results.
func (n *Node) ID() int { return n.id }

// A Mode tells layers whether a graph is for training. Dropout and batch normalisation read it.
type Mode uint8

const (
	Training Mode = iota
	Evaluation
)

func (m Mode) String() string {
	if m == Training {
		return "training"
	}
	return "evaluation"
}

// A Graph owns its nodes in topological order, and the first error met while building them. Building is for one
// goroutine at a time.
type Graph struct {
	*root
	parent *Graph // the graph around a body
	depth  int
	nodes  []*Node // the first result of each application
	memo   map[key][]*Node
}

// root is what a graph shares with the bodies inside it.
type root struct {
	mode    Mode
	err     error
	next    int // node id
	fresh   int
	open    []*Graph // bodies being traced, innermost last
	bodies  int
	seed    maphash.Seed
	funcs   map[uint64][]*Func // by their text
	ops     opTypes
	origins map[origin]*origin
	from    *Node
	current map[Var]*Node
	order   []Var
	bound   []map[Var]*Node
	noted   *noted // what Collect notes, nil outside of it
	rng     *State
	drawn   bool
}

// New returns an empty graph.
func New(m Mode) *Graph {
	r := &root{mode: m, seed: maphash.MakeSeed(), funcs: map[uint64][]*Func{}, ops: opTypes{}, origins: map[origin]*origin{}, current: map[Var]*Node{}}
	return &Graph{root: r, memo: map[key][]*Node{}}
}

func (g *Graph) Mode() Mode { return g.mode }

// WithMode runs f in another mode: a frozen batch norm, or a teacher inside a training graph.
func (g *Graph) WithMode(m Mode, f func()) {
	old := g.mode
	g.mode = m
	defer func() { g.mode = old }()
	f()
}

// Err returns the first error met while building, nil if there was none.
func (g *Graph) Err() error { return g.err }

// Nodes lists the applications in topological order, each by its first result. Not to be modified.
func (g *Graph) Nodes() []*Node { return g.nodes }

// Fresh returns a number not returned before, for ops that must not be merged: draws, barriers, leaves.
func (g *Graph) Fresh() int { g.fresh++; return g.fresh }

// Fail records err, with the user's line, unless an error is already recorded. It returns n failed nodes.
func (g *Graph) Fail(n int, err error) []*Node {
	a := &application{op: failed{}, origin: g.origin()}
	if g.err == nil {
		g.err = fmt.Errorf("%s: %w", a.origin, err)
	}
	for i := range n {
		a.out = append(a.out, &Node{g: g, id: -1, app: a, index: i})
	}
	return a.out
}

// Failf is Fail for one node, with a formatted error.
func (g *Graph) Failf(format string, a ...any) *Node { return g.Fail(1, fmt.Errorf(format, a...))[0] }

type failed struct{}

func (failed) Name() string                 { return "failed" }
func (failed) Infer([]Type) ([]Type, error) { return nil, errors.New("failed") }

// Apply returns the only result of op(in...). The first failure is kept in Graph.Err; whatever is built on a failed
// node is quietly failed too. No operand, a nil one, or operands of unrelated graphs are bugs of the caller that no
// run can cure: Apply panics.
func Apply(op Op, in ...*Node) *Node { return ApplyN(op, 1, in...)[0] }

// ApplyN returns the n results of op(in...). The caller says how many it wants, so that it always gets as many, failed or
// not; they are the graph's own slice, not to be modified. The application belongs to the innermost body among its operands: what does not depend on a loop leaves it.
func ApplyN(op Op, n int, in ...*Node) []*Node {
	if len(in) == 0 || slices.Contains(in, nil) {
		panic(fmt.Sprintf("graph: %s: %s is applied to a nil node, or to none", here(), op.Name()))
	}
	g := in[0].g
	for _, x := range in[1:] {
		if x.g.depth > g.depth {
			g = x.g
		}
	}
	return g.apply(op, n, in)
}

// Nullary applies an op that has no operands: a constant or a leaf.
func (g *Graph) Nullary(op Op) *Node { return g.apply(op, 1, nil)[0] }

func (g *Graph) apply(op Op, n int, operands []*Node) []*Node {
	in, types := make([]*Node, len(operands)), make([]Type, len(operands))
	for i, x := range operands {
		if !x.Valid() {
			return g.Fail(n, fmt.Errorf("%s is built on a failed node", op.Name())) // never the first error
		}
		in[i], types[i] = g.capture(x), x.typ
	}
	k, err := g.ops.identity(op, in)
	if err != nil {
		return g.Fail(n, err)
	}
	if out := g.memo[k]; len(out) == n && n > 0 {
		return out
	}
	out, err := op.Infer(types)
	if err == nil && len(out) != n {
		err = fmt.Errorf("it has %d results, not %d", len(out), n)
	}
	for i := 0; err == nil && i < len(out); i++ {
		err = out[i].err()
	}
	if err != nil {
		return g.Fail(n, fmt.Errorf("%s: %s%w", op.Name(), describe(in), err))
	}
	return g.add(op, k, out, in)
}

func (g *Graph) add(op Op, k key, types []Type, in []*Node) []*Node {
	type one struct { // most applications have one result: one allocation
		a    application
		n    Node
		outs [1]*Node
	}
	var a *application
	if len(types) == 1 {
		o := &one{}
		a, o.outs[0] = &o.a, &o.n
		a.out = o.outs[:]
	} else {
		a = &application{out: make([]*Node, len(types))}
		for i := range types {
			a.out[i] = new(Node)
		}
	}
	a.op, a.in, a.origin = op, in, g.origin()
	for i, t := range types {
		*a.out[i] = Node{g: g, id: g.next, app: a, index: i, typ: t}
		g.next++
	}
	g.nodes = append(g.nodes, a.out[0])
	g.memo[k] = a.out
	return a.out
}
