package ops_test

import (
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// The operators that the benchmark's models spend their time in, each at a size that one of them has it at: go test ./ops -bench Ops.
// "forward" is the results; "both" the results and the cotangents of all float operands.
func BenchmarkOps(b *testing.B) {
	rows, image := []int{1024, 192}, []int{32, 16, 32, 32}
	one := func(f func(x *graph.Node) *graph.Node, dims ...int) opBench {
		return opBench{[][]int{dims}, func(in []*graph.Node) *graph.Node { return f(in[0]) }}
	}
	two := func(f func(x, y *graph.Node) *graph.Node, a, b []int) opBench {
		return opBench{[][]int{a, b}, func(in []*graph.Node) *graph.Node { return f(in[0], in[1]) }}
	}
	conv := func(a ops.Convolution, x, w []int) opBench {
		return two(func(x, w *graph.Node) *graph.Node { return ops.Conv(x, w, a) }, x, w)
	}
	indices := func(g *graph.Graph, limit int, dims ...int) *graph.Node {
		n := graph.Of(dims...).Size()
		v := make([]int32, n)
		for i := range v {
			v[i] = int32(i * 7 % limit)
		}
		return g.Constant(graph.BufferOf(v, dims...))
	}
	for _, c := range []struct {
		name string
		opBench
	}{
		{"Add", two(ops.Add, rows, rows)},
		{"Add bias", two(ops.Add, rows, []int{192})},
		{"Mul", two(ops.Mul, rows, rows)},
		{"Div", two(ops.Div, rows, rows)},
		{"Square", one(ops.Square, rows...)},
		{"Sqrt", one(func(x *graph.Node) *graph.Node { return ops.Sqrt(ops.Abs(x)) }, rows...)},
		{"Exp", one(ops.Exp, rows...)},
		{"Log", one(func(x *graph.Node) *graph.Node { return ops.Log(ops.Abs(x)) }, rows...)},
		{"Tanh", one(ops.Tanh, rows...)},
		{"Sigmoid", one(ops.Sigmoid, rows...)},
		{"ReLU", one(ops.ReLU, image...)},
		{"LeakyReLU", one(func(x *graph.Node) *graph.Node { return ops.LeakyReLU(x, 0.2) }, image...)},
		{"SiLU", one(ops.SiLU, image...)},
		{"GELU", one(ops.GELU, 1024, 768)},
		{"GELUTanh", one(ops.GELUTanh, 1024, 768)},
		{"Softplus", one(ops.Softplus, rows...)},
		{"Where", two(func(x, y *graph.Node) *graph.Node { return ops.Where(ops.Less(x, y), x, y) }, rows, rows)},
		{"Sum all", one(func(x *graph.Node) *graph.Node { return ops.Sum(x) }, rows...)},
		{"Sum rows", one(func(x *graph.Node) *graph.Node { return ops.Sum(x, 1) }, rows...)},
		{"Sum columns", one(func(x *graph.Node) *graph.Node { return ops.Sum(x, 0) }, rows...)},
		{"Sum channels", one(func(x *graph.Node) *graph.Node { return ops.Sum(x, 0, 2, 3) }, image...)},
		{"Mean image", one(func(x *graph.Node) *graph.Node { return ops.Mean(x, 2, 3) }, image...)},
		{"Max", one(func(x *graph.Node) *graph.Node { return ops.Max(x, 1) }, rows...)},
		{"Softmax", one(func(x *graph.Node) *graph.Node { return ops.Softmax(x, 1) }, 1024, 96)},
		{"LogSumExp", one(func(x *graph.Node) *graph.Node { return ops.LogSumExp(x, 1) }, 1024, 96)},
		{"SoftmaxCrossEntropy", one(func(x *graph.Node) *graph.Node {
			loss, _ := ops.SoftmaxCrossEntropy(x, indices(x.Graph(), 96, 1024))
			return loss
		}, 1024, 96)},
		{"LayerNorm", one(func(x *graph.Node) *graph.Node { y, _, _ := ops.LayerNorm(x, 1e-5); return y }, rows...)},
		{"BatchNorm", opBench{[][]int{image, {16}, {16}}, func(in []*graph.Node) *graph.Node {
			y, _, _ := ops.BatchNorm(in[0], in[1], in[2], 1e-5)
			return y
		}}},
		{"GroupNorm", opBench{[][]int{image, {16}, {16}}, func(in []*graph.Node) *graph.Node {
			y, _, _ := ops.GroupNorm(in[0], in[1], in[2], 4, 1e-5)
			return y
		}}},
		{"MatMul", two(ops.MatMul, rows, []int{192, 576})},
		{"MatMul batch", two(ops.MatMul, []int{48, 128, 32}, []int{48, 32, 128})},
		{"Attention", opBench{[][]int{{8, 6, 128, 32}, {8, 6, 128, 32}, {8, 6, 128, 32}}, func(in []*graph.Node) *graph.Node {
			y, _ := ops.Attention(in[0], in[1], in[2], ops.Attending{Causal: true})
			return y
		}}},
		{"LSTMCell", opBench{[][]int{{32, 1024}, {32, 1024}, {32, 256}}, func(in []*graph.Node) *graph.Node {
			h, _ := ops.LSTMCell(in[0], in[1], in[2])
			return h
		}}},
		{"Conv 3x3", conv(ops.Convolution{Pad: []int{1}}, image, []int{16, 16, 3, 3})},
		{"Conv 3x3 stride 2", conv(ops.Convolution{Pad: []int{1}, Stride: []int{2}}, image, []int{32, 16, 3, 3})},
		{"Conv 1x1", conv(ops.Convolution{}, image, []int{32, 16, 1, 1})},
		{"ConvTranspose", two(func(x, w *graph.Node) *graph.Node {
			return ops.ConvTranspose(x, w, ops.Convolution{Stride: []int{2}, Pad: []int{1}})
		}, []int{64, 128, 7, 7}, []int{128, 64, 4, 4})},
		{"MaxPool", one(func(x *graph.Node) *graph.Node { return ops.MaxPool(x, ops.Pooling{Window: []int{2}}) }, 64, 64, 24, 24)},
		{"Gather", one(func(x *graph.Node) *graph.Node { return ops.Gather(x, indices(x.Graph(), 96, 1024)) }, 96, 192)},
		{"Concat", two(func(x, y *graph.Node) *graph.Node { return ops.Concat(1, x, y) }, image, image)},
		{"Transpose", one(func(x *graph.Node) *graph.Node { return ops.Neg(ops.Transpose(x, 1, 0)) }, rows...)},
	} {
		b.Run(c.name+"/forward", func(b *testing.B) { c.run(b, false) })
		b.Run(c.name+"/both", func(b *testing.B) { c.run(b, true) })
	}
}

// An opBench is an op and the shapes of its operands.
type opBench struct {
	shapes [][]int
	f      func(in []*graph.Node) *graph.Node
}

func (o opBench) run(b *testing.B, both bool) {
	g := graph.New(graph.Training)
	var in []*graph.Node
	var feed []graph.Buffer
	for i, s := range o.shapes {
		in = append(in, g.Input("x", graph.Float32, s...))
		feed = append(feed, normal(graph.Float32, uint64(i), s...))
	}
	y := o.f(in)
	outs := []*graph.Node{y}
	if both {
		dy := g.Input("dy", graph.Float32, y.Shape().Dims()...)
		in, feed = append(in, dy), append(feed, normal(graph.Float32, 9, y.Shape().Dims()...))
		outs = append(outs, autodiff.VJP([]*graph.Node{y}, []*graph.Node{dy}, in[:len(o.shapes)])...)
	}
	p, err := exec.Compile(g, exec.In(in...), exec.Out(outs...), exec.NoTrap())
	if err != nil {
		b.Fatal(err)
	}
	bytes := 0
	for _, n := range append(outs, in...) {
		bytes += n.Type().Bytes()
	}
	b.SetBytes(int64(bytes))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.RunBuffers(feed...); err != nil {
			b.Fatal(err)
		}
	}
}
