package nn_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/tools/gradcheck"
	"github.com/kedja-ml/kedja/vmap"
)

// A small model starts at the entropy of guessing, and learns a batch; Example_gpt counts the parameters of the benchmark's.
func TestGPTLearns(t *testing.T) {
	const batch, context, vocabulary = 4, 32, 96
	m := newGPT(rand.New(rand.NewPCG(1, 2)), vocabulary, context, 32, 2, 4)
	g := graph.New(graph.Training)
	x, y := g.Input("x", graph.Int32, batch, context), g.Input("y", graph.Int32, batch, context)
	loss := nn.CrossEntropy(m.Forward(x), y)
	optim.NewAdamW(nn.Params(m), optim.Constant(3e-3), 0.01).Minimize(loss)
	step, err := exec.Compile(g, exec.In(x, y), exec.Out(loss))
	if err != nil {
		t.Fatal(err)
	}
	text := make([]int32, batch*context+1)
	for i := range text {
		text[i] = int32(i * i % vocabulary)
	}
	var losses []float64
	for range 30 {
		out, err := step.Run(text[:batch*context], text[1:])
		if err != nil {
			t.Fatal(err)
		}
		losses = append(losses, float64(out[0].Data().(float32)))
	}
	if math.Abs(losses[0]-math.Log(vocabulary)) > 0.5 || losses[29] > 1 {
		t.Errorf("losses %v", losses)
	}
}

// One token after the other, with a cache, gives the logits of the whole sequence; beyond the last place is an error of the run that
// changes nothing.
func TestDecodingEqualsTheWholeSequence(t *testing.T) {
	const batch, context, vocabulary = 2, 6, 7
	tokens := []int64{3, 1, 4, 1, 5, 0, 2, 6, 5, 3, 5, 6}
	for name, opts := range map[string][]nn.Option{
		"plain":   nil,
		"grouped": {nn.KVHeads(2), nn.Rotating(nn.Rotary{Halves: true})},
		"turned":  {nn.Rotating(nn.Rotary{Width: 2}), nn.NoBias(), nn.KVHeads(1)},
	} {
		m := newGPT(rand.New(rand.NewPCG(1, 2)), vocabulary, context, 16, 2, 4, append(opts, nn.Dtype(graph.Float64))...)
		g := graph.New(graph.Evaluation)
		all := g.Input("tokens", graph.Int64, batch, context)
		whole, err := exec.Compile(g, exec.In(all), exec.Out(m.Forward(all)))
		if err != nil {
			t.Fatal(name, err)
		}
		out, err := whole.RunBuffers(graph.BufferOf(tokens, batch, context))
		if err != nil {
			t.Fatal(name, err)
		}
		want := graph.Data[float64](out[0])
		for _, size := range []int{1, 2, 3} {
			step, place := decoder(t, m, batch, context, size)
			for at := 0; at < context; at += size {
				var next []int64
				for b := range batch {
					next = append(next, tokens[b*context+at:][:size]...)
				}
				out, err := step.RunBuffers(graph.BufferOf(next, batch, size))
				if err != nil {
					t.Fatal(name, err)
				}
				for i, v := range graph.Data[float64](out[0]) {
					b, k := i/(size*vocabulary), i%(size*vocabulary)
					if w := want[(b*context+at)*vocabulary+k]; math.Abs(v-w) > 1e-13 {
						t.Fatalf("%s: logit %d at %d by %d is %v, not %v", name, i, at, size, v, w)
					}
				}
			}
			_, err := step.RunBuffers(graph.NewBuffer(graph.T(graph.Int64, batch, size)))
			if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("index %d, number 0 of the list, is not in [0, %d)", context+size-1, context)) {
				t.Errorf("%s: %v", name, err)
			}
			if n := graph.Data[int32](place.N.Value())[0]; n != context {
				t.Errorf("%s: a step that failed moved to %d", name, n)
			}
		}
	}
}

