package ops_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/vmap"
)

func TestDynamicSlices(t *testing.T) {
	part := func(sizes ...int) build {
		return func(in []*graph.Node) *graph.Node { return ops.DynamicSlice(in[0], in[1:], sizes...) }
	}
	write := func(in []*graph.Node) *graph.Node { return ops.DynamicUpdateSlice(in[0], in[1], in[2:]) }
	for _, of := range []graph.Dtype{graph.Int32, graph.Int64} {
		at := func(i float64) graph.Buffer { return buffer(of, []float64{i}) }
		for _, d := range []graph.Dtype{graph.Float32, graph.Float64, graph.Int32, graph.Int64, graph.Uint8} {
			x, u := ramp(d, 3, 4), buffer(d, []float64{20, 21, 22, 23}, 2, 2)
			tabled(t, 0,
				entry{"inside", part(2, 2), ins(x, at(1), at(2)), []int{2, 2}, []float64{6, 7, 10, 11}},
				entry{"clamped", part(2, 2), ins(x, at(-5), at(1e9)), []int{2, 2}, []float64{2, 3, 6, 7}},
				entry{"nothing", part(2, 0), ins(x, at(0), at(9)), []int{2, 0}, []float64{}},
				entry{"all", part(3, 4), ins(x, at(2), at(2)), []int{3, 4}, floats(x)},
				entry{"written", write, ins(x, u, at(0), at(1)), []int{3, 4}, []float64{0, 20, 21, 3, 4, 22, 23, 7, 8, 9, 10, 11}},
				entry{"written at the end", write, ins(x, u, at(7), at(7)), []int{3, 4}, []float64{0, 1, 2, 3, 4, 5, 20, 21, 8, 9, 22, 23}},
				entry{"written nothing", write, ins(x, ramp(d, 0, 4), at(1), at(0)), []int{3, 4}, floats(x)},
			)
		}
		x, u := ramp(graph.Float64, 4), f64s([]int{2}, 8, 9)
		tabled(t, 0,
			entry{"slope", slope(part(2), 0), ins(x, at(1)), []int{4}, []float64{0, 1, 1, 0}},
			entry{"slope of what is written over", slope(write, 0), ins(x, u, at(9)), []int{4}, []float64{1, 1, 0, 0}},
			entry{"slope of what is written", slope(write, 1), ins(x, u, at(9)), []int{2}, []float64{1, 1}},
		)
		nans := f64s([]int{3}, nan, 1, nan)
		tabled(t, 0, entry{"a NaN is written over", write, ins(nans, f64s([]int{2}, 2, 3), at(-1)), []int{3}, []float64{2, 3, nan}})
	}
	tabled(t, 0, entry{"bools", part(2), ins(buffer(graph.Bool, []float64{1, 0, 1}, 3), i32s(nil, 1)), []int{2}, []float64{0, 1}})
}

// Rows that share some operands and have their own of others are as the op applied to each.
func TestDynamicSlicesBatched(t *testing.T) {
	const rows = 3
	types := []graph.Type{graph.T(graph.Float64, 3, 5), graph.T(graph.Float64, 3, 2), graph.T(graph.Int32)}
	f := func(in []*graph.Node) []*graph.Node {
		x, u, at := in[0], in[1], in[2]
		y := ops.DynamicUpdateSliceAxis(ops.Square(x), ops.Square(u), 1, at)
		z := ops.DynamicSliceAxis(ops.Square(x), 1, at, 2)
		sum := ops.Add(ops.Sum(ops.Square(y)), ops.Sum(ops.Square(z)))
		return append(autodiff.Grad(sum, x, u), y, z)
	}
	for mask := 1; mask < 8; mask++ {
		g := graph.New(graph.Training)
		var in []*graph.Node
		var feeds []graph.Buffer
		mapped := make([]bool, 3)
		for i, ty := range types {
			if mapped[i] = mask>>i&1 == 1; mapped[i] {
				ty.Shape = ty.Shape.Lead(rows)
			}
			b := normal(graph.Float64, uint64(i), ty.Shape.Dims()...)
			if ty.Dtype == graph.Int32 {
				b = buffer(graph.Int32, []float64{2, -1, 8}[:b.Len()], ty.Shape.Dims()...)
			}
			in, feeds = append(in, g.Placeholder(fmt.Sprint("x", i), ty)), append(feeds, b)
		}
		all := vmap.Flagged(f, in, mapped)
		outs := slices.Clone(all)
		for r := range rows {
			one := slices.Clone(in)
			for i, x := range in {
				if mapped[i] {
					one[i] = ops.ReshapeTo(ops.Slice(x, 0, r, 1), types[i].Shape)
				}
			}
			outs = append(outs, f(one)...)
		}
		p, err := exec.Compile(g, exec.In(in...), exec.Out(outs...))
		if err != nil {
			t.Fatal(mapped, err)
		}
		got, err := p.RunBuffers(feeds...)
		if err != nil {
			t.Fatal(mapped, err)
		}
		for k := range all {
			for r := range rows {
				want := floats(got[len(all)*(r+1)+k])
				if row := floats(got[k])[r*len(want) : (r+1)*len(want)]; !slices.Equal(row, want) {
					t.Errorf("mapped %v, result %d, row %d: %v, want %v", mapped, k, r, row, want)
				}
			}
		}
	}
}
