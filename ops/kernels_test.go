package ops_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// large are kernels at sizes that are cut into many tasks.
func large(d graph.Dtype) map[string]entry {
	grad := func(f build) build { // a gradient that is not the same everywhere
		return func(in []*graph.Node) *graph.Node {
			return autodiff.Grad(ops.Sum(ops.Square(f(in))), in[0])[0]
		}
	}
	sum := func(axes ...int) build { return along(ops.Sum, axes...) }
	list := func(limit int, dims ...int) graph.Buffer {
		return buffer(graph.Int32, ops.Index(limit)(rand.New(rand.NewPCG(1, 1)), graph.Of(dims...).Size()), dims...)
	}
	norm := func(in []*graph.Node) *graph.Node {
		y, _, _ := ops.LayerNorm(in[0], 1e-5)
		return y
	}
	lstm := func(in []*graph.Node) *graph.Node {
		h, next := ops.LSTMCell(in[0], in[0], in[1])
		return ops.Add(h, next)
	}
	gru := func(in []*graph.Node) *graph.Node { return ops.GRUCell(in[0], in[0], in[1]) }
	pool := ops.Pooling{Window: []int{3}, Stride: []int{2}, Pad: []int{1}}
	maxPool := func(in []*graph.Node) *graph.Node { return ops.MaxPool(in[0], pool) }
	avgPool := func(in []*graph.Node) *graph.Node { return ops.AvgPool(in[0], pool) }
	conv := convolved(ops.Convolution{Pad: []int{1}, Stride: []int{2, 1}})
	lookup := func(in []*graph.Node) *graph.Node { return ops.Gather(in[0], in[1]) }
	attend := func(in []*graph.Node) *graph.Node {
		y, _ := ops.Attention(in[0], in[1], in[2], ops.Attending{Causal: true})
		return y
	}
	heads := ins(normal(d, 1, 2, 4, 200, 24), normal(d, 2, 2, 2, 260, 24), normal(d, 3, 2, 2, 260, 20))
	images := normal(d, 1, 8, 6, 20, 21)
	return map[string]entry{
		"attention": {f: attend, in: heads},
		"attention grad": {f: func(in []*graph.Node) *graph.Node {
			ds := autodiff.Grad(ops.Sum(ops.Square(attend(in))), in[:3]...)
			return ops.Concat(0, ops.Flatten(ds[0], 0), ops.Flatten(ds[1], 0), ops.Flatten(ds[2], 0))
		}, in: heads},

		"sum":            {f: sum(), in: ins(normal(d, 1, 300, 401))},
		"sum columns":    {f: sum(0), in: ins(normal(d, 1, 2000, 70))},
		"sum rows":       {f: sum(1), in: ins(normal(d, 1, 2000, 70))},
		"sum channels":   {f: sum(0, 2, 3), in: ins(normal(d, 1, 16, 5, 40, 41))},
		"sum of wide":    {f: sum(0), in: ins(normal(d, 1, 20, 20_000))},
		"max":            {f: along(ops.Max, 1), in: ins(normal(d, 1, 500, 301))},
		"max columns":    {f: along(ops.Max, 0), in: ins(normal(d, 1, 301, 500))},
		"max gradient":   {f: grad(along(ops.Max, 0)), in: ins(normal(d, 1, 301, 500))},
		"logsumexp":      {f: along(ops.LogSumExp, 1), in: ins(normal(d, 1, 500, 301))},
		"softmax":        {f: onAxis(ops.Softmax, 1), in: ins(normal(d, 1, 500, 301))},
		"softmax grad":   {f: grad(onAxis(ops.Softmax, 0)), in: ins(normal(d, 1, 101, 500))},
		"logsoftmax":     {f: onAxis(ops.LogSoftmax, 1), in: ins(normal(d, 1, 500, 301))},
		"log grad":       {f: grad(onAxis(ops.LogSoftmax, 1)), in: ins(normal(d, 1, 500, 301))},
		"cross-entropy":  {f: crossEntropy, in: ins(normal(d, 1, 500, 301), list(301, 500))},
		"entropy grad":   {f: grad(crossEntropy), in: ins(normal(d, 1, 500, 301), list(301, 500))},
		"layernorm":      {f: norm, in: ins(normal(d, 1, 500, 301))},
		"layernorm grad": {f: grad(norm), in: ins(normal(d, 1, 500, 301))},
		"lstm cell":      {f: lstm, in: ins(normal(d, 1, 64, 4*130), normal(d, 2, 64, 130))},
		"lstm cell grad": {f: grad(lstm), in: ins(normal(d, 1, 64, 4*130), normal(d, 2, 64, 130))},
		"gru cell":       {f: gru, in: ins(normal(d, 1, 64, 3*130), normal(d, 2, 64, 130))},
		"gru cell grad":  {f: grad(gru), in: ins(normal(d, 1, 64, 3*130), normal(d, 2, 64, 130))},
		"gather":         {f: lookup, in: ins(normal(d, 1, 300, 64), list(300, 2000))},
		"gather grad":    {f: grad(lookup), in: ins(normal(d, 1, 300, 64), list(300, 2000))},
		"pick":           {f: binary(ops.Pick), in: ins(normal(d, 1, 50_000, 3), list(3, 50_000))},
		"pick grad":      {f: grad(binary(ops.Pick)), in: ins(normal(d, 1, 50_000, 3), list(3, 50_000))},
		"pad":            {f: unary(func(x *graph.Node) *graph.Node { return ops.PadWith(x, 1, 2, 3, 0.5) }), in: ins(normal(d, 1, 500, 301))},
		"concat":         {f: unary(func(x *graph.Node) *graph.Node { return ops.Concat(1, x, x) }), in: ins(normal(d, 1, 500, 301))},
		"slice grad":     {f: grad(unary(func(x *graph.Node) *graph.Node { return ops.SliceStep(x, 1, 300, 100, -3) })), in: ins(normal(d, 1, 500, 301))},
		"tril":           {f: grad(unary(func(x *graph.Node) *graph.Node { return ops.Tril(x, 3) })), in: ins(normal(d, 1, 3, 200, 301))},
		"cumsum":         {f: grad(onAxis(ops.CumSum, 1)), in: ins(normal(d, 1, 500, 301))},
		"cumsum columns": {f: grad(onAxis(ops.CumSum, 0)), in: ins(normal(d, 1, 301, 500))},
		"silu":           {f: grad(unary(ops.SiLU)), in: ins(normal(d, 1, 500, 301))},
		"elu":            {f: grad(unary(func(x *graph.Node) *graph.Node { return ops.ELU(x, 1) })), in: ins(normal(d, 1, 500, 301))},
		"dynamic slice":  {f: grad(func(in []*graph.Node) *graph.Node { return ops.DynamicSlice(in[0], in[1:], 200, 250) }), in: ins(normal(d, 1, 500, 301), i32s(nil, 77), i32s(nil, 9))},
		"dynamic update": {f: grad(func(in []*graph.Node) *graph.Node {
			return ops.DynamicUpdateSlice(in[0], ops.Square(ops.Slice(in[0], 0, 1, 300)), []*graph.Node{in[1], nil})
		}), in: ins(normal(d, 1, 500, 301), i32s(nil, 77))},
		"transpose":   {f: unary(func(x *graph.Node) *graph.Node { return ops.Sum(ops.Transpose(x), 0) }), in: ins(normal(d, 1, 500, 301))},
		"one hot":     {f: func(in []*graph.Node) *graph.Node { return ops.OneHot(in[1], 300, d) }, in: ins(normal(d, 1, 1), list(300, 2000))},
		"matmul":      {f: product(false, false), in: ins(normal(d, 1, 300, 200), normal(d, 2, 200, 100))},
		"matmul grad": {f: grad(product(true, false)), in: ins(normal(d, 1, 200, 300), normal(d, 2, 200, 100))},
		"batched":     {f: product(false, true), in: ins(normal(d, 1, 60, 20, 30), normal(d, 2, 60, 40, 30))},
		"conv":        {f: conv, in: ins(images, normal(d, 2, 16, 6, 3, 3))},
		"conv grad":   {f: grad(conv), in: ins(images, normal(d, 2, 16, 6, 3, 3))},
		"filter grad": {f: func(in []*graph.Node) *graph.Node {
			return autodiff.Grad(ops.Sum(ops.Square(conv(in))), in[1])[0]
		}, in: ins(images, normal(d, 2, 16, 6, 3, 3))},
		"maxpool":      {f: maxPool, in: ins(images)},
		"maxpool grad": {f: grad(maxPool), in: ins(images)},
		"avgpool":      {f: avgPool, in: ins(images)},
		"avgpool grad": {f: grad(avgPool), in: ins(images)},
	}
}