// decoder is the model's step for some tokens of each sequence, with new caches.
func decoder(t *testing.T, m *gpt, batch, context, size int) (*exec.Plan, *nn.Position) {
	t.Helper()
	g := graph.New(graph.Evaluation)
	tokens, place := g.Input("tokens", graph.Int64, batch, size), nn.NewPosition(context)
	at := place.Advance(g, size)
	x := m.Places.ForwardAt(m.Tokens.Forward(tokens), at)
	for _, b := range m.Blocks {
		x = b.ForwardIn(x, nn.Surrounding{Cache: b.Attention.NewCache(batch, context), At: at})
	}
	p, err := exec.Compile(g, exec.In(tokens), exec.Out(m.Head.Forward(m.Norm.Forward(x))))
	if err != nil {
		t.Fatal(err)
	}
	return p, place
}

// A decoder with a memory, its keys and values projected once, gives what it gives the whole sequence.
func TestDecodingWithMemory(t *testing.T) {
	const batch, context, width, places = 2, 4, 8, 3
	d := nn.Dtype(graph.Float64)
	b := nn.NewDecoderBlock(rand.New(rand.NewPCG(1, 2)), width, 4, 5, d, nn.KVHeads(2))
	x, memory := gradcheck.Random(batch, context, width), gradcheck.Random(batch, places, width)
	hidden := graph.BufferOf([]bool{true, true, false, true, true, true}, batch, 1, 1, places)
	g := graph.New(graph.Evaluation)
	mask := ops.Attending{Mask: g.Constant(hidden)}
	want, err := exec.Eval(b.ForwardIn(g.Constant(x), nn.Surrounding{Memory: g.Constant(memory), Cross: mask}))
	if err != nil {
		t.Fatal(err)
	}

	memories := b.Cross.NewCache(batch, places)
	g = graph.New(graph.Evaluation)
	b.Cross.Memorise(g.Constant(memory), memories)
	encode, err := exec.Compile(g)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := encode.Run(); err != nil {
		t.Fatal(err)
	}

	g = graph.New(graph.Evaluation)
	token, place := g.Input("x", graph.Float64, batch, 1, width), nn.NewPosition(context)
	y := b.ForwardIn(token, nn.Surrounding{
		Memories: memories, Cross: ops.Attending{Mask: g.Constant(hidden)},
		Cache: b.Attention.NewCache(batch, context), At: place.Advance(g, 1),
	})
	step, err := exec.Compile(g, exec.In(token), exec.Out(y))
	if err != nil {
		t.Fatal(err)
	}
	for round := range 2 {
		for at := range context {
			next := make([]float64, 0, batch*width)
			for i := range batch {
				next = append(next, graph.Data[float64](x)[(i*context+at)*width:][:width]...)
			}
			out, err := step.Run(next)
			if err != nil {
				t.Fatal(err)
			}
			for i, v := range out[0].Data().([]float64) {
				if w := want[0].Data().([]float64)[(i/width*context+at)*width+i%width]; math.Abs(v-w) > 1e-13 {
					t.Fatalf("round %d, element %d at %d is %v, not %v", round, i, at, v, w)
				}
			}
		}
		place.Reset()
	}
}

