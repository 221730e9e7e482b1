package flow

import (
	"errors"
	"fmt"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/vmap"
)

// AssociativeScan returns all prefixes of xs under f, along axis 0, in O(log n) steps of whole arrays instead of n steps of rows.
//
//	y₀ = x₀        yₜ = f(yₜ₋₁, xₜ)        where f(f(a, b), c) = f(a, f(b, c))
//
// f combines two elements, a row of each of xs, which have one length n; it may be any function on nodes with batching rules. It must be
// associative: nothing checks it. Pairs are combined first, then the prefixes of the pairs by recursion, then every other prefix from its
// neighbour (Blelloch, 1990): 2n applications of f, where the shorter way of Kogge and Stone needs n·log n, in time and in memory.
// Derivatives are those of what is built.
//
// The linear recurrence hₜ = aₜ·hₜ₋₁ + bₜ is f((a, b), (a', b')) = (a'·a, a'·b + b').
func AssociativeScan(f func(a, b []*graph.Node) []*graph.Node, xs ...*graph.Node) []*graph.Node {
	return associative(false, f, xs)
}

// AssociativeScanReverse is AssociativeScan from the last row to the first: yₜ = f(yₜ₊₁, xₜ).
func AssociativeScanReverse(f func(a, b []*graph.Node) []*graph.Node, xs ...*graph.Node) []*graph.Node {
	return associative(true, f, xs)
}

func associative(reverse bool, f func(a, b []*graph.Node) []*graph.Node, xs []*graph.Node) []*graph.Node {
	if len(xs) == 0 {
		panic("flow: a scan over nothing")
	}
	g := xs[0].Graph()
	fail := func(err error) []*graph.Node { return g.Fail(len(xs), fmt.Errorf("associative scan: %w", err)) }
	for _, x := range xs {
		if !x.Valid() {
			return fail(errors.New("failed"))
		}
	}
	if err := wrong(nil, xs); err != nil {
		return fail(err)
	}
	in := make([]*graph.Node, len(xs))
	for i, x := range xs {
		if in[i] = x; reverse {
			in[i] = ops.Flip(x, 0)
		}
	}
	out, err := prefixes(f, in)
	if err != nil {
		return fail(err)
	}
	for i, y := range out {
		if reverse {
			out[i] = ops.Flip(y, 0)
		}
	}
	return out
}

// prefixes is the recursion.
func prefixes(f func(a, b []*graph.Node) []*graph.Node, xs []*graph.Node) ([]*graph.Node, error) {
	n := xs[0].Shape().Dim(0)
	if n < 2 {
		return xs, nil
	}
	pairs, err := combine(f, every(xs, 0, n/2), every(xs, 1, n/2))
	if err != nil {
		return nil, err
	}
	odd, err := prefixes(f, pairs) // y₁, y₃ …
	if err != nil {
		return nil, err
	}
	even := every(xs, 0, 1)
	if k := (n - 1) / 2; k > 0 { // y₂, y₄ … follow from them
		left := make([]*graph.Node, len(xs))
		for i, y := range odd {
			left[i] = ops.Slice(y, 0, 0, k)
		}
		more, err := combine(f, left, every(xs, 2, k))
		if err != nil {
			return nil, err
		}
		for i := range even {
			even[i] = ops.Concat(0, even[i], more[i])
		}
	}
	out := make([]*graph.Node, len(xs))
	for i := range out {
		out[i] = interleave(even[i], odd[i])
	}
	return out, nil
}

// every returns n rows, each second from row at on.
func every(xs []*graph.Node, at, n int) []*graph.Node {
	out := make([]*graph.Node, len(xs))
	for i, x := range xs {
		out[i] = ops.SliceStep(x, 0, at, n, 2)
	}
	return out
}

// interleave alternates the rows of a with those of b, of which there are as many or one fewer.
func interleave(a, b *graph.Node) *graph.Node {
	n, s := b.Shape().Dim(0), a.Shape()
	y := ops.ReshapeTo(ops.Stack(1, ops.Slice(a, 0, 0, n), b), s.WithDim(0, 2*n))
	if s.Dim(0) > n {
		y = ops.Concat(0, y, ops.Slice(a, 0, n, 1))
	}
	return y
}

// combine applies f to the rows of a and b.
func combine(f func(a, b []*graph.Node) []*graph.Node, a, b []*graph.Node) ([]*graph.Node, error) {
	n, err := len(a), error(nil)
	out := vmap.Map(func(in []*graph.Node) []*graph.Node {
		r := f(in[:n:n], in[n:])
		if len(r) != n {
			err = fmt.Errorf("f returns %d nodes, want %d", len(r), n)
			return in[:n]
		}
		for i, y := range r {
			if y.Valid() && y.Type() != in[i].Type() {
				err = fmt.Errorf("f returns %v for element %d, want %v", y.Type(), i, in[i].Type())
			} else if !y.Valid() {
				err = errors.New("failed")
			}
		}
		return r
	}, append(append([]*graph.Node(nil), a...), b...)...)
	return out, err
}
