package ops

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/kedja-ml/kedja/graph"
)

// parse names the axes of the operands and of the result.
func parse(equation string, xs []*graph.Node) (terms []term, out []rune, err error) {
	left, right, arrow := strings.Cut(strings.ReplaceAll(equation, " ", ""), "->")
	parts := strings.Split(left, ",")
	if len(parts) != len(xs) {
		return nil, nil, fmt.Errorf("want %d operands, not %d", len(parts), len(xs))
	}
	count, dots := map[rune]int{}, 0
	for i, x := range xs {
		if x.Dtype() != xs[0].Dtype() {
			return nil, nil, fmt.Errorf("dtypes %v and %v differ; ops.Cast converts", xs[0].Dtype(), x.Dtype())
		}
		r := x.Shape().Rank()
		letters := len(strings.Replace(parts[i], "...", "", 1))
		if letters > r || letters < r && !strings.Contains(parts[i], "...") {
			return nil, nil, fmt.Errorf("%s %v has %d axes, %q names %d", x.Called(), x.Shape(), r, parts[i], letters)
		}
		axes, err := named(parts[i], r-letters)
		if err != nil {
			return nil, nil, err
		}
		for _, a := range axes {
			count[a]++
		}
		terms, dots = append(terms, term{x, axes}), max(dots, r-letters)
	}
	if !arrow {
		for i := range dots {
			out = append(out, ellipsis+rune(dots-1-i))
		}
		var once []rune
		for a, n := range count {
			if n == 1 && a < ellipsis {
				once = append(once, a)
			}
		}
		slices.Sort(once)
		return terms, append(out, once...), nil
	}
	out, err = named(right, dots)
	for i, a := range out {
		switch {
		case count[a] == 0:
			return nil, nil, fmt.Errorf("the result has %s, but no operand has", called(a))
		case slices.Contains(out[:i], a):
			return nil, nil, fmt.Errorf("the result has %s twice", called(a))
		}
	}
	return terms, out, err
}

// named lists the axes that s names, "..." being so many.
func named(s string, dots int) (axes []rune, err error) {
	before, after, found := strings.Cut(s, "...")
	for _, c := range before + after {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return nil, fmt.Errorf("want letters, one \"...\" and one \"->\", not %q in %q", c, s)
		}
	}
	axes = []rune(before)
	for i := range dots {
		if found {
			axes = append(axes, ellipsis+rune(dots-1-i))
		}
	}
	return append(axes, []rune(after)...), nil
}

// sized checks that axes of one name have one size; those of "..." are dropped where they are 1 and repeat.
func sized(terms []term) error {
	whole := map[rune]int{}
	for _, t := range terms {
		for i, a := range t.axes {
			n, seen := whole[a]
			switch size := t.x.Shape().Dim(i); {
			case !seen || a >= ellipsis && n == 1:
				whole[a] = size
			case n == size || a >= ellipsis && size == 1:
			case a >= ellipsis:
				return errors.New("the axes of ... do not broadcast")
			default:
				return fmt.Errorf("%s has sizes %d and %d", called(a), n, size)
			}
		}
	}
	for i, t := range terms {
		var ones []int
		for k, a := range t.axes {
			if a >= ellipsis && t.x.Shape().Dim(k) != whole[a] {
				ones = append(ones, k)
			}
		}
		if len(ones) > 0 {
			terms[i].x = Squeeze(t.x, ones...)
			terms[i].axes = slices.DeleteFunc(slices.Clone(t.axes), func(a rune) bool { return a >= ellipsis && t.size(a) != whole[a] })
		}
	}
	return nil
}