// Second derivatives in the operands and in the parameters.
func TestTransformerGradients(t *testing.T) {
	r, d := rand.New(rand.NewPCG(1, 2)), nn.Dtype(graph.Float64)
	memory := gradcheck.Random(2, 2, 4)
	cross := nn.NewCrossAttention(r, 4, 4, 2, d)
	dec := nn.NewDecoderBlock(r, 4, 2, 3, d)
	for name, c := range map[string]struct {
		model any
		f     func(x *graph.Node) *graph.Node
	}{
		"positions": {nn.NewPositions(r, 5, 4, d), nil},
		"sinusoids": {nil, nn.Sinusoids{Width: 4}.Forward},
		"rotary":    {nil, func(x *graph.Node) *graph.Node { return nn.Rotary{}.Rotate(x, nil) }},
		"halves":    {nil, func(x *graph.Node) *graph.Node { return nn.Rotary{Halves: true, Width: 2}.Rotate(x, nil) }},
		"attention": {nn.NewMultiHeadAttention(r, 4, 2, d), nil},
		"causal":    {nn.NewMultiHeadAttention(r, 4, 2, d, nn.Causal(), nn.KVHeads(1), nn.Rotating(nn.Rotary{})), nil},
		"cross":     {cross, func(x *graph.Node) *graph.Node { return cross.Attend(x, x.Graph().Constant(memory), ops.Attending{}) }},
		"mlp":       {nn.NewFeedForward(r, 4, 3, d), nil},
		"pre-norm":  {nn.NewTransformerBlock(r, 4, 1, 3, d), nil},
		"post-norm": {nn.NewTransformerBlock(r, 4, 2, 3, d, nn.PostNorm(), nn.Causal(), nn.Activation(ops.SiLU)), nil},
		"decoder": {dec, func(x *graph.Node) *graph.Node {
			return dec.ForwardIn(x, nn.Surrounding{Memory: x.Graph().Constant(memory)})
		}},
	} {
		f := c.f
		if f == nil {
			f = c.model.(nn.Layer).Forward
		}
		x := gradcheck.Random(2, 3, 4)
		t.Run(name, func(t *testing.T) {
			gradcheck.Check(t, func(in ...*graph.Node) *graph.Node { return ops.Square(f(in[0])) }, x)
			if c.model != nil {
				gradcheck.Params(t, paramsOf(c.model), func(g *graph.Graph) *graph.Node { return ops.Square(f(g.Constant(x))) })
			}
		})
	}
	e := nn.NewEmbedding(r, 4, 3, d)
	gradcheck.Params(t, paramsOf(e), func(g *graph.Graph) *graph.Node {
		return ops.Square(e.Forward(g.Constant(graph.BufferOf([]int32{2, 1, 2, 0}, 2, 2))))
	})
}

// Dropping no weight, by its definition, is the fused op; in evaluation nothing is dropped.
func TestDroppedWeights(t *testing.T) {
	for _, c := range []struct {
		mode graph.Mode
		p    float64
		same bool
	}{{graph.Training, 1e-12, true}, {graph.Evaluation, 0.5, true}, {graph.Training, 0.5, false}} {
		m := nn.NewMultiHeadAttention(rand.New(rand.NewPCG(1, 2)), 8, 4, nn.KVHeads(2), nn.Causal(), nn.Dtype(graph.Float64))
		g := graph.New(c.mode)
		g.SetRNG(graph.NewRNG(1))
		x := g.Constant(gradcheck.Random(2, 5, 8))
		fused := m.Forward(x)
		m.Dropout = c.p
		out, err := exec.Eval(ops.Max(ops.Abs(ops.Sub(m.Forward(x), fused))))
		if err != nil {
			t.Fatal(err)
		}
		if e := out[0].Data().(float64); e < 1e-10 != c.same {
			t.Errorf("%v %v: off by %v", c.mode, c.p, e)
		}
	}
	b := nn.NewDecoderBlock(rand.New(rand.NewPCG(1, 2)), 8, 2, 8, nn.DropoutRate(0.3))
	if b.Dropout != 0.3 || b.Attention.Dropout != 0.3 || b.Cross.Dropout != 0.3 || b.MLP.(*nn.FeedForward).Dropout != 0.3 {
		t.Errorf("rates %v, %v, %v, %v", b.Dropout, b.Attention.Dropout, b.Cross.Dropout, b.MLP.(*nn.FeedForward).Dropout)
	}
}

