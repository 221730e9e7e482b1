package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// PadReflect puts before and after elements around x along an axis, which mirror it at its first and last elements, without repeating
// them: x₂ x₁ | x₀ x₁ … The derivative adds up what came from one element. There must be more elements than each of the two.
func PadReflect(x *graph.Node, axis, before, after int) *graph.Node {
	return padded("padreflect", x, axis, before, after, func(n int) error {
		if max(before, after) >= n && max(before, after) > 0 {
			return fmt.Errorf("want less padding than the %d elements of axis %d, not %d and %d", n, axis, before, after)
		}
		return nil
	}, func(i, n int) int {
		if i < 0 {
			return -i
		}
		return 2*(n-1) - i
	})
}

// PadReplicate puts before and after elements around x along an axis: copies of its first and last ones. The derivative adds up what came
// from one element. There must be an element to copy.
func PadReplicate(x *graph.Node, axis, before, after int) *graph.Node {
	return padded("padreplicate", x, axis, before, after, func(n int) error {
		if n == 0 && before+after > 0 {
			return fmt.Errorf("there is no element of axis %d to copy", axis)
		}
		return nil
	}, func(i, n int) int { return min(max(i, 0), n-1) })
}

// PadCircular puts before and after elements around x along an axis, as if x went on in a circle: those at its other end. The derivative adds
// up what came from one element. There must be as many elements as each of the two.
func PadCircular(x *graph.Node, axis, before, after int) *graph.Node {
	return padded("padcircular", x, axis, before, after, func(n int) error {
		if max(before, after) > n {
			return fmt.Errorf("want no more padding than the %d elements of axis %d, not %d and %d", n, axis, before, after)
		}
		return nil
	}, func(i, n int) int { return (i + n) % n })
}

// padded copies the elements from(i, n), for i from −before to −1 and from n to n + after − 1, around the n elements of an axis.
func padded(name string, x *graph.Node, axis, before, after int, fits func(n int) error, from func(i, n int) int) *graph.Node {
	if !x.Valid() {
		return x
	}
	at, err := x.Shape().Axis(axis)
	n := x.Shape().Dim(at)
	if err == nil && (before < 0 || after < 0) {
		err = fmt.Errorf("want no negative padding, not %d and %d", before, after)
	}
	if err == nil {
		err = fits(n)
	}
	if err != nil {
		return x.Graph().Failf("%s: %s %v: %w", name, x.Called(), x.Shape(), err)
	}
	parts := []*graph.Node{x}
	if before > 0 {
		parts = []*graph.Node{GatherAxis(x, numbers(x.Graph(), -before, 0, n, from), at), x}
	}
	if after > 0 {
		parts = append(parts, GatherAxis(x, numbers(x.Graph(), n, n+after, n, from), at))
	}
	return Concat(at, parts...)
}

// numbers is the constant from(lo, n), …, from(hi − 1, n).
func numbers(g *graph.Graph, lo, hi, n int, from func(i, n int) int) *graph.Node {
	v := make([]int64, 0, hi-lo)
	for i := lo; i < hi; i++ {
		v = append(v, int64(from(i, n)))
	}
	return g.Constant(graph.BufferOf(v, len(v)))
}

func padReflectInfo() Info {
	return paddedInfo("PadReflect", PadReflect, "want less padding than the 3 elements")
}
func padReplicateInfo() Info { return paddedInfo("PadReplicate", PadReplicate, "") }
func padCircularInfo() Info {
	return paddedInfo("PadCircular", PadCircular, "want no more padding than the 3 elements")
}

func paddedInfo(name string, f func(x *graph.Node, axis, before, after int) *graph.Node, tooMuch string) Info {
	info := Info{Name: name, Order: 4, Bad: []Bad{
		{"no axis 2 in [2 3]", func(g *graph.Graph) { f(g.Input("x", graph.Float32, 2, 3), 2, 1, 1) }},
		{"want no negative padding, not -1 and 0", func(g *graph.Graph) { f(g.Input("x", graph.Float32, 2, 3), 1, -1, 0) }},
		{"elements of axis 0", func(g *graph.Graph) { f(g.Input("x", graph.Float32, 0, 3), 0, 1, 1) }},
	}}
	if tooMuch != "" {
		info.Bad = append(info.Bad, Bad{tooMuch, func(g *graph.Graph) { f(g.Input("x", graph.Float32, 2, 3), 1, 0, 4) }})
	} else {
		info.Bad[2].Want = "there is no element of axis 0 to copy"
	}
	for _, s := range [][]int{{5}, {3, 4}, {2, 3, 4}, {1, 3, 1}, {3, 2, 2, 3}} {
		for axis, n := range s {
			for _, p := range [][2]int{{1, 1}, {0, 2}, {2, 0}, {0, 0}} {
				if max(p[0], p[1]) < n {
					info.Cases = append(info.Cases, Case{fmt.Sprint(s, " axis ", axis, " by ", p), []Operand{{Shape: graph.Of(s...), Draw: Real}}, func(in []*graph.Node) []*graph.Node {
						return []*graph.Node{Square(f(in[0], axis, p[0], p[1]))}
					}})
				}
			}
		}
	}
	return info
}
