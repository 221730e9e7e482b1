package ops

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/kedja-ml/kedja/graph"
)

// Subscript returns the part of x, of any dtype, that NumPy means by x[spec], for basic indices: for each axis from the left
//
//	2          number 2, whose axis disappears; −1 is the last
//	1:5, :-1   from number 1 on and before 5, and all but the last; bounds beyond the ends are the ends
//	::2, ::-1  every second, and backwards
//	...        all axes that the rest leaves, at most once; at the end it is understood
//	new        a new axis of size 1, NumPy's newaxis
//
// separated by commas: Subscript(x, "..., 0, ::-1"). It is a view, of Slice, At and Unsqueeze, and its derivative pads with zeros. Gather
// and its kin take indices that are computed.
func Subscript(x *graph.Node, spec string) *graph.Node {
	if !x.Valid() {
		return x
	}
	y, err := subscripted(x, spec)
	if err != nil {
		return x.Graph().Failf("subscript %s %v by %q: %w", x.Called(), x.Shape(), spec, err)
	}
	return y
}

func subscripted(x *graph.Node, spec string) (*graph.Node, error) {
	items := strings.Split(spec, ",")
	if strings.TrimSpace(spec) == "" {
		items = nil
	}
	named, rest := 0, false // axes that are, and whether others are
	for i, item := range items {
		switch items[i] = strings.TrimSpace(item); items[i] {
		case "new":
		case "...":
			if rest {
				return nil, errors.New("want ... once")
			}
			rest = true
		default:
			named++
		}
	}
	left := x.Shape().Rank() - named
	if left < 0 {
		return nil, fmt.Errorf("%d axes are named, but there are %d", named, x.Shape().Rank())
	}
	axis := 0
	for _, item := range items {
		switch {
		case item == "...":
			axis += left
		case item == "new":
			x = Unsqueeze(x, axis)
			axis++
		case strings.Contains(item, ":"):
			at, n, step, err := bounds(item, x.Shape().Dim(axis))
			if err != nil {
				return nil, err
			}
			x = SliceStep(x, axis, at, n, step)
			axis++
		default:
			i, err := strconv.Atoi(item)
			if err != nil {
				return nil, fmt.Errorf("want a number, first:end:step, ... or new, not %q", item)
			}
			if n := x.Shape().Dim(axis); i < -n || i >= n {
				return nil, fmt.Errorf("no number %d among %d", i, n)
			}
			x = At(x, axis, i)
		}
	}
	return x, nil
}

// bounds are the first element, the number of them and the step of a range among n, by Python's rules.
func bounds(item string, n int) (at, count, step int, err error) {
	f := strings.Split(item, ":")
	if len(f) > 3 {
		return 0, 0, 0, fmt.Errorf("want first:end:step, not %q", item)
	}
	number := func(i, otherwise int) int {
		if i >= len(f) || strings.TrimSpace(f[i]) == "" {
			return otherwise
		}
		v, e := strconv.Atoi(strings.TrimSpace(f[i]))
		if e != nil {
			err = fmt.Errorf("want whole numbers in %q", item)
		}
		if v < 0 && i < 2 {
			v = max(v, -n-1) + n
		}
		return v
	}
	if step = number(2, 1); step == 0 && err == nil {
		err = fmt.Errorf("want a step other than 0 in %q", item)
	}
	step = max(-n-1, min(step, n+1)) // a longer one leads as far
	within := func(lo, v, hi int) int { return max(lo, min(v, hi)) }
	if step > 0 {
		at = within(0, number(0, 0), n)
		count = (max(0, within(0, number(1, n), n)-at) + step - 1) / step
	} else {
		at = within(-1, number(0, n-1), n-1)
		count = (max(0, at-within(-1, number(1, -1), n-1)) - step - 1) / max(1, -step)
	}
	if count == 0 {
		at = 0
	}
	return at, count, step, err
}

func subscriptInfo() Info {
	bad := func(want, spec string) Bad {
		return Bad{want, func(g *graph.Graph) { Subscript(g.Input("x", graph.Float32, 2, 3), spec) }}
	}
	info := Info{Name: "Subscript", Order: 4, Bad: []Bad{
		bad("want ... once", "..., ..."),
		bad("3 axes are named, but there are 2", "0, :, 1"),
		bad("no number 2 among 2", "2"),
		bad("no number -4 among 3", ":, -4"),
		bad(`subscript x [2 3] by "a": want a number, first:end:step, ... or new, not "a"`, "a"),
		bad("want a step other than 0", "::0"),
		bad("want whole numbers", "1:b"),
		bad("want first:end:step", "1:2:3:4"),
		bad("not \"\"", "0,"),
	}}
	for _, s := range [][]int{{5, 4}, {2, 3, 4}, {1, 2, 2, 3}, {3, 0}} {
		for _, spec := range []string{"", "...", "1", "-1", "1:", ":-1", "::-1", "::2", "-2::-2", "5:1:-1", "9:", ":, new", "new, ..., new", "..., ::-1"} {
			if s[0] == 1 && spec == "1" {
				continue
			}
			info.Cases = append(info.Cases, Case{fmt.Sprint(s, " by ", spec), []Operand{{Shape: graph.Of(s...), Draw: Real}}, func(in []*graph.Node) []*graph.Node {
				return []*graph.Node{Square(Subscript(in[0], spec))}
			}})
		}
	}
	return info
}
