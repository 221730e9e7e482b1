package nn

import (
	"slices"
	"strings"

	"github.com/kedja-ml/kedja/graph"
)

// rows adds the row of an item, and of those inside.
func (s *survey) rows(it *item, depth int) (params int, ops int64) {
	at := len(s.report.Rows)
	row := ReportRow{Depth: depth, Output: s.result(it)}
	s.report.Rows = append(s.report.Rows, row)
	if p := it.part; p != nil {
		row.Path, row.Kind, row.Again = p.path, p.kind, p.shown
		if !p.shown {
			params = p.params
		}
		p.shown = true
	} else {
		row.Kind = names(it.built)
	}
	inside := slices.ContainsFunc(it.items, func(i *item) bool { return i.part != nil })
	for _, i := range it.items {
		if !inside { // ops alone: the row says it all
			ops += sum(i.built)
			continue
		}
		p, o := s.rows(i, depth+1)
		params, ops = params+p, ops+o
	}
	if it.part == nil {
		ops = sum(it.built)
	}
	row.Params, row.Flops = params, ops
	s.report.Rows[at] = row
	return params, ops
}

func sum(all []built) (n int64) {
	for _, b := range all {
		n += flops(b.n)
	}
	return n
}

// result is the shape of the last thing that an item hands on.
func (s *survey) result(it *item) (shape graph.Shape) {
	mine := map[*graph.Node]bool{}
	for _, b := range it.built {
		mine[b.n] = true
	}
	for _, b := range it.built {
		for _, r := range b.n.Results() {
			if s.outs[r] || slices.ContainsFunc(s.feeds[r], func(n *graph.Node) bool { return !mine[n] }) {
				shape = r.Shape()
			}
		}
	}
	return shape
}

// names lists ops, those that only look at an array in another way left out if there are others.
func names(all []built) string {
	var list, views []string
	for _, b := range all {
		name := b.n.Op().Name()
		if _, ok := b.n.Op().(graph.View); ok {
			views = append(views, name)
		} else if n := len(list); n == 0 || list[n-1] != name {
			list = append(list, name)
		}
	}
	if len(list) == 0 {
		list = slices.Compact(views)
	}
	if len(list) > 3 {
		list = append(list[:3:3], "…")
	}
	return strings.Join(list, ", ")
}
