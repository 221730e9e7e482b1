package graph

import (
	"fmt"
	"slices"
)

// Input is the op of a value fed at each run.
type Input struct {
	Called string
	Serial int
	Of     Type
}

func (Input) Name() string                   { return "input" }
func (o Input) Label() string                { return fmt.Sprintf("input %q", o.Called) }
func (o Input) Infer([]Type) ([]Type, error) { return []Type{o.Of}, nil }

// Input returns a new leaf, fed at each run. Its name appears in errors.
func (g *Graph) Input(name string, d Dtype, dims ...int) *Node {
	return g.Placeholder(name, Type{d, Of(dims...)})
}

// Placeholder is Input with a type.
func (g *Graph) Placeholder(name string, t Type) *Node {
	return g.Nullary(Input{name, g.Fresh(), t})
}

// Fill is the op of the constant with every element Value. Integers are truncated towards zero; bool is Value ≠ 0.
type Fill struct {
	Value float64
	Of    Type
}

func (Fill) Name() string { return "fill" }

// Infer refuses the dtypes that are for storage.
func (o Fill) Infer([]Type) ([]Type, error) {
	if o.Of.Dtype == Float16 || o.Of.Dtype == BFloat16 {
		return nil, fmt.Errorf("there is no constant of %v", o.Of.Dtype)
	}
	return []Type{o.Of}, nil
}

// Fill returns the constant of type t with every element v.
func (g *Graph) Fill(v float64, t Type) *Node { return g.Nullary(Fill{v, t}) }

// Eval writes Value into each element.
func (o Fill) Eval(c *Call) error {
	switch out := c.Out[0]; out.Type.Dtype {
	case Float32:
		fill(Data[float32](out), float32(o.Value))
	case Float64:
		fill(Data[float64](out), o.Value)
	case Int32:
		fill(Data[int32](out), int32(o.Value))
	case Int64:
		fill(Data[int64](out), int64(o.Value))
	case Uint8:
		fill(Data[uint8](out), uint8(o.Value))
	case Bool:
		fill(Data[bool](out), o.Value != 0)
	default:
		return fmt.Errorf("no constant of dtype %v", out.Type.Dtype)
	}
	return nil
}

func fill[E Element](dst []E, v E) {
	for i := range dst {
		dst[i] = v
	}
}

// Constant is the op of a dense constant. It is identified by its memory: equal ones are not merged.
type Constant struct{ Value *Buffer }

func (Constant) Name() string                   { return "constant" }
func (o Constant) Label() string                { return "constant" }
func (o Constant) Infer([]Type) ([]Type, error) { return []Type{o.Value.Type}, nil }
func (o Constant) Eval(c *Call) error           { copy(c.Out[0].Bytes(), o.Value.Bytes()); return nil }

// Constant returns the constant with a copy of b.
func (g *Graph) Constant(b Buffer) *Node {
	b = b.Clone()
	return g.Nullary(Constant{&b})
}

// Read is the op of a variable's value before the step.
type Read struct{ Var Var }

func (Read) Name() string                   { return "read" }
func (o Read) Label() string                { return fmt.Sprintf("read %q", o.Var.Name()) }
func (o Read) Infer([]Type) ([]Type, error) { return []Type{o.Var.Type()}, nil }

// missing reports whether v is nil, or a nil pointer.
func missing(v Var) bool {
	switch v := v.(type) {
	case nil:
		return true
	case *Param:
		return v == nil
	case *State:
		return v == nil
	}
	return false
}

// Use returns the value of v at this point of the program: what With binds it to, or what was last assigned, or what
// it holds before the step.
func (g *Graph) Use(v Var) *Node {
	if missing(v) {
		return g.Failf("use of a nil parameter or state: was the layer made by its constructor?")
	}
	for _, b := range slices.Backward(g.bound) {
		if n := b[v]; n != nil {
			return n
		}
	}
	if n := g.current[v]; n != nil {
		return n
	}
	return g.top().Nullary(Read{v})
}