// A block with dropout draws anew in each step, and its gradients are finite and not zero.
func TestDropoutRate(t *testing.T) {
	b := nn.NewDecoderBlock(rand.New(rand.NewPCG(1, 2)), 8, 2, 8, nn.DropoutRate(0.3))
	g := graph.New(graph.Training)
	g.SetRNG(graph.NewRNG(1))
	x, memory := g.Input("x", graph.Float32, 2, 5, 8), g.Input("memory", graph.Float32, 2, 3, 8)
	y := b.ForwardIn(x, nn.Surrounding{Memory: memory})
	outs := []*graph.Node{y}
	for _, p := range paramsOf(b) {
		outs = append(outs, ops.Max(ops.Abs(autodiff.Grad(ops.Sum(ops.Square(y)), g.Use(p))[0])))
	}
	p, err := exec.Compile(g, exec.In(x, memory), exec.Out(outs...))
	if err != nil {
		t.Fatal(err)
	}
	v := make([]float32, 2*5*8)
	for i := range v {
		v[i] = float32(i*i%13) / 7
	}
	var first []float32
	for range 2 {
		out, err := p.Run(v, v[:2*3*8])
		if err != nil {
			t.Fatal(err)
		}
		if now := out[0].Data().([]float32); slices.Equal(now, first) {
			t.Error("two steps drew the same")
		} else {
			first = slices.Clone(now)
		}
		for i, d := range out[1:] {
			if e := d.Data().(float32); !(e > 0 && e < 1e4) {
				t.Errorf("the largest gradient of parameter %d is %v", i, e)
			}
		}
	}
}

// The padding row gets no gradient, and is zero to begin with.
func TestPaddingRow(t *testing.T) {
	e := nn.NewEmbedding(rand.New(rand.NewPCG(1, 2)), 3, 2, nn.PaddingRow(1))
	if v := graph.Data[float32](e.W.Value()); v[2] != 0 || v[3] != 0 || v[0] == 0 || v[4] == 0 {
		t.Errorf("rows %v", v)
	}
	g := graph.New(graph.Training)
	y := e.Forward(g.Constant(graph.BufferOf([]int64{0, 1, 1, 2, 2}, 5)))
	out, err := exec.Eval(autodiff.Grad(ops.Sum(ops.Add(y, ops.Square(y))), g.Use(e.W))...)
	if err != nil {
		t.Fatal(err)
	}
	w, dw := graph.Data[float32](e.W.Value()), out[0].Data().([]float32)
	for i, times := range []float32{1, 1, 0, 0, 2, 2} {
		if want := times * (1 + 2*w[i]); math.Abs(float64(dw[i]-want)) > 1e-5 {
			t.Errorf("gradient %d is %v, not %v", i, dw[i], want)
		}
	}
}

