package graph

import (
	"fmt"
	"reflect"
	"strings"
)

// String prints the applications in order, then the assignments; bodies are indented under the op that runs them.
// It is the golden format of tests.
func (g *Graph) String() string {
	var s strings.Builder
	name := printNodes(&s, "", g.nodes, nil)
	for v, n := range g.Assigned {
		fmt.Fprintf(&s, "%s := %s\n", v.Name(), name[n])
	}
	return s.String()
}

// Print prints what outs need, in the format of Graph.String; an out may be nil.
func Print(outs ...*Node) string {
	var s strings.Builder
	var there []*Node
	for _, n := range outs {
		if n != nil {
			there = append(there, n)
		}
	}
	name := printNodes(&s, "", Order(there, nil), nil)
	s.WriteString("return")
	for _, n := range outs {
		if n == nil {
			s.WriteString(" nil")
		} else {
			s.WriteString(" " + name[n])
		}
	}
	s.WriteByte('\n')
	return s.String()
}

func (f *Func) print(s *strings.Builder, indent string) {
	name := printNodes(s, indent, f.order(), f.in)
	fmt.Fprint(s, indent, "return")
	for _, n := range f.out {
		fmt.Fprint(s, " ", name[n])
	}
	s.WriteByte('\n')
}

func (f *Func) String() string { return fmt.Sprint("body", f.id) }

func printNodes(s *strings.Builder, indent string, order, params []*Node) map[*Node]string {
	name := map[*Node]string{}
	number := func(ns []*Node) {
		s.WriteString(indent)
		for i, n := range ns {
			name[n] = fmt.Sprint("%", len(name))
			fmt.Fprint(s, strings.Repeat(" ", min(i, 1)), name[n])
		}
		s.WriteString(" = ")
	}
	for _, p := range params {
		number([]*Node{p})
		fmt.Fprintf(s, "param %v\n", p.typ)
	}
	for _, n := range order {
		if name[n] != "" {
			continue
		}
		number(n.Results())
		s.WriteString(Attributes(n.Op()))
		for _, x := range n.In() {
			fmt.Fprint(s, " ", name[x])
		}
		for _, t := range types(n.Results()) {
			fmt.Fprint(s, " ", t)
		}
		s.WriteByte('\n')
		if h, ok := n.Op().(Higher); ok {
			for _, f := range h.Bodies() {
				f.print(s, indent+"\t")
			}
		}
	}
	return name
}

// Attributes returns the op's name with its exported fields: what tells it from others.
func Attributes(op Op) string {
	if l, ok := op.(Labeled); ok {
		return l.Label()
	}
	a := attributes(reflect.ValueOf(op), nil)
	if a == nil {
		return op.Name()
	}
	return fmt.Sprintf("%s{%s}", op.Name(), strings.Join(a, " "))
}

// attributes lists the exported fields of a struct, those of embedded structs among them.
func attributes(v reflect.Value, a []string) []string {
	for i := 0; v.Kind() == reflect.Struct && i < v.NumField(); i++ {
		switch f := v.Type().Field(i); {
		case f.Type.Size() == 0:
		case f.Anonymous && f.Type.Kind() == reflect.Struct:
			a = attributes(v.Field(i), a)
		case f.IsExported():
			a = append(a, fmt.Sprintf("%s:%v", f.Name, v.Field(i)))
		}
	}
	return a
}

// Called is what errors call n: the name of an input or a variable, else of its op.
func (n *Node) Called() string {
	switch op := n.Op().(type) {
	case Input:
		return op.Called
	case Read:
		return op.Var.Name()
	case captured:
		return n.In()[0].Called()
	}
	return n.Op().Name()
}

// describe names operands in errors: "x [64 784] · fc1.W [512 10]: ". The dtype is said where it is not float32.
func describe(in []*Node) string {
	if len(in) == 0 {
		return ""
	}
	d := make([]string, len(in))
	for i, n := range in {
		t := n.typ.String()
		if n.typ.Dtype == Float32 {
			t = n.typ.Shape.String()
		}
		d[i] = n.Called() + " " + t
	}
	return strings.Join(d, " · ") + ": "
}
