package graphfile

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"

	"github.com/kedja-ml/kedja/graph"
)

// Encode writes g to memory: what the outputs and all assignments need, fed with the inputs. The same program gives the same bytes. The
// values of variables are not in them.
func Encode(g *graph.Graph, in, out []*graph.Node, opts ...Option) ([]byte, error) {
	data, _, err := encode(g, in, out, opts)
	if err != nil {
		return nil, fmt.Errorf("graphfile: %w", err)
	}
	return data, nil
}

func encode(g *graph.Graph, in, out []*graph.Node, opts []Option) ([]byte, []graph.Var, error) {
	o := collect(opts)
	o.bare = true // rules are not written
	t, err := o.table()
	if err != nil {
		return nil, nil, err
	}
	if g == nil {
		return nil, nil, errors.New("there is no graph")
	}
	if err := g.Err(); err != nil {
		return nil, nil, err
	}
	roots := slices.Concat(in, out)
	for i, n := range roots {
		if n == nil || n.Graph() != g {
			return nil, nil, fmt.Errorf("node %d of inputs and outputs is nil, of another graph, or of a body", i)
		}
	}
	if o.names == nil {
		for i := range out {
			o.names = append(o.names, strconv.Itoa(i))
		}
	}
	if len(o.names) != len(out) {
		return nil, nil, fmt.Errorf("%d names for %d outputs", len(o.names), len(out))
	}
	e := &encoder{table: t, kinds: map[*kind]int{}, vars: map[graph.Var]int{}}
	rng := 0
	if s := g.RNG(); s != nil {
		rng = 1 + e.variable(s)
	}
	for _, n := range g.Assigned {
		roots = append(roots, n)
	}
	at := map[*graph.Node]int{}
	e.block(graph.Order(roots, nil), at)
	e.inputs(in, roots, at)
	e.count(len(out))
	for i, n := range out {
		e.text(o.names[i])
		e.count(at[n])
	}
	var assigned []int
	for v, n := range g.Assigned {
		assigned = append(assigned, e.variable(v), at[n])
	}
	e.count(len(assigned) / 2)
	for _, n := range assigned {
		e.count(n)
	}
	nodes := e.b
	e.b = []byte(magic)
	e.count(version)
	e.count(int(g.Mode()))
	e.count(g.Numbered())
	e.count(rng)
	e.head()
	if e.err != nil {
		return nil, nil, e.err
	}
	// The text of what was written is that of what is read, for nothing else of the graph is in the file.
	data := append(e.b, nodes...)
	p, err := decode(data, hollowVar, t)
	if err != nil {
		return nil, nil, fmt.Errorf("what was written cannot be read: %w", err)
	}
	text := sha256.Sum256([]byte(p.Graph.String()))
	data = append(data, text[:]...)
	sum := sha256.Sum256(data)
	return append(data, sum[:]...), e.order, nil
}

type encoder struct {
	*table
	b     []byte
	kinds map[*kind]int
	used  []*kind
	vars  map[graph.Var]int
	order []graph.Var
	depth int
	err   error // the first one; what is written after it does not count
}

func (e *encoder) fail(format string, a ...any) {
	if e.err == nil {
		e.err = fmt.Errorf(format, a...)
	}
}

func (e *encoder) count(n int) { e.b = binary.AppendUvarint(e.b, uint64(n)) }

func (e *encoder) text(s string) {
	if !printable(s) {
		e.fail("%q cannot be printed: want a name without control characters", s)
	}
	e.count(len(s))
	e.b = append(e.b, s...)
}

func (e *encoder) shape(s graph.Shape) {
	if err := s.Err(); err != nil {
		e.fail("%w", err)
	}
	e.count(s.Rank())
	for _, d := range s.Dims() {
		e.count(d)
	}
}

func (e *encoder) typ(t graph.Type) {
	e.count(int(t.Dtype))
	e.shape(t.Shape)
}

// variable is the number of v.
func (e *encoder) variable(v graph.Var) int {
	i, ok := e.vars[v]
	if !ok {
		i = len(e.order)
		e.vars[v], e.order = i, append(e.order, v)
	}
	return i
}

// head writes the tables of variables and kinds, which are known when the nodes are written.
func (e *encoder) head() {
	names := map[string]bool{}
	e.count(len(e.order))
	for _, v := range e.order {
		if names[v.Name()] {
			e.fail("two variables are called %q: name them by nn.Params, or by SetName", v.Name())
		}
		names[v.Name()] = true
		e.text(v.Name())
		_, param := v.(*graph.Param)
		e.count(map[bool]int{true: 0, false: 1}[param])
		e.typ(v.Type())
	}
	e.count(len(e.used))
	for _, k := range e.used {
		e.text(k.Name)
		e.count(len(k.attrs))
		for _, a := range k.attrs {
			e.text(a.name)
			e.count(int(a.tag))
		}
	}
}