// Assign makes next the value of v: for each later Use in this graph, and in storage when the step is committed.
func (g *Graph) Assign(v Var, next *Node) {
	switch {
	case missing(v):
		g.Failf("assign: the parameter or state is nil")
	case next == nil:
		g.Failf("assign %s: the value is nil", v.Name())
	case !next.Valid():
	case g.noted != nil && len(g.open) == g.noted.depth && next.typ == v.Type() && !binds(g.bound[g.noted.below:], v):
		g.noted.add(v, next)
	case next.g.parent != nil || len(g.open) > 0:
		g.Failf("assign %s: a body has no side effects; return the value and assign it outside", v.Name())
	case next.g.root != g.root:
		panic(fmt.Sprintf("graph: %s: %s is assigned %s (%s) of a different graph", here(), v.Name(), next.Called(), next.Origin()))
	case next.typ != v.Type():
		g.Failf("assign %s: it is %v, not %v", v.Name(), v.Type(), next.typ)
	case binds(g.bound, v):
		g.Failf("assign %s: With binds it here", v.Name())
	default:
		if g.current[v] == nil {
			g.order = append(g.order, v)
		}
		g.current[v] = next
	}
}

// What is assigned in a body that Collect traces.
type noted struct {
	depth, below int // of the body; bindings around it
	vars         []Var
	at           map[Var]*Node
}

func binds(bound []map[Var]*Node, v Var) bool {
	return slices.ContainsFunc(bound, func(b map[Var]*Node) bool { return b[v] != nil })
}

func (n *noted) add(v Var, next *Node) {
	if n.at[v] == nil {
		n.vars = append(n.vars, v)
	}
	n.at[v] = next
}

// Collect runs f, which builds in a body that is being traced, and returns what f assigns, which is not assigned: the body has to return
// the values, and whoever applies it to assign the results. Use gives f what it assigned.
func (g *Graph) Collect(f func()) (vars []Var, next []*Node) {
	outer := g.noted
	n := &noted{depth: len(g.open), below: len(g.bound) + 1, at: map[Var]*Node{}}
	g.noted, g.bound = n, append(g.bound, n.at)
	defer func() { g.noted, g.bound = outer, g.bound[:len(g.bound)-1] }()
	f()
	for _, v := range n.vars {
		next = append(next, n.at[v])
	}
	return n.vars, next
}

// Assigned lists the assigned variables in order, each with its last value.
func (g *Graph) Assigned(yield func(Var, *Node) bool) {
	for _, v := range g.order {
		if !yield(v, g.current[v]) {
			return
		}
	}
}

// With runs f while Use of the given variables returns the given nodes: target networks, MAML, per-example weights.
func (g *Graph) With(b map[Var]*Node, f func()) {
	for v, n := range b {
		if n.Valid() && n.typ != v.Type() {
			g.Failf("with %s: it is %v, not %v", v.Name(), v.Type(), n.typ)
			return
		}
	}
	g.bound = append(g.bound, b)
	defer func() { g.bound = g.bound[:len(g.bound)-1] }()
	f()
}

// SetRNG makes g draw from s; an executor adds one to the step each time it commits. It comes before the first draw: another state after
// one is an error, for the key of what was drawn would never advance.
func (g *Graph) SetRNG(s *State) {
	if g.drawn && s != g.rng {
		g.Failf("SetRNG: want it before the first draw, such as that of a dropout")
		return
	}
	g.rng = s
}

// RNG returns the state that g draws from, nil if none was set and nothing drawn.
func (g *Graph) RNG() *State { return g.rng }

// Draw returns the key of this step and the number of a stream not used before. Without SetRNG the seed is 0.
func (g *Graph) Draw() (key *Node, stream int) {
	if g.rng == nil {
		g.rng = NewRNG(0)
	}
	g.drawn = true
	key = g.Use(g.rng)
	if len(g.open) > 0 { // a draw made in a body stays there, or a loop would silently hoist it
		key = g.open[len(g.open)-1].capture(key)
	}
	return key, g.Fresh()
}
