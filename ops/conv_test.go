package ops_test

import (
	"math/rand/v2"
	"testing"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

func convolved(a ops.Convolution) build {
	return func(in []*graph.Node) *graph.Node { return ops.Conv(in[0], in[1], a) }
}

func transposed(a ops.Convolution, more ...int) build {
	return func(in []*graph.Node) *graph.Node { return ops.ConvTranspose(in[0], in[1], a, more...) }
}

func TestConvValues(t *testing.T) {
	for _, d := range []graph.Dtype{graph.Float32, graph.Float64} {
		line, diff := buffer(d, []float64{1, 2, 4, 8, 16}, 1, 1, 5), buffer(d, []float64{-1, 1}, 1, 1, 2)
		square, cross := ramp(d, 1, 1, 3, 3), buffer(d, []float64{0, 1, 1, 2}, 1, 1, 2, 2)
		tabled(t, 0,
			entry{"difference", convolved(ops.Convolution{}), ins(line, diff), []int{1, 1, 4}, []float64{1, 2, 4, 8}},
			entry{"stride", convolved(ops.Convolution{Stride: []int{3}}), ins(line, diff), []int{1, 1, 2}, []float64{1, 8}},
			entry{"dilation", convolved(ops.Convolution{Dilation: []int{3}}), ins(line, diff), []int{1, 1, 2}, []float64{7, 14}},
			entry{"pad", convolved(ops.Convolution{Pad: []int{1}}), ins(line, diff), []int{1, 1, 6}, []float64{1, 1, 2, 4, 8, -16}},
			entry{"pad after", convolved(ops.Convolution{PadAfter: []int{1}}), ins(line, diff), []int{1, 1, 5}, []float64{1, 2, 4, 8, -16}},
			entry{"same", convolved(ops.Convolution{Same: true}), ins(line, diff), []int{1, 1, 5}, []float64{1, 2, 4, 8, -16}},
			entry{"same, stride 2", convolved(ops.Convolution{Same: true, Stride: []int{2}}), ins(line, buffer(d, []float64{1, 1, 1}, 1, 1, 3)), []int{1, 1, 3}, []float64{3, 14, 24}},
			entry{"filters", convolved(ops.Convolution{}), ins(line, buffer(d, []float64{1, 0, 0, 1}, 2, 1, 2)), []int{1, 2, 4}, []float64{1, 2, 4, 8, 2, 4, 8, 16}},
			entry{"channels", convolved(ops.Convolution{}), ins(ramp(d, 1, 2, 2), buffer(d, []float64{1, 10}, 1, 2, 1)), []int{1, 1, 2}, []float64{20, 31}},
			entry{"groups", convolved(ops.Convolution{Groups: 2}), ins(ramp(d, 1, 2, 2), buffer(d, []float64{1, 10}, 2, 1, 1)), []int{1, 2, 2}, []float64{0, 1, 20, 30}},
			entry{"plane", convolved(ops.Convolution{}), ins(square, cross), []int{1, 1, 2, 2}, []float64{12, 16, 24, 28}},
			entry{"volume", convolved(ops.Convolution{}), ins(ramp(d, 1, 1, 2, 2, 2), buffer(d, []float64{1, 1, 1, 1, 1, 1, 1, 2}, 1, 1, 2, 2, 2)), []int{1, 1, 1, 1, 1}, []float64{35}},
			entry{"slope x", slope(convolved(ops.Convolution{}), 0), ins(square, cross), []int{1, 1, 3, 3}, []float64{0, 1, 1, 1, 4, 3, 1, 3, 2}},
			entry{"slope w", slope(convolved(ops.Convolution{}), 1), ins(square, cross), []int{1, 1, 2, 2}, []float64{8, 12, 20, 24}},
			entry{"transposed", transposed(ops.Convolution{Stride: []int{2}}), ins(buffer(d, []float64{1, 2}, 1, 1, 2), buffer(d, []float64{1, 1, 3}, 1, 1, 3)), []int{1, 1, 5}, []float64{1, 1, 5, 2, 6}},
			entry{"output pad", transposed(ops.Convolution{Stride: []int{2}}, 1), ins(buffer(d, []float64{1, 2}, 1, 1, 2), buffer(d, []float64{1, 1}, 1, 1, 2)), []int{1, 1, 5}, []float64{1, 1, 2, 2, 0}},
			entry{"transposed same", transposed(ops.Convolution{Stride: []int{2}, Same: true}), ins(buffer(d, []float64{1, 2}, 1, 1, 2), buffer(d, []float64{1, 5}, 1, 1, 2)), []int{1, 1, 4}, []float64{1, 5, 2, 10}},
			entry{"no images", convolved(ops.Convolution{}), ins(ramp(d, 0, 1, 5), diff), []int{0, 1, 4}, []float64{}},
			entry{"no channels", convolved(ops.Convolution{}), ins(ramp(d, 1, 0, 2), ramp(d, 1, 0, 1)), []int{1, 1, 2}, []float64{0, 0}},
			entry{"slope w of no images", slope(convolved(ops.Convolution{}), 1), ins(ramp(d, 0, 1, 5), diff), []int{1, 1, 2}, []float64{0, 0}},
		)
	}
}

// ConvTranspose is the transpose: ⟨u, x∗w⟩ = ⟨x, transpose(u, w)⟩, in whole numbers.
func TestConvTransposeIsTheTranspose(t *testing.T) {
	for _, c := range []struct {
		a    ops.Convolution
		more []int
	}{
		{ops.Convolution{}, nil},
		{ops.Convolution{Stride: []int{2}, Pad: []int{1}}, []int{1, 0}},
		{ops.Convolution{Pad: []int{2, 0}, PadAfter: []int{0, 1}}, nil},
		{ops.Convolution{Same: true, Stride: []int{2, 1}}, nil},
		{ops.Convolution{Groups: 2, Dilation: []int{2, 1}}, nil},
	} {
		x, w := whole(1, 2, 4, 8, 6), whole(2, 6, 4/max(1, c.a.Groups), 3, 2)
		y, err := evaluate(convolved(c.a), 1, x, w)
		if err != nil {
			t.Fatal(err)
		}
		u := whole(3, y.Type.Shape.Dims()...)
		back, err := evaluate(transposed(c.a, c.more...), 1, u, w)
		if err != nil {
			t.Fatal(err)
		}
		if back.Type != x.Type {
			t.Errorf("%v: %v, want %v", c.a, back.Type, x.Type)
		} else if left, right := dot(u, y), dot(x, back); left != right {
			t.Errorf("%v: %v, %v", c.a, left, right)
		}
	}
}

// whole draws whole numbers in [−8, 8).
func whole(seed uint64, dims ...int) graph.Buffer {
	r := rand.New(rand.NewPCG(seed, 5))
	v := make([]float64, graph.Of(dims...).Size())
	for i := range v {
		v[i] = float64(r.IntN(16) - 8)
	}
	return buffer(graph.Float64, v, dims...)
}

func dot(a, b graph.Buffer) (s float64) {
	y := floats(b)
	for i, v := range floats(a) {
		s += v * y[i]
	}
	return s
}

func TestPoolValues(t *testing.T) {
	largest := func(a ops.Pooling) build {
		return func(in []*graph.Node) *graph.Node { return ops.MaxPool(in[0], a) }
	}
	index := func(a ops.Pooling) build {
		return func(in []*graph.Node) *graph.Node {
			_, i := ops.MaxPoolWithIndex(in[0], a)
			return i
		}
	}
	average := func(a ops.Pooling) build {
		return func(in []*graph.Node) *graph.Node { return ops.AvgPool(in[0], a) }
	}
	two, three := []int{2}, []int{3}
	for _, d := range []graph.Dtype{graph.Float32, graph.Float64} {
		x := ins(buffer(d, []float64{1, 2, 5, 3, 4, 4, 0, -1, -3, -2, 7, 7, -4, -1, 7, 7}, 1, 1, 4, 4))
		line := ins(buffer(d, []float64{3, 6, 0, 9}, 1, 1, 4))
		tabled(t, 1e-7,
			entry{"max", largest(ops.Pooling{Window: two}), x, []int{1, 1, 2, 2}, []float64{4, 5, -1, 7}},
			entry{"index", index(ops.Pooling{Window: two}), x, []int{1, 1, 2, 2}, []float64{4, 2, 13, 10}},
			entry{"max slope: first of equals", slope(largest(ops.Pooling{Window: two}), 0), x, []int{1, 1, 4, 4}, []float64{0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0}},
			entry{"stride 1", largest(ops.Pooling{Window: two, Stride: []int{1}}), line, []int{1, 1, 3}, []float64{6, 6, 9}},
			entry{"pad", largest(ops.Pooling{Window: two, Pad: []int{1}}), ins(buffer(d, []float64{-3, -6}, 1, 1, 2)), []int{1, 1, 2}, []float64{-3, -6}},
			entry{"same", largest(ops.Pooling{Window: three, Stride: two, Same: true}), line, []int{1, 1, 2}, []float64{6, 9}},
			entry{"dilation", largest(ops.Pooling{Window: two, Dilation: two, Stride: []int{1}}), line, []int{1, 1, 2}, []float64{3, 9}},
			entry{"nan", largest(ops.Pooling{Window: two}), ins(buffer(d, []float64{3, nan, 1, 2}, 1, 1, 4)), []int{1, 1, 2}, []float64{nan, 2}},
			entry{"mean", average(ops.Pooling{Window: two}), line, []int{1, 1, 2}, []float64{4.5, 4.5}},
			entry{"mean, padding counts", average(ops.Pooling{Window: two, Pad: []int{1}}), line, []int{1, 1, 3}, []float64{1.5, 3, 4.5}},
			entry{"mean, padding does not", average(ops.Pooling{Window: two, Pad: []int{1}, SkipPadding: true}), line, []int{1, 1, 3}, []float64{3, 3, 9}},
			entry{"mean slope", slope(average(ops.Pooling{Window: three, Stride: []int{1}}), 0), line, []int{1, 1, 4}, []float64{1. / 3, 2. / 3, 2. / 3, 1. / 3}},
			entry{"volume", average(ops.Pooling{Window: two}), ins(ramp(d, 1, 1, 2, 2, 2)), []int{1, 1, 1, 1, 1}, []float64{3.5}},
		)
	}
}