// inputs writes which values are fed: no other input may be needed.
func (e *encoder) inputs(in, roots []*graph.Node, at map[*graph.Node]int) {
	e.count(len(in))
	fed := map[*graph.Node]bool{}
	for _, n := range in {
		if _, ok := n.Op().(graph.Input); !ok || fed[n] {
			e.fail("%s (%s) is listed twice as input, or is none", n.Called(), n.Origin())
		}
		fed[n] = true
		e.count(at[n])
	}
	for _, n := range graph.Order(roots, nil) {
		if _, ok := n.Op().(graph.Input); ok && !fed[n] {
			e.fail("input %q (%s) is needed but not listed", n.Called(), n.Origin())
		}
	}
}

// block writes nodes, operands first, and numbers their results.
func (e *encoder) block(nodes []*graph.Node, at map[*graph.Node]int) {
	e.count(len(nodes))
	for _, n := range nodes {
		if e.err != nil {
			return
		}
		e.count(len(n.Results()))
		for _, r := range n.Results() {
			e.typ(r.Type())
		}
		e.op(n.Op())
		e.values(n.In(), at)
		for _, r := range n.Results() {
			at[r] = len(at)
		}
		if e.err != nil {
			e.err = fmt.Errorf("%s (%s): %w", n.Op().Name(), n.Origin(), e.err)
		}
	}
}

// values writes numbers of a block.
func (e *encoder) values(ns []*graph.Node, at map[*graph.Node]int) {
	e.count(len(ns))
	for _, n := range ns {
		i, ok := at[n]
		if !ok {
			e.fail("%s is of another body", n.Called())
		}
		e.count(i)
	}
}

// op writes kind and attributes.
func (e *encoder) op(op graph.Op) {
	k := e.types[reflect.TypeOf(op)]
	if k == nil {
		e.fail("there is no name for ops of type %T: want graphfile.Kinds(graph.Kind{Name: …, Op: %[1]T{}})", op)
		return
	}
	if err := k.describe(); err != nil {
		e.fail("%w", err)
		return
	}
	if e.depth++; e.depth > maxDepth {
		e.fail("bodies lie more than %d deep in each other", maxDepth)
		return
	}
	defer func() { e.depth-- }()
	i, ok := e.kinds[k]
	if !ok {
		i = len(e.used)
		e.kinds[k], e.used = i, append(e.used, k)
	}
	e.count(i)
	form := any(op)
	if k.Pack != nil {
		var err error
		if form, err = k.Pack(op); err != nil {
			e.fail("%w", err)
			return
		}
		if reflect.TypeOf(form) != k.form {
			e.fail("Pack gives a %T, want a %v", form, k.form)
			return
		}
	}
	for _, a := range k.attrs {
		e.attr(a.tag, a.at(reflect.ValueOf(form)))
	}
}

func (e *encoder) attr(t tag, v reflect.Value) {
	switch t {
	case tagBool:
		e.count(map[bool]int{true: 1}[v.Bool()])
	case tagInt:
		e.b = binary.AppendVarint(e.b, v.Int())
	case tagUint:
		e.b = binary.AppendUvarint(e.b, v.Uint())
	case tagFloat:
		e.b = binary.LittleEndian.AppendUint64(e.b, math.Float64bits(v.Float()))
	case tagText:
		e.text(v.String())
	case tagDtype:
		e.count(int(v.Uint()))
	case tagShape:
		e.shape(v.Interface().(graph.Shape))
	case tagOp:
		op, ok := v.Interface().(graph.Op)
		if !ok {
			e.fail("it holds no op")
			return
		}
		e.op(op)
	case tagVar:
		e.count(e.variable(v.Interface().(graph.Var)))
	case tagBuffer:
		b := v.Interface().(*graph.Buffer)
		e.typ(b.Type)
		e.b = append(e.b, b.Bytes()...)
	case tagBody:
		e.body(v.Interface().(*graph.Func))
	}
}

func (e *encoder) body(f *graph.Func) {
	if f == nil {
		e.fail("it holds no body")
		return
	}
	at := map[*graph.Node]int{}
	e.count(len(f.Inputs()))
	for _, p := range f.Inputs() {
		e.typ(p.Type())
		at[p] = len(at)
	}
	e.block(graph.Order(f.Outs(), func(n *graph.Node) bool { _, input := at[n]; return input || n.Graph() != f.Graph() }), at)
	e.values(f.Outs(), at)
}
