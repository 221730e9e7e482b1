package graphfile

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/kedja-ml/kedja/graph"
)

// hollow stands for a variable whose value is elsewhere.
type hollow struct {
	name string
	t    graph.Type
}

func hollowVar(name string, _ bool, t graph.Type) (graph.Var, error) { return &hollow{name, t}, nil }

func (h *hollow) Name() string            { return h.name }
func (h *hollow) Type() graph.Type        { return h.t }
func (h *hollow) Value() graph.Buffer     { return graph.Buffer{Type: h.t} }
func (h *hollow) Set(graph.Buffer)        { panic("graphfile: a variable without a value is set") }
func (h *hollow) Version() uint64         { return 0 }
func (h *hollow) SetName(name string)     { h.name = name }
func (h *hollow) Storage() *graph.Storage { return &graph.Storage{} }

// A stranger shows an op that the program does not know: its name, its attributes, and the types that the file says.
type stranger struct{ Of *strange }

type strange struct {
	label  string
	types  []graph.Type
	bodies []*graph.Func
}

func (o stranger) Name() string                             { return o.Of.label }
func (o stranger) Label() string                            { return o.Of.label }
func (o stranger) Bodies() []*graph.Func                    { return o.Of.bodies }
func (o stranger) Infer([]graph.Type) ([]graph.Type, error) { return o.Of.types, nil }

// shownAs is how the attributes of a stranger are read.
var shownAs = [tags]reflect.Type{
	tagBool: reflect.TypeFor[bool](), tagInt: reflect.TypeFor[int64](), tagUint: reflect.TypeFor[uint64](),
	tagFloat: reflect.TypeFor[float64](), tagText: reflect.TypeFor[string](), tagShape: reflect.TypeFor[graph.Shape](),
	tagDtype: reflect.TypeFor[graph.Dtype](), tagOp: reflect.TypeFor[graph.Op](), tagBody: reflect.TypeFor[*graph.Func](),
	tagVar: reflect.TypeFor[graph.Var](), tagBuffer: reflect.TypeFor[*graph.Buffer](),
}

func (d *decoder) stranger(g *graph.Graph, k *kind, types []graph.Type) graph.Op {
	s := &strange{types: types}
	var list []string
	for _, a := range k.attrs {
		v := reflect.New(shownAs[a.tag]).Elem()
		if d.attr(g, a.tag, v); d.err != nil {
			return nil
		}
		text := fmt.Sprint(v)
		switch x := v.Interface().(type) {
		case *graph.Func:
			s.bodies = append(s.bodies, x)
		case *graph.Buffer:
			text = x.Type.String()
		case graph.Var:
			text = x.Name()
		case graph.Op:
			text = graph.Attributes(x)
		}
		list = append(list, a.name+":"+text)
	}
	if s.label = k.Name; len(list) > 0 {
		s.label += "{" + strings.Join(list, " ") + "}"
	}
	return stranger{s}
}

// Print shows a file without loading it: a head, then the graph node by node as Graph.String does. Values of variables are not needed, nor
// the ops and rules that a program would register.
func Print(data []byte) (string, error) {
	o := collect([]Option{WithoutRules()})
	o.stray = true
	p, err := checked(data, hollowVar, o)
	if err != nil {
		return "", fmt.Errorf("graphfile: %w", err)
	}
	var s strings.Builder
	fmt.Fprintf(&s, "graph, version %d, for %v, %d nodes\n", version, p.Graph.Mode(), len(p.Graph.Nodes()))
	for _, n := range p.In {
		fmt.Fprintf(&s, "input %s %v\n", n.Called(), n.Type())
	}
	for i, n := range p.Out {
		fmt.Fprintf(&s, "output %s %v\n", p.Names[i], n.Type())
	}
	for _, v := range p.Vars {
		fmt.Fprintf(&s, "variable %s %v\n", v.Name(), v.Type())
	}
	fmt.Fprintf(&s, "\n%v", p.Graph)
	return s.String(), nil
}
