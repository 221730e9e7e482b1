// Package dot draws graphs in the DOT language of Graphviz, folded so that a model stays readable: parameters and constants
// are named inside the box that uses them, views and chains of pointwise ops with one user share a box.
package dot

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/kedja-ml/kedja/graph"
)

// Of returns g as DOT text.
func Of(g *graph.Graph) string {
	d := drawing{box: map[*graph.Node]int{}, users: map[*graph.Node]int{}, shown: map[*graph.Node]bool{}}
	for _, n := range g.Nodes() {
		for _, x := range n.In() {
			d.users[x]++
		}
	}
	for _, n := range g.Assigned {
		d.users[n]++
		d.shown[n] = true
	}
	for _, n := range g.Nodes() {
		d.add(n)
	}
	var s strings.Builder
	s.WriteString("digraph kedja {\n\tnode [shape=box fontname=\"sans-serif\" fontsize=10];\n\tedge [fontname=\"sans-serif\" fontsize=8];\n")
	for i, b := range d.boxes {
		fmt.Fprintf(&s, "\tb%d [label=%s%s];\n", i, quote(strings.Join(b.label, "\n")), b.style)
	}
	for _, e := range d.edges {
		fmt.Fprintf(&s, "\tb%d -> b%d [label=%s];\n", e.from, e.to, quote(e.label))
	}
	k := 0
	for v, n := range g.Assigned {
		fmt.Fprintf(&s, "\tv%d [label=%s shape=plaintext];\n\tb%d -> v%d [style=dashed];\n", k, quote(":= "+v.Name()), d.box[n], k)
		k++
	}
	s.WriteString("}\n")
	return s.String()
}

type drawing struct {
	boxes []box
	edges []edge
	box   map[*graph.Node]int // by result
	users map[*graph.Node]int
	shown map[*graph.Node]bool // has a box, though it could be a name in another: it is assigned
}

// quote makes a DOT string of s. Graphviz reads \n, \" and \\ in a label as Go does; other control characters have no escape there.
func quote(s string) string {
	var q strings.Builder
	q.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '\n':
			q.WriteString(`\n`)
		case r == '"' || r == '\\':
			q.WriteByte('\\')
			q.WriteRune(r)
		case unicode.IsControl(r) || r == unicode.ReplacementChar: // the latter stands for what is no UTF-8
			q.WriteRune('·')
		default:
			q.WriteRune(r)
		}
	}
	q.WriteByte('"')
	return q.String()
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

// add gives n a box: that of its only operand that has one if both fold, else its own. Nothing folds into a leaf.
func (d *drawing) add(n *graph.Node) {
	if d.inline(n) && !d.shown[n] {
		return
	}
	line := called(n)
	var from []*graph.Node
	for _, x := range n.In() {
		if d.inline(x) && !d.shown[x] {
			line += " " + called(d.source(x))
		} else {
			from = append(from, x)
		}
	}
	at := -1
	if len(from) == 1 && folds(n) && d.users[from[0]] == 1 {
		i := d.box[from[0]]
		if last := d.boxes[i].last; len(last.In()) > 0 && (folds(last) || len(n.In()) > 1 || isView(n)) {
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

// called is a variable's or an input's name, a constant's value, else the op's name.
func called(n *graph.Node) string {
	if f, ok := n.Op().(graph.Fill); ok {
		return strconv.FormatFloat(f.Value, 'g', 6, 64)
	}
	return n.Called()
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