// The bits do not depend on the number of workers.
func TestWorkersDoNotMatter(t *testing.T) {
	for _, d := range both {
		for name, e := range large(d) {
			one, err := evaluate(e.f, 1, e.in...)
			if err != nil {
				t.Fatal(name, err)
			}
			for _, workers := range []int{2, 5} {
				many, err := evaluate(e.f, workers, e.in...)
				if err != nil || !bytes.Equal(one.Bytes(), many.Bytes()) {
					t.Errorf("%s %v: %d workers give other bits, %v", name, d, workers, err)
				}
			}
		}
	}
}

// A plan that runs allocates nothing.
func TestKernelsAllocateNothing(t *testing.T) {
	for name, e := range large(graph.Float32) {
		g := graph.New(graph.Training)
		xs := make([]*graph.Node, len(e.in))
		for i, b := range e.in {
			xs[i] = g.Placeholder("x", b.Type)
		}
		p, err := exec.Compile(g, exec.In(xs...), exec.Out(e.f(xs)), exec.Workers(1))
		if err != nil {
			t.Fatal(err)
		}
		const runs = 5
		var before, after runtime.MemStats
		for range 2 {
			runtime.ReadMemStats(&before)
			for range runs {
				if _, err := p.RunBuffers(e.in...); err != nil {
					t.Fatal(err)
				}
			}
			runtime.ReadMemStats(&after)
		}
		if n := after.Mallocs - before.Mallocs; n >= runs {
			t.Errorf("%s: %d allocations in %d runs", name, n, runs)
		}
	}
}

