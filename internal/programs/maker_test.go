package programs

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// A program is a graph with what it is fed, what it returns, and its variables, some of them assigned.
type program struct {
	g    *graph.Graph
	in   []*graph.Node
	feed []graph.Buffer
	outs []*graph.Node
	vars []graph.Var

	vmapped   bool // an op was applied to rows at once
	gradients int  // the first node of a gradient, 0 if there is none
}

// A maker builds a program step by step, and evaluates it as it goes, so that values stay of a size that tells.
type maker struct {
	program
	*rand.Rand
	at   oracle
	pool []*graph.Node
	free []graph.Var // not assigned yet
	err  error
}

func newMaker(seed uint64) *maker {
	m := &maker{Rand: rand.New(rand.NewPCG(seed, 0x6b65646a61)), at: oracle{}}
	m.g = graph.New(graph.Training)
	rng := graph.NewRNG(m.Uint64())
	m.g.SetRNG(rng)
	m.vars = append(m.vars, rng)
	return m
}

// newProgram returns the program of a seed: the same one on any machine.
func newProgram(seed uint64) (*program, error) {
	m := newMaker(seed)
	for range 1 + m.IntN(6) {
		recipes[m.IntN(len(recipes))](m)
	}
	if seed%16 == 3 { // the other programs stay what they were
		m.region()
	}
	if m.one(2) {
		m.gradient()
	}
	for m.one(2) {
		m.assign()
	}
	for len(m.outs) == 0 || m.one(2) {
		m.outs = append(m.outs, m.any())
	}
	if m.err == nil {
		m.err = m.g.Err()
	}
	return &m.program, m.err
}

func (m *maker) one(of int) bool { return m.IntN(of) == 0 }

func pick[T any](m *maker, of ...T) T { return of[m.IntN(len(of))] }

// float is a dtype to compute in.
func (m *maker) float() graph.Dtype { return pick(m, graph.Float32, graph.Float32, graph.Float64) }

// size is one of an axis; sizes around those of vectors are frequent, and 0 is rare.
func (m *maker) size() int {
	return pick(m, 1, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, m.IntN(4), m.IntN(70))
}

// shape is any shape of at most n elements.
func (m *maker) shape(n int) graph.Shape {
	d := make([]int, pick(m, 0, 1, 1, 2, 2, 2, 3, 3, 4, 5, 8))
	left := n
	for i := range d {
		d[i] = min(m.size(), left)
		left /= max(1, d[i])
	}
	m.Shuffle(len(d), func(i, j int) { d[i], d[j] = d[j], d[i] })
	return graph.Of(d...)
}

// large is a shape whose work is cut in tasks.
func (m *maker) large() graph.Shape {
	n := 1<<15 + m.IntN(1<<17)
	a := 1 + m.IntN(40)
	return pick(m, graph.Of(n), graph.Of(n/a, a), graph.Of(a, n/a), graph.Of(a, n/(7*a), 7))
}

// leaf is an input, a constant or a variable with values drawn from a domain.
func (m *maker) leaf(t graph.Type, draw ops.Domain) *graph.Node {
	b := graph.NewBuffer(t)
	values := draw(m.Rand, b.Len())
	special := t.Dtype.Float() && m.one(10)
	for i, v := range values {
		if special && m.one(8) {
			v = pick(m, 0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN(), 1e-40, -1e-310, 1e38, 1)
		}
		put(b, i, v)
	}
	return m.holding(b)
}

func (m *maker) holding(b graph.Buffer) *graph.Node {
	var n *graph.Node
	switch m.IntN(6) {
	case 0:
		n = m.g.Constant(b)
	case 1, 2:
		name := fmt.Sprint("v", len(m.vars)) // one of its own, as a file wants it
		var v graph.Var = graph.NewParam(name, b)
		if m.one(2) {
			v = graph.NewState(name, b)
		}
		m.vars, m.free = append(m.vars, v), append(m.free, v)
		n = m.g.Use(v)
	default:
		n = m.g.Placeholder("x", b.Type)
		m.in, m.feed = append(m.in, n), append(m.feed, b)
	}
	m.at[n] = b
	m.pool = append(m.pool, n)
	return n
}

func put(b graph.Buffer, i int, v float64) {
	switch b.Type.Dtype {
	case graph.Float32:
		graph.Data[float32](b)[i] = float32(v)
	case graph.Float64:
		graph.Data[float64](b)[i] = v
	case graph.Int32:
		graph.Data[int32](b)[i] = int32(v)
	case graph.Int64:
		graph.Data[int64](b)[i] = int64(v)
	case graph.Uint8:
		graph.Data[uint8](b)[i] = uint8(int(v))
	case graph.Bool:
		graph.Data[bool](b)[i] = v != 0
	default:
		b.Bytes()[2*i], b.Bytes()[2*i+1] = byte(int(v*7)), byte(int(v*50))
	}
}

