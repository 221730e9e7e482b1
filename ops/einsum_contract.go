package ops

import (
	"slices"

	"github.com/kedja-ml/kedja/graph"
)

// contract multiplies the terms, two at a time, and sums over all axes but those of the result.
func contract(terms []term, out []rune) *graph.Node {
	for i, t := range terms {
		terms[i] = summed(diagonal(t), needed(terms, i, -1, out))
	}
	for len(terms) > 1 {
		i, j := closest(terms, out)
		t := multiplied(terms[i], terms[j], needed(terms, i, j, out))
		terms = append(slices.Delete(slices.Delete(terms, j, j+1), i, i+1), t)
	}
	return ordered(summed(terms[0], out), out).x
}

// needed lists the axes of the result and of all terms but two.
func needed(terms []term, i, j int, out []rune) []rune {
	axes := slices.Clone(out)
	for k, t := range terms {
		if k != i && k != j {
			axes = append(axes, t.axes...)
		}
	}
	return axes
}

// closest picks the two terms that take the fewest multiplications; of equals those with the smallest product.
func closest(terms []term, out []rune) (i, j int) {
	var best, least float64
	for b := range terms {
		for a := range b {
			both := slices.Concat(terms[a].axes, terms[b].axes)
			keep := needed(terms, a, b, out)
			work, size := 1.0, 1.0
			for k, c := range both {
				if slices.Contains(both[:k], c) {
					continue
				}
				n := float64(max(terms[a].size(c), terms[b].size(c)))
				work *= n
				if slices.Contains(keep, c) {
					size *= n
				}
			}
			if j == 0 || work < best || work == best && size < least {
				i, j, best, least = a, b, work, size
			}
		}
	}
	return i, j
}

// diagonal takes of two axes with one name the diagonal, until every name is there once: a step of n + 1 through both, joined.
func diagonal(t term) term {
	for i, a := range t.axes {
		j := slices.Index(t.axes[:i], a)
		if j < 0 {
			continue
		}
		x := MoveAxis(MoveAxis(t.x, i, -1), j, -1)
		if !x.Valid() {
			return t
		}
		n := x.Shape().Dim(-1)
		rest := x.Shape().Cut(0, x.Shape().Rank()-2)
		x = SliceStep(ReshapeTo(x, rest.Append(graph.Of(n*n))), -1, 0, n, n+1)
		axes := slices.Delete(slices.Delete(slices.Clone(t.axes), i, i+1), j, j+1)
		return diagonal(term{x, append(axes, a)})
	}
	return t
}

// summed sums over the axes that are not kept.
func summed(t term, keep []rune) term {
	var gone []int
	var left []rune
	for i, a := range t.axes {
		if slices.Contains(keep, a) {
			left = append(left, a)
		} else {
			gone = append(gone, i)
		}
	}
	if len(gone) == 0 {
		return t
	}
	return term{Sum(t.x, gone...), left}
}

// ordered transposes a term so that its axes are in the given order.
func ordered(t term, axes []rune) term {
	perm := make([]int, len(axes))
	for i, a := range axes {
		perm[i] = slices.Index(t.axes, a)
	}
	return term{permute(t.x, graph.Of(perm...)), axes}
}

// multiplied multiplies two terms and sums over the axes of both that are not kept: as matrices, if there are such axes and others.
func multiplied(a, b term, keep []rune) term {
	var batch, inner, rows, cols []rune
	for _, c := range a.axes {
		switch {
		case !slices.Contains(b.axes, c):
			rows = append(rows, c)
		case slices.Contains(keep, c):
			batch = append(batch, c)
		default:
			inner = append(inner, c)
		}
	}
	for _, c := range b.axes {
		if !slices.Contains(a.axes, c) {
			cols = append(cols, c)
		}
	}
	if !a.x.Valid() || !b.x.Valid() {
		return a
	}
	lead, m, k, n := sizes(a, batch), sizes(a, rows).Size(), sizes(a, inner).Size(), sizes(b, cols).Size()
	var y *graph.Node
	switch {
	case !isFloat(a.x) || len(inner) == 0 || len(rows)+len(cols) == 0:
		left := ReshapeTo(ordered(a, slices.Concat(batch, rows, inner)).x, lead.Append(graph.Of(m, 1, k)))
		right := ReshapeTo(ordered(b, slices.Concat(batch, cols, inner)).x, lead.Append(graph.Of(1, n, k)))
		y = Sum(Mul(left, right), -1)
	default:
		left, ta := sided(a, batch, rows, inner, lead, m, k)
		right, tb := sided(b, batch, inner, cols, lead, k, n)
		y = MatMulT(left, right, ta, tb)
	}
	to := lead.Append(sizes(a, rows)).Append(sizes(b, cols))
	return term{ReshapeTo(y, to), slices.Concat(batch, rows, cols)}
}

// sizes is the shape of some axes of a term.
func sizes(t term, axes []rune) graph.Shape {
	d := make([]int, len(axes))
	for i, a := range axes {
		d[i] = t.size(a)
	}
	return graph.Of(d...)
}

// sided makes a term matrices of m rows and n columns; transposed, if so nothing is to be copied.
func sided(t term, batch, rows, cols []rune, lead graph.Shape, m, n int) (x *graph.Node, transposed bool) {
	if swapped := slices.Concat(batch, cols, rows); slices.Equal(swapped, t.axes) && len(rows) > 0 && len(cols) > 0 {
		return ReshapeTo(t.x, lead.Append(graph.Of(n, m))), true
	}
	return ReshapeTo(ordered(t, slices.Concat(batch, rows, cols)).x, lead.Append(graph.Of(m, n))), false
}