// An example's bits do not depend on the batch it came in.
func TestRowsAreInvariant(t *testing.T) {
	for name, f := range map[string]build{
		"softmax":    onAxis(ops.Softmax, 1),
		"logsoftmax": onAxis(ops.LogSoftmax, -1),
		"logsumexp":  along(ops.LogSumExp, 1),
		"layernorm": func(in []*graph.Node) *graph.Node {
			y, _, _ := ops.LayerNorm(in[0], 1e-5)
			return y
		},
		"matmul": func(in []*graph.Node) *graph.Node {
			w := in[0].Graph().Constant(normal(graph.Float32, 3, 77, 130))
			return ops.MatMul(in[0], w)
		},
		"conv": func(in []*graph.Node) *graph.Node {
			w := in[0].Graph().Constant(normal(graph.Float32, 3, 13, 7, 3))
			return ops.Conv(ops.Reshape(in[0], -1, 7, 11), w, ops.Convolution{})
		},
	} {
		for _, n := range []int{2, 7, 64, 600} {
			x := normal(graph.Float32, uint64(n), n, 77)
			all, err := evaluate(f, 2, x)
			if err != nil {
				t.Fatal(name, err)
			}
			for _, i := range []int{0, n / 2, n - 1} {
				one, err := evaluate(f, 1, x.Part(i*77, (i+1)*77).As(graph.Of(1, 77)))
				if err != nil {
					t.Fatal(name, err)
				}
				if got := part(all, i); !bytes.Equal(got.Bytes(), part(one, 0).Bytes()) {
					t.Errorf("%s: row %d of %d differs from the row alone", name, i, n)
				}
			}
		}
	}
}