func TestTransformerRefuses(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	cache := nn.NewMultiHeadAttention(r, 4, 2).NewCache(2, 3)
	seq := func(g *graph.Graph, dims ...int) *graph.Node { return g.Input("x", graph.Float32, dims...) }
	for want, f := range map[string]func(g *graph.Graph) *graph.Node{
		"attention: x [2 3 4]: 3 heads do not divide the width 4": func(g *graph.Graph) *graph.Node {
			return nn.NewMultiHeadAttention(r, 4, 3).Forward(seq(g, 2, 3, 4))
		},
		"attention: x [2 3 4]: 0 heads do not divide the width 4": func(g *graph.Graph) *graph.Node {
			return nn.NewMultiHeadAttention(r, 4, 0).Forward(seq(g, 2, 3, 4))
		},
		"attention: x [2 3 8]: 3 heads of keys and values do not divide 4 heads": func(g *graph.Graph) *graph.Node {
			return nn.NewMultiHeadAttention(r, 8, 4, nn.KVHeads(3)).Forward(seq(g, 2, 3, 8))
		},
		"attention: x [2 3 5]: want a width of 4, not 5": func(g *graph.Graph) *graph.Node {
			return nn.NewMultiHeadAttention(r, 4, 2).Forward(seq(g, 2, 3, 5))
		},
		"attention: x [4]: want [..., length, width], not rank 1": func(g *graph.Graph) *graph.Node {
			return nn.NewMultiHeadAttention(r, 4, 2).Forward(seq(g, 4))
		},
		"attention: x [2 3 4]: want no memory: the layer attends to x itself": func(g *graph.Graph) *graph.Node {
			return nn.NewMultiHeadAttention(r, 4, 2).Attend(seq(g, 2, 3, 4), g.Input("m", graph.Float32, 2, 3, 4), ops.Attending{})
		},
		"attention: x [2 3 4]: want a memory to attend to": func(g *graph.Graph) *graph.Node {
			return nn.NewCrossAttention(r, 4, 4, 2).Forward(seq(g, 2, 3, 4))
		},
		"attention: x [2 3 4]: memory [2 3 4]: want a width of 5, not 4": func(g *graph.Graph) *graph.Node {
			return nn.NewCrossAttention(r, 4, 5, 2).Attend(seq(g, 2, 3, 4), g.Input("m", graph.Float32, 2, 3, 4), ops.Attending{})
		},
		"mask [1 1 3 4] does not broadcast to the scores [2 2 3 3]": func(g *graph.Graph) *graph.Node {
			return nn.NewMultiHeadAttention(r, 4, 2).Attend(seq(g, 2, 3, 4), nil, ops.Attending{Mask: g.Input("m", graph.Bool, 3, 4)})
		},
		"rotary: x [2 3 5]: want an even width above 0, not 5": func(g *graph.Graph) *graph.Node {
			return nn.Rotary{}.Rotate(seq(g, 2, 3, 5), nil)
		},
		"rotary: x [3 4]: want at least the 6 elements that turn": func(g *graph.Graph) *graph.Node {
			return nn.Rotary{Width: 6}.Rotate(seq(g, 3, 4), nil)
		},
		"sinusoids: x [2 3]: want an even width above 0, not 3": func(g *graph.Graph) *graph.Node {
			return nn.Sinusoids{Width: 3}.Encode(seq(g, 2, 3), graph.Float32)
		},
		"sinusoids: x [2 3]: want a width of 4, not 3": func(g *graph.Graph) *graph.Node { return nn.Sinusoids{Width: 4}.Forward(seq(g, 2, 3)) },
		"positions: x [2 6 4]: want at most 5 positions, not 6": func(g *graph.Graph) *graph.Node {
			return nn.NewPositions(r, 5, 4).Forward(seq(g, 2, 6, 4))
		},
		"positions: x [2 5 3]: want a width of 4, not 3": func(g *graph.Graph) *graph.Node {
			return nn.NewPositions(r, 5, 4).Forward(seq(g, 2, 5, 3))
		},
		"want indices of int32 or int64, not float32": func(g *graph.Graph) *graph.Node { return nn.NewEmbedding(r, 5, 4).Forward(seq(g, 2)) },
		"attention: x [2 4 4]: keys [2 2 4 2] do not fit a cache of [2 2 3 2]": func(g *graph.Graph) *graph.Node {
			return nn.NewMultiHeadAttention(r, 4, 2).Step(seq(g, 2, 4, 4), cache, nn.NewPosition(9).Advance(g, 4))
		},
		"want a whole number as the place of the first token": func(g *graph.Graph) *graph.Node {
			return nn.NewMultiHeadAttention(r, 4, 2).Step(seq(g, 2, 1, 4), cache, nil)
		},
		"attention: m [2 4 4]: keys [2 2 4 2] do not fit a cache of [2 2 3 2]": func(g *graph.Graph) *graph.Node {
			m := g.Input("m", graph.Float32, 2, 4, 4)
			nn.NewCrossAttention(r, 4, 4, 2).Memorise(m, cache)
			return m
		},
		"attention: m [2 3 4]: want no memory: the layer attends to x itself": func(g *graph.Graph) *graph.Node {
			m := g.Input("m", graph.Float32, 2, 3, 4)
			nn.NewMultiHeadAttention(r, 4, 2).Memorise(m, cache)
			return m
		},
		"attention: x [2 3 5]: want a width of 8, not 5": func(g *graph.Graph) *graph.Node {
			return nn.NewCrossAttention(r, 8, 4, 2).Recall(seq(g, 2, 3, 5), cache, ops.Attending{})
		},
		"queries of width 4 do not match keys of width 2": func(g *graph.Graph) *graph.Node {
			return nn.NewCrossAttention(r, 8, 4, 2).Recall(seq(g, 2, 3, 8), cache, ops.Attending{})
		},
		"inner dimensions 5 and 4 differ": func(g *graph.Graph) *graph.Node { return nn.NewFeedForward(r, 4, 3).Forward(seq(g, 2, 5)) },
	} {
		g := graph.New(graph.Training)
		f(g)
		if err := g.Err(); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v, want %q", err, want)
		}
		failed := g.Failf("earlier")
		for _, l := range []nn.Layer{
			nn.NewMultiHeadAttention(r, 4, 2), nn.NewPositions(r, 5, 4),
			nn.Sinusoids{Width: 4},
			nn.NewTransformerBlock(r, 4, 2, 4),
			nn.NewFeedForward(r, 4, 4), nn.NewEmbedding(r, 3, 4, nn.PaddingRow(0)),
		} {
			if l.Forward(failed).Valid() {
				t.Errorf("%T is valid on a failed node", l)
			}
		}
	}
}

