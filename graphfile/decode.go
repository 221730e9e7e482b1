package graphfile

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/kedja-ml/kedja/graph"
)

// A Program is a graph that was read, with what it is fed and what it returns.
type Program struct {
	Graph *graph.Graph
	In    []*graph.Node // each an input, by its own name
	Out   []*graph.Node
	Names []string // of Out
	Vars  []graph.Var
}

// Bind returns the variable of a name for a graph that is read: a *graph.Param or a *graph.State of that type, of the caller's making or
// from elsewhere.
type Bind func(name string, param bool, t graph.Type) (graph.Var, error)

// Decode reads what Encode wrote.
func Decode(data []byte, bind Bind, opts ...Option) (*Program, error) {
	o := collect(opts)
	p, err := checked(data, bind, o)
	if err != nil {
		return nil, fmt.Errorf("graphfile: %w", err)
	}
	return p, nil
}

// checked looks at the sums around decode.
func checked(data []byte, bind Bind, o *options) (*Program, error) {
	if !bytes.HasPrefix(data, []byte(magic)) {
		return nil, fmt.Errorf("this is no graph file: want it to begin with %q", magic)
	}
	at := len(data) - 2*sha256.Size
	if at < len(magic) {
		return nil, fmt.Errorf("%d bytes are too few for a graph file", len(data))
	}
	v := &decoder{b: data[:at], at: len(magic)}
	if n := v.count(0); v.err == nil && n != version {
		return nil, fmt.Errorf("version %d, this program reads version %d", n, version)
	}
	if sum := sha256.Sum256(data[:at+sha256.Size]); !bytes.Equal(sum[:], data[at+sha256.Size:]) {
		return nil, errors.New("the file is damaged or cut off: its sum is another one")
	}
	t, err := o.table()
	if err != nil {
		return nil, err
	}
	p, err := decode(data[:at], bind, t)
	if err != nil {
		return nil, err
	}
	if text := sha256.Sum256([]byte(p.Graph.String())); !t.stray && !bytes.Equal(text[:], data[at:at+sha256.Size]) {
		return nil, errors.New("the graph reads otherwise than it was written: it comes from a program with other ops of the same names")
	}
	return p, nil
}

// decode reads a file but for its sums.
func decode(data []byte, bind Bind, t *table) (*Program, error) {
	d := &decoder{table: t, b: data, at: len(magic), last: -1}
	p := d.program(bind)
	return p, d.err
}

type decoder struct {
	*table
	b     []byte
	at    int
	kinds []kind
	vars  []graph.Var
	last  int // the largest ID so far
	depth int
	place []string // nodes being read, outermost first
	err   error    // the first one, after which every number is 0
}

func (d *decoder) fail(format string, a ...any) {
	if d.err == nil {
		d.err = fmt.Errorf("byte %d%s: %w", d.at, strings.Join(d.place, ""), fmt.Errorf(format, a...))
	}
}

func (d *decoder) program(bind Bind) *Program {
	d.count(0) // the version
	mode := d.below(2, "mode")
	p := &Program{Graph: graph.New(graph.Mode(mode))}
	fresh, rng := d.below(maxFresh, "number of streams"), d.count(0)
	d.variables(bind)
	d.kindTable()
	p.Vars = d.vars
	if rng > len(d.vars) {
		d.fail("the random key is variable %d of %d", rng-1, len(d.vars))
	}
	var key *graph.State
	if d.err == nil && rng > 0 {
		var ok bool
		if key, ok = d.vars[rng-1].(*graph.State); ok && key.Type() == graph.T(graph.Int64, 2) {
			p.Graph.SetRNG(key)
		} else if _, hollow := d.vars[rng-1].(*hollow); !hollow {
			d.fail("the random key %s is %v, want a state of int64[2]", d.vars[rng-1].Name(), d.vars[rng-1].Type())
		}
	}
	values := d.block(p.Graph, nil)
	for range d.count(1) {
		n := d.value(values)
		if d.err == nil {
			if _, ok := n.Op().(graph.Input); !ok {
				d.fail("%s is no input", n.Called())
			}
			p.In = append(p.In, n)
		}
	}
	for range d.count(2) {
		name := d.text()
		n := d.value(values)
		if d.err == nil {
			p.Names, p.Out = append(p.Names, name), append(p.Out, n)
		}
	}
	for range d.count(2) {
		v, n := d.variable(), d.value(values)
		if d.err == nil {
			p.Graph.Assign(v, n)
			d.sticky(p.Graph)
		}
	}
	if d.err == nil && d.at != len(d.b) {
		d.fail("%d bytes follow the end", len(d.b)-d.at)
	}
	if d.err == nil && key != nil {
		for _, n := range p.Graph.Nodes() {
			if r, ok := n.Op().(graph.Read); ok && r.Var == graph.Var(key) {
				p.Graph.Draw() // another key would come too late
				break
			}
		}
	}
	p.Graph.Renumber(fresh)
	return p
}

// sticky takes over the error of a graph.
func (d *decoder) sticky(g *graph.Graph) {
	if err := g.Err(); err != nil {
		if inner := errors.Unwrap(err); inner != nil {
			err = inner // without the line of whoever reads
		}
		d.fail("%w", err)
	}
}

