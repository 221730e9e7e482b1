package autodiff

import (
	"fmt"
	"strings"

	"github.com/kedja-ml/kedja/graph"
)

// A Rule is what a program knows of a Custom function and no file can hold. Where F is nil, the function is what the file holds of it;
// where B is nil, it has no derivative.
type Rule struct {
	F Forward
	B Backward
}

// Kinds lists the ops of this package by their names in files. find returns the rule of a Custom function that a file names.
func Kinds(find func(name string) (Rule, error)) []graph.Kind {
	return []graph.Kind{
		{Name: "after", Op: after{}, Operands: 2},
		{Name: "checkpoint", Op: checkpoint{}},
		{
			Name: "custom", Op: custom{}, Form: form{},
			Pack: func(op graph.Op) (any, error) {
				o := op.(custom)
				return form{o.Body, o.Rule.name, o.Rule.over, o.Own}, nil
			},
			Unpack: func(x any) (graph.Op, error) {
				f := x.(form)
				r, err := find(f.Rule)
				if err != nil {
					return nil, err
				}
				if r.F == nil {
					return custom{f.Body, &rule{name: f.Rule, f: f.inline, over: f.Over}, f.Own}, nil
				}
				o := custom{f.Body, &rule{name: f.Rule, f: r.F, b: r.B}, f.Own}
				if f.Over == "" {
					return o, nil
				}
				for over := range strings.SplitSeq(f.Over, ",") {
					if len(over) != f.Own || strings.Trim(over, "01") != "" || !strings.Contains(over, "1") {
						return nil, fmt.Errorf("custom %s: want %d digits 0 or 1 for operands with rows, not %q", f.Rule, f.Own, over)
					}
					mapped := make([]bool, f.Own)
					for i := range mapped {
						mapped[i] = over[i] == '1'
					}
					o.Rule = o.Rule.batched(mapped)
				}
				return o, nil
			},
		},
	}
}

// form is a custom in a file.
type form struct {
	Body       *graph.Func
	Rule, Over string
	Own        int
}

// inline is the function as the file holds it.
func (f form) inline(in []*graph.Node) []*graph.Node {
	if len(in) != len(f.Body.Inputs()) {
		return in[0].Graph().Fail(len(f.Body.Outs()), fmt.Errorf("custom %s reads from outside: that takes its rule, which is not registered", f.Rule))
	}
	return f.Body.Inline(in[0].Graph(), in)
}
