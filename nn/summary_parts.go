package nn

import (
	"fmt"
	"path"
	"reflect"
	"runtime"
	"slices"
	"strings"

	"github.com/kedja-ml/kedja/graph"
)

// A modelPart is a value of a named type with methods, somewhere in a model: a layer, or what holds layers.
type modelPart struct {
	path, kind string
	of         string // as the names of its methods begin
	calls      string // of a Func, the name of the function
	up         *modelPart
	parts      []*modelPart
	params     int // its own
	shown      bool
	last       *modelPart // inside it, that was called
}

// under reports whether p is q or lies inside it.
func (p *modelPart) under(q *modelPart) bool {
	for ; p != nil; p = p.up {
		if p == q {
			return true
		}
	}
	return false
}

// bare reports whether neither p nor what lies inside it has parameters.
func (p *modelPart) bare() bool {
	return p.params == 0 && !slices.ContainsFunc(p.parts, func(q *modelPart) bool { return !q.bare() })
}

func (p *modelPart) each(f func(p *modelPart)) {
	for _, q := range p.parts {
		f(q)
		q.each(f)
	}
}

// A survey finds the parts of a model, and then what each of them built.
type survey struct {
	root    *modelPart
	owner   map[graph.Var]*modelPart
	paths   map[graph.Var]string
	params  []*graph.Param
	types   map[string]bool
	feeds   map[*graph.Node][]*graph.Node
	outs    map[*graph.Node]bool
	visited map[place]bool
	report  Report
}

func newSurvey(model any) *survey {
	s := &survey{
		root:  &modelPart{kind: "model"},
		owner: map[graph.Var]*modelPart{}, paths: map[graph.Var]string{}, types: map[string]bool{}, visited: map[place]bool{},
	}
	if v := reflect.ValueOf(model); v.IsValid() {
		s.walk("", v, s.root)
	}
	if len(s.root.parts) == 1 && s.root.parts[0].path == "" { // the model itself has methods
		s.root = s.root.parts[0]
		s.root.up = nil
	}
	return s
}

// walk finds the parts in v and their variables, by the rules of Params.
func (s *survey) walk(at string, v reflect.Value, up *modelPart) {
	if v.CanInterface() {
		if x, ok := v.Interface().(graph.Var); ok {
			if !reflect.ValueOf(x).IsNil() && s.owner[x] == nil {
				s.variable(at, x, up)
			}
			return
		}
	}
	t := v.Type()
	switch v.Kind() {
	case reflect.Pointer:
		if here := (place{t, v.Pointer()}); !v.IsNil() && !s.visited[here] {
			s.visited[here] = true
			s.walk(at, v.Elem(), up)
		}
		return
	case reflect.Interface:
		if !v.IsNil() {
			s.walk(at, v.Elem(), up)
		}
		return
	}
	if t.Name() != "" && reflect.PointerTo(t).NumMethod() > 0 {
		p := &modelPart{path: at, kind: generic(t.Name()), of: escaped(t.PkgPath()) + "." + generic(t.Name()), up: up}
		up.parts, up = append(up.parts, p), p
		s.types[p.of] = true
		if v.Kind() == reflect.Func && !v.IsNil() {
			p.calls = strings.TrimSuffix(runtime.FuncForPC(v.Pointer()).Name(), "-fm") // that a method has
			if name := path.Base(p.calls); strings.Count(name, ".") == 1 {             // not a function in a function
				p.kind = name
			}
		}
	}
	inside := func(name string, v reflect.Value) { s.walk(strings.TrimPrefix(at+"."+name, "."), v, up) }
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			switch f := t.Field(i); {
			case f.Anonymous:
				s.walk(at, v.Field(i), up)
			case f.IsExported():
				inside(f.Name, v.Field(i))
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			inside(fmt.Sprint(i), v.Index(i))
		}
	case reflect.Map:
		for _, k := range sorted(v.MapKeys()) {
			inside(fmt.Sprint(k), v.MapIndex(k))
		}
	}
}

func (s *survey) variable(at string, x graph.Var, up *modelPart) {
	s.owner[x], s.paths[x] = up, at
	n := x.Type().Shape.Size()
	s.report.Bytes += n * x.Type().Dtype.Size()
	if p, ok := x.(*graph.Param); ok {
		up.params += n
		s.report.Params += n
		s.params = append(s.params, p)
	} else {
		s.report.States += n
	}
}

// generic leaves type arguments out: a frame does not tell them.
func generic(name string) string { name, _, _ = strings.Cut(name, "["); return name }

// escaped is an import path as the names of functions have it.
func escaped(pkg string) string {
	dir, last := path.Split(pkg)
	return dir + strings.ReplaceAll(last, ".", "%2e")
}