// Every kernel of an op that has a definition agrees with it: in all cases of all ops, and in their gradients.
func TestKernelsKeepTheirDefinitions(t *testing.T) {
	seen := map[string]int{}
	for _, info := range ops.All() {
		for k, c := range info.Cases {
			if info.Order > 0 && k%3 != 0 {
				defined(t, info.Name, c, seen)
			}
		}
	}
	for _, name := range []string{"softmax", "softmaxgrad", "logsoftmax", "logsoftmaxgrad", "logsumexp", "softmaxcrossentropy", "softmaxcrossentropygrad", "layernorm", "layernormgrad", "layernormaffine", "layernormaffinegrad", "batchnorm", "batchnormgrad", "groupnorm", "groupnormgrad", "rmsnorm", "rmsnormgrad", "prod"} {
		if seen[name] < 10 {
			t.Errorf("%s was compared %d times", name, seen[name])
		}
	}
}

func defined(t *testing.T, name string, c ops.Case, seen map[string]int) {
	t.Helper()
	r, g := rand.New(rand.NewPCG(3, 4)), graph.New(graph.Training)
	var xs, of []*graph.Node
	var feeds []graph.Buffer
	for _, o := range c.In {
		d := o.Dtype
		if d == graph.Float32 {
			d = graph.Float64
		}
		b := buffer(d, o.Draw(r, o.Shape.Size()), o.Shape.Dims()...)
		xs, feeds = append(xs, g.Placeholder("x", b.Type)), append(feeds, b)
		if d.Float() {
			of = append(of, xs[len(xs)-1])
		}
	}
	var total []*graph.Node
	for _, y := range c.F(xs) {
		if y.Dtype().Float() {
			total = append(total, ops.Sum(ops.Square(y)))
		}
	}
	if len(total) == 0 || len(of) == 0 {
		return
	}
	grads := autodiff.Grad(autodiff.Dot(total, total), of...)
	var kernels, definitions []*graph.Node
	for _, n := range graph.Order(grads, nil) {
		_, fast := n.Op().(graph.Kernel)
		if def, ok := n.Op().(graph.Composite); ok && fast {
			seen[n.Op().Name()]++
			kernels, definitions = append(kernels, n.Results()...), append(definitions, def.Define(n.In())...)
		}
	}
	if len(kernels) == 0 {
		return
	}
	var operands []*graph.Node
	for _, k := range kernels {
		operands = append(operands, k.In()...)
	}
	p, err := exec.Compile(g, exec.In(xs...), exec.Out(slices.Concat(kernels, definitions, operands)...), exec.NoTrap())
	if err != nil {
		t.Fatal(name, c.Name, err)
	}
	out, err := p.RunBuffers(feeds...)
	if err != nil {
		t.Fatal(name, c.Name, err)
	}
	operand := map[*graph.Node]graph.Buffer{}
	for i, x := range operands {
		operand[x] = out[2*len(kernels)+i]
	}
	for i, k := range kernels {
		want, largest := floats(out[len(kernels)+i]), 1.0 // of what is added up, operands among it
		for _, x := range k.In() {
			for _, v := range floats(operand[x]) {
				largest = max(largest, math.Abs(v))
			}
		}
		for j, v := range floats(out[i]) {
			if math.Abs(v-want[j]) > 1e-13*max(largest, math.Abs(want[j])) {
				t.Errorf("%s %s: %s gives %v, its definition %v", name, c.Name, k.Op().Name(), v, want[j])
				return
			}
		}
	}
}