// keep evaluates ns and lets later steps use them: rarely so what is not finite.
func (m *maker) keep(ns ...*graph.Node) {
	for _, n := range ns {
		if n == nil || m.err != nil {
			continue
		}
		if m.err = m.g.Err(); m.err != nil {
			continue
		}
		if m.err = m.at.eval(n); m.err == nil && (tame(m.at[n]) || m.one(10)) {
			m.pool = append(m.pool, n)
		}
	}
}

// tame reports whether all elements are finite and not huge.
func tame(b graph.Buffer) bool {
	switch b.Type.Dtype {
	case graph.Float32:
		for _, v := range graph.Data[float32](b) {
			if !(math.Abs(float64(v)) < 1e4) {
				return false
			}
		}
	case graph.Float64:
		for _, v := range graph.Data[float64](b) {
			if !(math.Abs(v) < 1e4) {
				return false
			}
		}
	}
	return true
}

// any is a node made before, a late one more often.
func (m *maker) any() *graph.Node {
	if len(m.pool) == 0 {
		m.leaf(graph.Type{Dtype: m.float(), Shape: m.shape(200)}, ops.Real)
	}
	n := len(m.pool)
	return m.pool[n-1-min(m.IntN(n), m.IntN(n))]
}

// of is a node of a type: one made before, seen as that shape, or a new leaf.
func (m *maker) of(t graph.Type) *graph.Node {
	for range 3 {
		x := m.any()
		if x.Dtype() == t.Dtype && x.Shape().Size() > 0 && x.Shape().Size() < 64*max(1, t.Shape.Size()) {
			return m.seen(x, t.Shape)
		}
	}
	return m.leaf(t, ops.Real)
}

// seen is x, which has an element, in another shape, by views alone: rearranged, cut, or repeated.
func (m *maker) seen(x *graph.Node, s graph.Shape) *graph.Node {
	if x.Shape() == s && !m.one(4) {
		return x
	}
	if r := x.Shape().Rank(); r > 1 && m.one(2) {
		x = ops.Transpose(x, m.Perm(r)...)
	}
	have, want := x.Shape().Size(), s.Size()
	switch {
	case have == want:
	case have > want:
		x = ops.Reshape(x, have)
		if step := have / max(1, want); step > 1 && m.one(3) {
			x = ops.SliceStep(x, 0, m.IntN(step), want, step)
		} else {
			x = ops.Slice(x, 0, m.IntN(have-want+1), want)
		}
	default: // as many axes as it has elements for, repeated along the others
		d, left := s.Dims(), have
		for i := range d {
			if d[i] > left || m.one(3) {
				d[i] = 1
			}
			left /= d[i]
		}
		small := graph.Of(d...)
		return ops.ExpandTo(m.seen(x, small), s)
	}
	if m.one(10) && s.Rank() > 0 {
		return ops.Flip(ops.ReshapeTo(x, s), m.IntN(s.Rank()))
	}
	return ops.ReshapeTo(x, s)
}

// gradient adds derivatives of a random scalar with respect to some leaves.
func (m *maker) gradient() {
	var ys []*graph.Node
	for range 1 + m.IntN(2) {
		if y := m.any(); y.Dtype().Float() && tame(m.at[y]) {
			ys = append(ys, y)
		}
	}
	var xs []*graph.Node
	for _, n := range m.pool {
		switch n.Op().(type) {
		case graph.Input, graph.Read:
			if n.Dtype().Float() && !m.one(3) {
				xs = append(xs, n)
			}
		}
	}
	if len(ys) == 0 || len(xs) == 0 || m.err != nil {
		return
	}
	last := m.g.Nodes()[len(m.g.Nodes())-1]
	m.gradients = last.ID() + 1
	for range 1 + m.IntN(5)/4 { // the second order, now and then
		var loss *graph.Node
		for _, y := range ys {
			term := ops.Cast(ops.Mean(ops.Mul(y, ops.Sin(y))), graph.Float64)
			if y.Shape().Size() == 0 {
				term = ops.Cast(ops.Sum(y), graph.Float64)
			}
			if loss == nil {
				loss = term
			} else {
				loss = ops.Add(loss, term)
			}
		}
		ys = nil
		for i, d := range autodiff.Grad(loss, xs...) {
			if d != nil {
				m.keep(d)
				if m.one(3) {
					ys = append(ys, ops.Sub(xs[i], d))
				}
			}
		}
		if len(ys) == 0 {
			return
		}
	}
}

func (m *maker) assign() {
	if len(m.free) == 0 || m.err != nil {
		return
	}
	k := m.IntN(len(m.free))
	v := m.free[k]
	m.free = append(m.free[:k], m.free[k+1:]...)
	next := m.of(v.Type())
	if v.Type().Dtype.Float() && m.one(2) {
		next = ops.Sub(m.g.Use(v), ops.Scale(0.1, next))
	}
	m.keep(next)
	m.g.Assign(v, next)
}
