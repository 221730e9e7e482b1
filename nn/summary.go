package nn

import (
	"errors"
	"reflect"
	"slices"

	"github.com/kedja-ml/kedja/graph"
)

// A Report says what a model consists of: see Summary. It prints as a table.
type Report struct {
	Rows   []ReportRow // the model, then what it applies, in the order of execution, each followed by what lies inside it
	Params int         // trained numbers
	States int         // numbers that last but are not trained
	Bytes  int         // of both
	Flops  int64       // of one forward pass: of products, convolutions and attention, a multiplication and an addition as two
	Unused []string    // parameters that the forward pass does not read
	Err    error       // why the model could not be applied
}

// A ReportRow is one application of a part of a model, or a run of ops between parts.
type ReportRow struct {
	Path   string // of fields, "" for the model and for ops
	Kind   string // the type of a part, or the names of the ops
	Depth  int
	Output graph.Shape
	Params int   // with those of all parts inside
	Flops  int64 // with those of all parts inside
	Again  bool  // the part has a row above: its parameters are counted there
}

// Summary applies a model to inputs of the given types and reports layers, shapes, parameters and floating-point operations:
//
//	fmt.Println(nn.Summary(model, x))
//
// Forward is called, with as many operands as there are inputs, on a graph that is thrown away, of the mode of theirs: nothing is assigned
// and the inputs' own graph stays as it is. A model needs no hooks. Which part an op belongs to follows from the methods on the
// call stack that led to it, and which of several equal parts from the parameters that they read. A part that builds
// nothing, like Dropout in evaluation, has no row.
func Summary(model any, in ...*graph.Node) *Report {
	return SummaryOf(model, func(in ...*graph.Node) []*graph.Node { return forward(model, in) }, in...)
}

// SummaryOf is Summary of a model that f applies.
func SummaryOf(model any, f func(in ...*graph.Node) []*graph.Node, in ...*graph.Node) *Report {
	s := newSurvey(model)
	r := &s.report
	if len(in) == 0 || slices.Contains(in, nil) {
		r.Err = errors.New("summary: want at least one input, and none that is nil")
		return r
	}
	g := graph.New(in[0].Graph().Mode())
	xs := make([]*graph.Node, len(in))
	for i, x := range in {
		if !x.Valid() {
			r.Err = x.Graph().Err()
			return r
		}
		xs[i] = g.Placeholder(x.Called(), x.Type())
	}
	outs := f(xs...)
	if r.Err = g.Err(); r.Err == nil {
		s.trace(slices.DeleteFunc(outs, func(n *graph.Node) bool { return n == nil || n.Graph() != g }))
	}
	return r
}

// forward calls the method Forward.
func forward(model any, in []*graph.Node) []*graph.Node {
	if l, ok := model.(Layer); ok && len(in) == 1 {
		return []*graph.Node{l.Forward(in[0])}
	}
	bad := func(format string, a ...any) []*graph.Node {
		return []*graph.Node{in[0].Graph().Failf("summary: "+format, a...)}
	}
	if model == nil {
		return bad("want a model, not nil")
	}
	m := reflect.ValueOf(model).MethodByName("Forward")
	if !m.IsValid() {
		return bad("%T has no method Forward; SummaryOf takes a function", model)
	}
	t, node := m.Type(), reflect.TypeFor[*graph.Node]()
	fits := t.NumIn() == len(in) && !t.IsVariadic()
	args := make([]reflect.Value, len(in))
	for i, x := range in {
		fits = fits && t.In(i) == node
		args[i] = reflect.ValueOf(x)
	}
	if !fits {
		return bad("Forward of %T is %v, which does not take %d nodes; SummaryOf takes a function", model, t, len(in))
	}
	var outs []*graph.Node
	for _, y := range m.Call(args) {
		switch y := y.Interface().(type) {
		case *graph.Node:
			outs = append(outs, y)
		case []*graph.Node:
			outs = append(outs, y...)
		}
	}
	return outs
}
