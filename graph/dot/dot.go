// Package dot draws graphs in the DOT language of Graphviz, folded so that a model stays readable: parameters and constants
// are named inside the box that uses them, views and chains of pointwise ops with one user share a box.
package dot

import (
	"fmt"
	"strings"

	"github.com/kedja-ml/kedja/graph"
)

// Of returns g as DOT text.
func Of(g *graph.Graph) string {
	d := drawing{box: map[*graph.Node]int{}, users: map[*graph.Node]int{}}
	for _, n := range g.Nodes() {
		for _, x := range n.In() {
			d.users[x]++
		}
	}
	assigned := map[*graph.Node][]string{}
	for v, n := range g.Assigned {
		assigned[n] = append(assigned[n], v.Name())
		d.users[n]++
	}
	for _, n := range g.Nodes() {
		d.add(n)
	}
	var s strings.Builder
	s.WriteString("digraph kedja {\n\tnode [shape=box fontname=\"sans-serif\" fontsize=10];\n\tedge [fontname=\"sans-serif\" fontsize=8];\n")
	for i, b := range d.boxes {
		fmt.Fprintf(&s, "\tb%d [label=%q%s];\n", i, strings.Join(b.label, "\n"), b.style)
	}
	for _, e := range d.edges {
		fmt.Fprintf(&s, "\tb%d -> b%d [label=%q];\n", e.from, e.to, e.label)
	}
	for _, n := range g.Nodes() {
		for _, r := range n.Results() {
			for _, name := range assigned[r] {
				if i, ok := d.box[r]; ok {
					fmt.Fprintf(&s, "\tb%d -> %q [style=dashed];\n", i, ":= "+name)
				}
			}
		}
	}
	s.WriteString("}\n")
	return s.String()
}

type drawing struct {
	boxes []box
	edges []edge
	box   map[*graph.Node]int // by result
	users map[*graph.Node]int
}

type box struct {
	label []string
	style string
	last  *graph.Node
}

type edge struct {
	from, to int
	label    string
}

// add gives n a box: that of its only operand that has one if both fold, else its own.
func (d *drawing) add(n *graph.Node) {
	if d.inline(n) {
		return
	}
	line := n.Op().Name()
	if _, ok := n.Op().(graph.Input); ok {
		line = n.Called()
	}
	var from []*graph.Node
	for _, x := range n.In() {
		if d.inline(d.source(x)) {
			line += " " + d.source(x).Called()
		} else {
			from = append(from, x)
		}
	}
	at := -1
	if len(from) == 1 && folds(n) && d.users[from[0]] == 1 {
		if i := d.box[from[0]]; folds(d.boxes[i].last) || len(n.In()) > 1 || isView(n) {
			at = i
		}
	}
	if at < 0 {
		at = len(d.boxes)
		b := box{}
		if len(n.In()) == 0 {
			b.style = " style=rounded"
		}
		d.boxes = append(d.boxes, b)
		for _, x := range from {
			d.edges = append(d.edges, edge{d.box[x], at, x.Shape().String()})
		}
	}
	b := &d.boxes[at]
	b.label, b.last = append(b.label, line), n
	for _, r := range n.Results() {
		d.box[r] = at
	}
}

// source looks through views, so that a parameter that is reshaped and expanded is still named where it is used.
func (d *drawing) source(x *graph.Node) *graph.Node {
	for isView(x) && len(x.In()) == 1 {
		x = x.In()[0]
	}
	return x
}

// inline reports whether x is drawn as a name only: parameters, constants, and views of them.
func (d *drawing) inline(x *graph.Node) bool {
	switch x = d.source(x); x.Op().(type) {
	case graph.Read, graph.Fill, graph.Constant:
		return true
	}
	return false
}

func isView(n *graph.Node) bool {
	_, ok := n.Op().(graph.View)
	return ok
}

func folds(n *graph.Node) bool {
	_, pointwise := n.Op().(graph.Pointwise)
	return pointwise && len(n.In()) > 0 || isView(n)
}