// A token that is none is an error of the run that says where, what and how many there are.
func TestTokensOutOfRange(t *testing.T) {
	e := nn.NewEmbedding(rand.New(rand.NewPCG(1, 2)), 5, 4)
	g := graph.New(graph.Training)
	_, err := exec.Eval(e.Forward(g.Constant(graph.BufferOf([]int32{1, 4, 5}, 3))))
	if err == nil || !strings.Contains(err.Error(), "index 5, number 2 of the list, is not in [0, 5)") {
		t.Error(err)
	}
}

// Mapped over examples, layers give what they give a batch.
func TestTransformerMapped(t *testing.T) {
	r, d := rand.New(rand.NewPCG(1, 2)), nn.Dtype(graph.Float64)
	for name, l := range map[string]nn.Layer{
		"attention": nn.NewMultiHeadAttention(r, 8, 4, d, nn.KVHeads(2), nn.Causal(), nn.Rotating(nn.Rotary{})),
		"pre-norm":  nn.NewTransformerBlock(r, 8, 2, 5, d),
		"post-norm": nn.NewTransformerBlock(r, 8, 2, 5, d, nn.PostNorm()),
		"positions": nn.NewPositions(r, 4, 8, d),
		"sinusoids": nn.Sinusoids{Width: 8},
	} {
		g := graph.New(graph.Training)
		x := g.Constant(gradcheck.Random(3, 4, 8))
		f := func(in []*graph.Node) []*graph.Node {
			y := l.Forward(in[0])
			return []*graph.Node{y, autodiff.Grad(ops.Sum(ops.Square(y)), in[0])[0]}
		}
		mapped, whole := vmap.Map(f, x), f([]*graph.Node{x})
		for i, y := range mapped {
			out, err := exec.Eval(ops.Max(ops.Abs(ops.Sub(y, whole[i]))))
			if err != nil {
				t.Fatal(name, err)
			}
			if e := out[0].Data().(float64); !(e < 1e-12) {
				t.Errorf("%s, result %d: off by %v", name, i, e)
			}
		}
	}
}

// A mask of padding, one for each example, hides places from attention: what they hold does not matter.
func TestPaddingIsNotSeen(t *testing.T) {
	b := nn.NewTransformerBlock(rand.New(rand.NewPCG(1, 2)), 8, 2, 5)
	g := graph.New(graph.Evaluation)
	x, real := g.Input("x", graph.Float32, 2, 4, 8), g.Input("real", graph.Bool, 2, 4)
	mask := ops.Attending{Mask: ops.Reshape(real, 2, 1, 1, 4)}
	p, err := exec.Compile(g, exec.In(x, real), exec.Out(b.ForwardIn(x, nn.Surrounding{Self: mask})))
	if err != nil {
		t.Fatal(err)
	}
	v := make([]float32, 2*4*8)
	for i := range v {
		v[i] = float32(i*i%13) / 7
	}
	var first []float32
	for change := range 2 {
		v[3*8+2] += float32(change) // of the last place of the first example, which is none
		out, err := p.Run(v, []bool{true, true, true, false, true, true, true, true})
		if err != nil {
			t.Fatal(err)
		}
		y := append([]float32(nil), out[0].Data().([]float32)...)
		if change == 0 {
			first = y
			continue
		}
		if !slices.Equal(y[:3*8], first[:3*8]) || !slices.Equal(y[4*8:], first[4*8:]) || slices.Equal(y, first) {
			t.Error("a place that is none is seen")
		}
	}
}
