package ops

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/kedja-ml/kedja/graph"
)

// SegmentSum adds up the rows of x that are of one segment: ScatterAdd by the name under which graph networks know it.
//
//	x [m, …]    segment [m], int32 or int64    y [n, …] = Σ of x[i] over segment[i] = k        ∂x[i] = ∂y[segment[i]]
//
// x is numbers. A segment out of [0, n) is an error of the run.
func SegmentSum(x, segment *graph.Node, n int) *graph.Node {
	if err := ofRows(x, segment); err != nil {
		return refusedAs("segmentsum", x, err)
	}
	return ScatterAdd(x, segment, n)
}

// SegmentMean returns the means of the rows of x that are of one segment, 0 where there are none. x is floats; otherwise it is as
// SegmentSum.
func SegmentMean(x, segment *graph.Node, n int) *graph.Node {
	err := ofRows(x, segment)
	if err == nil && x.Valid() && !isFloat(x) {
		err = wantFloat(x.Type())
	}
	if err != nil {
		return refusedAs("segmentmean", x, err)
	}
	sum := ScatterAdd(x, segment, n)
	if !sum.Valid() {
		return sum
	}
	count := ScatterAdd(Cast(Like(1, segment), x.Dtype()), segment, n)
	return Div(sum, below(Maximum(count, Like(1, count)), sum.Shape()))
}

// SegmentMax returns the largest elements, one by one, of the rows of x that are of one segment, −∞ where there are none. x is floats.
// The derivative goes to the largest, to the last of equals. Otherwise it is as SegmentSum.
func SegmentMax(x, segment *graph.Node, n int) *graph.Node {
	err := ofRows(x, segment)
	switch {
	case err != nil || !x.Valid() || !segment.Valid():
	case !isFloat(x):
		err = wantFloat(x.Type())
	case n < 0:
		err = fmt.Errorf("want a number of rows that is not negative, not %d", n)
	}
	if err != nil || !x.Valid() || !segment.Valid() {
		return refusedAs("segmentmax", x, err)
	}
	none := x.Graph().Fill(math.Inf(-1), graph.Type{Dtype: x.Dtype(), Shape: x.Shape().WithDim(0, n)})
	return MaxAlongAxis(none, below(segment, x.Shape()), x, 0)
}

// below repeats a vector for all that the rows of a shape hold.
func below(v *graph.Node, s graph.Shape) *graph.Node {
	ones := graph.Of(v.Shape().Dim(0))
	for range s.Rank() - 1 {
		ones = ones.Append(graph.Of(1))
	}
	return ExpandTo(ReshapeTo(v, ones), s)
}

func ofRows(x, segment *graph.Node) error {
	if !x.Valid() || !segment.Valid() {
		return nil
	}
	if segment.Shape().Rank() != 1 || x.Shape().Rank() < 1 || x.Shape().Dim(0) != segment.Shape().Dim(0) {
		return fmt.Errorf("want one segment for each row, not %v", segment.Shape())
	}
	return wantIndex(segment.Type())
}

func segmentSumInfo() Info  { return segmentInfo("SegmentSum", SegmentSum, graph.Bool) }
func segmentMeanInfo() Info { return segmentInfo("SegmentMean", SegmentMean, graph.Int32) }
func segmentMaxInfo() Info  { return segmentInfo("SegmentMax", SegmentMax, graph.Int32) }

func segmentInfo(name string, f func(x, segment *graph.Node, n int) *graph.Node, not graph.Dtype) Info {
	info := Info{Name: name, Order: 4, Bad: []Bad{
		{"want one segment for each row, not [3]", func(g *graph.Graph) { f(g.Input("x", graph.Float32, 2), g.Input("s", graph.Int32, 3), 2) }},
		{"want indices of int32 or int64, not float32", func(g *graph.Graph) { f(g.Input("x", graph.Float32, 2), g.Input("s", graph.Float32, 2), 2) }},
		{"not negative, not -1", func(g *graph.Graph) { f(g.Input("x", graph.Float32, 2), g.Input("s", graph.Int32, 2), -1) }},
		{"not " + not.String(), func(g *graph.Graph) { f(g.Input("x", not, 2), g.Input("s", graph.Int32, 2), 1) }},
	}}
	for _, rest := range [][]int{{}, {1}, {3}, {2, 2}, {0}} {
		for _, m := range []int{1, 4, 7} {
			for _, d := range []graph.Dtype{graph.Int32, graph.Int64} {
				s := append([]int{m}, rest...)
				in := []Operand{{Shape: graph.Of(s...), Draw: Apart}, {Shape: graph.Of(m), Dtype: d, Draw: covering(min(m, 3))}}
				info.Cases = append(info.Cases, Case{fmt.Sprint(s, " ", d), in, func(in []*graph.Node) []*graph.Node {
					return []*graph.Node{Square(f(in[0], in[1], min(m, 3)))}
				}})
			}
		}
	}
	return info
}

// covering draws segments from [0, limit), none of them empty if there are enough.
func covering(limit int) Domain {
	return func(r *rand.Rand, n int) []float64 {
		v := Index(limit)(r, n)
		for k, i := range r.Perm(n)[:min(n, limit)] {
			v[i] = float64(k)
		}
		return v
	}
}