func (d *decoder) variables(bind Bind) {
	seen := map[string]bool{}
	for range d.count(4) {
		name, state, t := d.text(), d.below(2, "kind of variable"), d.typ()
		if d.err == nil && seen[name] {
			d.fail("two variables are called %q", name)
		}
		if d.err != nil {
			return
		}
		seen[name] = true
		v, err := bind(name, state == 0, t)
		if err != nil {
			d.fail("variable %q of %v: %w", name, t, err)
			return
		}
		if v == nil || v.Type() != t {
			d.fail("variable %q: want one of %v", name, t)
			return
		}
		d.vars = append(d.vars, v)
	}
}

// kindTable reads which ops are in use, and holds their attributes against those that the program knows.
func (d *decoder) kindTable() {
	for range d.count(2) {
		name := d.text()
		k := kind{Kind: graph.Kind{Name: name}}
		for range d.count(2) {
			a := attribute{name: d.text(), tag: tag(d.below(int(tags), "tag"))}
			k.attrs = append(k.attrs, a)
		}
		known := d.names[name]
		switch {
		case d.err != nil:
			return
		case known != nil:
			if err := known.describe(); err != nil {
				d.fail("%w", err)
				return
			}
			if same := sameAttributes(k.attrs, known.attrs); same != "" {
				d.fail("op %q: %s", name, same)
				return
			}
			k = *known
		case !d.stray:
			d.fail("op %q is not known: want it registered by graphfile.Kinds(graph.Kind{Name: %[1]q, Op: …})", name)
			return
		}
		d.kinds = append(d.kinds, k)
	}
}

// sameAttributes says in what a file's attributes of an op differ from the program's.
func sameAttributes(file, own []attribute) string {
	for i := range max(len(file), len(own)) {
		switch {
		case i >= len(file):
			return fmt.Sprintf("the file has no attribute %s: it is of another version of the op", own[i].name)
		case i >= len(own) || file[i].name != own[i].name || file[i].tag != own[i].tag:
			return fmt.Sprintf("the attribute %s of the file is not this program's: it is of another version of the op", file[i].name)
		}
	}
	return ""
}

// block reads nodes into g, and returns its values, of which params are the first.
func (d *decoder) block(g *graph.Graph, params []*graph.Node) []*graph.Node {
	values := params
	at := d.place
	for i := range d.count(4) {
		d.place = append(at[:len(at):len(at)], fmt.Sprintf(", node %d", i))
		types := make([]graph.Type, d.count(2))
		for k := range types {
			types[k] = d.typ()
		}
		op, operands := d.op(g, types)
		if d.err == nil && op == nil {
			d.fail("there is no op")
		}
		in := d.valueList(values)
		if d.err == nil && operands > 0 && len(in) != operands {
			d.fail("%d operands, want %d", len(in), operands)
		}
		if d.err != nil {
			return values
		}
		values = append(values, d.apply(g, op, types, in)...)
		if d.err != nil {
			return values
		}
	}
	d.place = at
	return values
}

// apply builds a node. An op that panics at such operands does not take them.
func (d *decoder) apply(g *graph.Graph, op graph.Op, types []graph.Type, in []*graph.Node) (out []*graph.Node) {
	defer func() {
		if r := recover(); r != nil {
			d.fail("its %d operands are none that the op takes", len(in))
			out = nil
		}
	}()
	if len(in) > 0 {
		out = graph.ApplyN(op, len(types), in...)
	} else if out = []*graph.Node{g.Nullary(op)}; len(types) != 1 {
		d.fail("%d results without an operand", len(types))
	}
	if d.sticky(g); d.err != nil {
		return nil
	}
	for i, n := range out {
		if n.Type() != types[i] {
			d.fail("result %d is %v, the file says %v", i, n.Type(), types[i])
			return nil
		}
		if n.ID() <= d.last {
			d.fail("it repeats an earlier node")
			return nil
		}
		d.last = n.ID()
	}
	return out
}

// op reads kind and attributes. The op has so many operands, if more than none.
func (d *decoder) op(g *graph.Graph, types []graph.Type) (op graph.Op, operands int) {
	i := d.below(len(d.kinds), "kind")
	if d.err != nil {
		return nil, 0
	}
	k := &d.kinds[i]
	if len(d.place) > 0 {
		d.place[len(d.place)-1] += ", " + k.Name
	}
	if d.depth++; d.depth > maxDepth {
		d.fail("bodies lie more than %d deep in each other", maxDepth)
		return nil, 0
	}
	defer func() { d.depth-- }()
	if k.Op == nil {
		return d.stranger(g, k, types), 0
	}
	form := reflect.New(k.form).Elem()
	for _, a := range k.attrs {
		if d.attr(g, a.tag, a.at(form)); d.err != nil {
			return nil, 0
		}
	}
	if k.Unpack == nil {
		return form.Interface().(graph.Op), k.Operands
	}
	op, err := k.Unpack(form.Interface())
	if err != nil {
		d.fail("%w", err)
		return nil, 0
	}
	return op, k.Operands
}

func (d *decoder) body(g *graph.Graph) *graph.Func {
	types := make([]graph.Type, d.count(2))
	for i := range types {
		types[i] = d.typ()
	}
	if d.err == nil && len(types) == 0 {
		d.fail("a body without inputs")
	}
	if d.err != nil {
		return nil
	}
	f, captured := graph.NewFunc(g, types, func(in []*graph.Node) []*graph.Node {
		at := d.place
		values := d.block(in[0].Graph(), in)
		d.place = at
		outs := d.valueList(values)
		if d.err != nil {
			return nil
		}
		return outs
	})
	if len(captured) > 0 {
		d.fail("a body reads from outside")
	}
	return f
}
