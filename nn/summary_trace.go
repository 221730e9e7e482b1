package nn

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kedja-ml/kedja/graph"
)

// A frame is a call of a method of a part.
type frame struct {
	of, method string
	line       int     // in that method, of the call inwards
	pc         uintptr // of the same
}

// A built is an application, the calls that led to it from the outermost on, and whose variables it reads.
type built struct {
	n      *graph.Node
	frames []frame
	owners []*modelPart
	key    string // equal for equal ops from one place
}

// An item is a call of a part, or if that is nil a run of ops.
type item struct {
	part  *modelPart
	built []built
	items []*item
}

// trace turns what outs need into rows.
func (s *survey) trace(outs []*graph.Node) {
	s.feeds, s.outs = map[*graph.Node][]*graph.Node{}, map[*graph.Node]bool{}
	reads := map[graph.Var]bool{}
	var all []built
	for _, n := range graph.Order(outs, nil) {
		if r, ok := n.Op().(graph.Read); ok {
			reads[r.Var] = true
		}
		if len(n.In()) == 0 {
			continue
		}
		b := built{n: n, frames: s.frames(n)}
		b.key = fmt.Sprint(n.Op().Name(), b.frames)
		for _, x := range n.In() {
			s.feeds[x] = append(s.feeds[x], n)
			if r, ok := x.Op().(graph.Read); ok && s.owner[r.Var] != nil {
				b.owners = append(b.owners, s.owner[r.Var])
			}
		}
		all = append(all, b)
	}
	for _, n := range outs {
		s.outs[n] = true
	}
	for _, p := range s.params {
		if !reads[p] {
			s.report.Unused = append(s.report.Unused, s.paths[p])
		}
	}
	top := &item{part: s.root, built: all}
	top.items = s.split(s.root, all, 0)
	s.rows(top, 0)
	if len(outs) > 0 {
		s.report.Rows[0].Output = outs[len(outs)-1].Shape()
	}
	s.report.Rows[0].Params, s.report.Flops = s.report.Params, s.report.Rows[0].Flops
}

// frames lists the calls of methods of parts that led to n.
func (s *survey) frames(n *graph.Node) (fs []frame) {
	inner := ""
	for _, f := range n.Stack() {
		of, method, ok := receiver(f.Function)
		if ok && s.types[of] {
			if strings.HasSuffix(of, "/nn.Func") {
				method = inner // which function it is tells which part
			}
			fs = append(fs, frame{of, method, f.Line, f.PC})
		}
		inner = f.Function
	}
	slices.Reverse(fs)
	return fs
}

// receiver cuts "pkg.(*T).Method" or "pkg.T.Method".
func receiver(function string) (of, method string, ok bool) {
	slash := strings.LastIndexByte(function, '/') + 1
	pkg, rest, ok := strings.Cut(function[slash:], ".")
	if !ok {
		return "", "", false
	}
	if after, pointer := strings.CutPrefix(rest, "(*"); pointer {
		of, method, ok = strings.Cut(after, ").")
	} else {
		of, method, ok = strings.Cut(rest, ".")
	}
	return function[:slash] + pkg + "." + generic(of), method, ok
}

// split cuts what one call of cur built into calls of parts inside and ops of its own. The frame before level is that of the call. An op
// that comes from a place anew, after others, is taken to begin another call.
func (s *survey) split(cur *modelPart, all []built, level int) (items []*item) {
	for lo := 0; lo < len(all); {
		hi := lo + 1
		hint, seen := s.hint(cur, all[lo], level), map[string]bool{all[lo].key: true}
		for hi < len(all) && together(all[hi-1], all[hi], level) && (all[hi].key == all[hi-1].key || !seen[all[hi].key]) {
			h := s.hint(cur, all[hi], level)
			if hint != nil && h != nil && h != hint {
				break
			}
			hint, seen[all[hi].key] = cmp.Or(hint, h), true
			hi++
		}
		group := all[lo:hi]
		lo = hi
		part, same := s.called(cur, hint, group[0], level)
		switch {
		case same:
			items = merged(items, s.split(cur, group, level+1)...)
		case part == nil:
			items = merged(items, &item{built: group})
		default:
			cur.last = part
			items = merged(items, s.nested(cur, part, group, level)...)
		}
	}
	return items
}

// nested is a call of a part, inside those that lie between it and cur.
func (s *survey) nested(cur, part *modelPart, group []built, level int) []*item {
	it := &item{part: part, built: group, items: s.split(part, group, level+1)}
	for up := part.up; up != nil && up != cur && part.under(cur); up = up.up {
		it = &item{part: up, built: group, items: []*item{it}}
	}
	return []*item{it}
}

// merged appends items, and joins neighbours of the same part.
func merged(items []*item, more ...*item) []*item {
	for _, it := range more {
		if n := len(items); n > 0 && items[n-1].part == it.part {
			to := items[n-1]
			to.built = slices.Concat(to.built, it.built)
			to.items = merged(to.items, it.items...)
			continue
		}
		items = append(items, it)
	}
	return items
}

// together reports whether b may come from the same call at level as a, which was built before it: the calls have the same place, and
// within them b comes later. A place is a line, since inlined calls have no counter of their own.
func together(a, b built, level int) bool {
	if level > 0 && a.frames[level-1] != b.frames[level-1] {
		return false
	}
	if len(a.frames) <= level || len(b.frames) <= level {
		return len(a.frames) <= level && len(b.frames) <= level
	}
	if a.frames[level].of != b.frames[level].of || a.frames[level].method != b.frames[level].method {
		return false
	}
	for i := level; i < min(len(a.frames), len(b.frames)); i++ {
		if f, g := a.frames[i], b.frames[i]; f != g {
			return f.line <= g.line
		}
	}
	return true
}

// hint is the part of the type of b's frame at level whose variables b reads, the outermost that lies inside cur if any does.
func (s *survey) hint(cur *modelPart, b built, level int) (found *modelPart) {
	if len(b.frames) <= level {
		return nil
	}
	for _, o := range b.owners {
		for p := o; p != nil && p != cur; p = p.up {
			if p.of == b.frames[level].of {
				found = p
			}
		}
		if found != nil {
			return found
		}
	}
	return nil
}

// called says whose method the frame at level is: that of a part, or of cur still, or of none that is known.
func (s *survey) called(cur, hint *modelPart, b built, level int) (part *modelPart, same bool) {
	if len(b.frames) <= level {
		return nil, false
	}
	f := b.frames[level]
	self := f.of == cur.of && (level == 0 || f.method != b.frames[level-1].method)
	switch {
	case self && (level == 0 || hint == nil || cur.under(hint)): // the first call is that of the model
		return nil, true
	case hint != nil:
		return hint, false
	}
	var plain, others []*modelPart // without variables, that nothing else tells apart, and the others
	after := false                 // in the order of fields, the part that was called last
	var next *modelPart
	cur.each(func(p *modelPart) {
		if p.of == f.of && (p.calls == "" || p.calls == f.method) {
			if p.bare() {
				plain = append(plain, p)
				if after && next == nil {
					next = p
				}
			} else {
				others = append(others, p)
			}
		}
		after = after || p == cur.last
	})
	switch all := slices.Concat(plain, others); {
	case next != nil:
		return next, false
	case slices.Contains(all, cur.last):
		return cur.last, false
	case len(all) > 0:
		return all[0], false
	}
	return nil, f.of == cur.of
}
