package spikes_test

import (
	"math"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/flow"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/vmap"
)

// (d) A recurrent net by Scan learns the parity of a sequence's signs.
func TestRNN(t *testing.T) {
	r := random()
	cell, head := nn.NewDense(r, 1+8, 8, d64), nn.NewDense(r, 8, 1, d64)
	const steps, batch = 4, 16
	g := graph.New(graph.Training)
	xs, y := g.Input("xs", graph.Float64, steps, batch, 1), g.Input("y", graph.Float64, batch, 1)
	h, _ := flow.Scan([]*node{g.Fill(0, graph.T(graph.Float64, batch, 8))}, []*node{xs}, func(h, x []*node) (next, y []*node) {
		return []*node{ops.Tanh(cell.Forward(ops.Concat(1, x[0], h[0])))}, nil
	})
	loss := nn.MSE(head.Forward(h[0]), y)
	optim.NewAdam(nn.Params([]*nn.Dense{cell, head}), optim.Constant(0.02)).Minimize(loss)
	step := compile(t, g, []*node{xs, y}, loss)
	in := fill(func(i int) float64 { return float64(i%batch>>(i/batch)&1)*2 - 1 }, steps, batch, 1)
	out := fill(func(b int) float64 {
		p := 1.0
		for s := range steps {
			p *= float64(b>>s&1)*2 - 1
		}
		return p
	}, batch, 1)
	if l := repeat(t, step, 1200, in, out)[0][0]; l > 0.02 {
		t.Error(l)
	}
}

// Attention is one head with a mask: keep has 1 where a query may look.
type Attention struct{ Q, K, V *nn.Dense }

func attend(q, k, v, keep *node) *node {
	scores := ops.Scale(1/math.Sqrt(float64(q.Shape().Dim(-1))), ops.MatMulT(q, k, false, true))
	return ops.MatMul(ops.Softmax(ops.Add(scores, ops.Affine(1e9, keep, -1e9)), -1), v)
}

// (e) Decoding by a cache of keys and values, a State each, gives what the full pass gives.
func TestDecode(t *testing.T) {
	const T, D = 5, 4
	r := random()
	m := &Attention{nn.NewDense(r, D, D, d64), nn.NewDense(r, D, D, d64), nn.NewDense(r, D, D, d64)}
	x := fill(func(int) float64 { return r.NormFloat64() }, T, D)
	g := graph.New(graph.Evaluation)
	xs := g.Input("x", graph.Float64, T, D)
	at := ops.Iota(g, graph.Float64, T)
	causal := ops.Cast(ops.LessEqual(ops.Reshape(at, 1, T), ops.Reshape(at, T, 1)), graph.Float64)
	full := compile(t, g, []*node{xs}, attend(m.Q.Forward(xs), m.K.Forward(xs), m.V.Forward(xs), causal))

	empty := graph.NewBuffer(graph.T(graph.Float64, T, D))
	keys, vals := graph.NewState("keys", empty), graph.NewState("values", empty)
	pos := graph.NewState("pos", graph.BufferOf([]int32{0}, 1))
	g = graph.New(graph.Evaluation)
	one, now := g.Input("x", graph.Float64, 1, D), g.Use(pos)
	write := func(cache *graph.State, row *node) {
		g.Assign(cache, ops.Add(g.Use(cache), ops.ScatterAdd(row, now, T)))
	}
	write(keys, m.K.Forward(one))
	write(vals, m.V.Forward(one))
	g.Assign(pos, ops.Add(now, g.Fill(1, now.Type())))
	seen := ops.Cast(ops.Less(ops.Iota(g, graph.Int32, T), g.Use(pos)), graph.Float64)
	decode := compile(t, g, []*node{one}, attend(m.Q.Forward(one), g.Use(keys), g.Use(vals), seen))

	want := append([]float64(nil), repeat(t, full, 1, x)[0]...)
	for i := range T {
		for j, v := range repeat(t, decode, 1, x.Part(i*D, (i+1)*D).As(graph.Of(1, D)))[0] {
			if math.Abs(v-want[i*D+j]) > 1e-12 {
				t.Fatal(i, v, want[i*D+j])
			}
		}
	}
	if _, err := decode.RunBuffers(x.Part(0, D).As(graph.Of(1, D))); err == nil || graph.Data[int32](pos.Value())[0] != T {
		t.Error("the cache overflowed", err, pos.Value())
	}
}

// Zero is a net for two-player games.
type Zero struct {
	Body          *nn.Dense
	Norm          *nn.BatchNorm
	Policy, Value *nn.Dense
}

func (z *Zero) Forward(x *node) (logits, value *node) {
	h := ops.Dropout(ops.ReLU(z.Norm.Forward(z.Body.Forward(x))), 0.1)
	return z.Policy.Forward(h), ops.Tanh(z.Value.Forward(h))
}

// (f) A plan for search and a plan for training share their parameters and running statistics.
func TestAlphaZero(t *testing.T) {
	r := random()
	z := &Zero{nn.NewDense(r, 6, 16, d64), nn.NewBatchNorm(16, d64), nn.NewDense(r, 16, 3, d64), nn.NewDense(r, 16, 1, d64)}
	build := func(m graph.Mode, n int) (g *graph.Graph, x, logits, value *node) {
		g = graph.New(m)
		x = g.Input("board", graph.Float64, n, 6)
		logits, value = z.Forward(x)
		return g, x, logits, value
	}
	g, x, logits, value := build(graph.Evaluation, 1)
	search := compile(t, g, []*node{x}, ops.Softmax(logits, -1), value)
	g, x, logits, value = build(graph.Training, 8)
	visits, won := g.Input("visits", graph.Float64, 8, 3), g.Input("won", graph.Float64, 8, 1)
	cross := ops.Neg(ops.Mean(ops.Mul(visits, ops.LogSoftmax(logits, -1))))
	loss := ops.Add(cross, nn.MSE(value, won))
	optim.NewAdam(nn.Params(z), optim.Constant(0.02)).Minimize(loss)
	train := compile(t, g, []*node{x, visits, won}, loss)

	boards := fill(func(i int) float64 { return float64(i*i%7) - 3 }, 8, 6)
	played := fill(func(i int) float64 { return float64((i%3 + i/3) % 3 / 2) }, 8, 3)
	result := fill(func(i int) float64 { return float64(i%2)*2 - 1 }, 8, 1)
	repeat(t, train, 300, boards, played, result)
	out := repeat(t, search, 1, boards.Part(6, 12).As(graph.Of(1, 6)))
	if p, v := out[0], out[1][0]; v < 0.8 || p[1] < 0.8 || z.Norm.Mean.Version() != 300 {
		t.Error(p, v, z.Norm.Mean.Version())
	}
}

// (g) The gradient of each example alone.
func TestPerExample(t *testing.T) {
	m := NewMLP(random(), 2, 4, 1)
	g := graph.New(graph.Training)
	x, y, w := g.Input("x", graph.Float64, 4, 2), g.Input("y", graph.Float64, 4, 1), g.Use(m.Hidden.W)
	each := vmap.Map(func(in []*node) []*node {
		return autodiff.Grad(nn.MSE(m.Forward(ops.Unsqueeze(in[0], 0)), ops.Unsqueeze(in[1], 0)), w)
	}, x, y)[0]
	p := compile(t, g, []*node{x, y}, each, autodiff.Grad(nn.MSE(m.Forward(x), y), w)[0])
	out := repeat(t, p, 1, corners, xor)
	for i, want := range out[1] {
		var sum float64
		for b := range 4 {
			sum += out[0][b*8+i] / 4
		}
		if math.Abs(sum-want) > 1e-12 || each.Shape() != graph.Of(4, 2, 4) {
			t.Error(i, sum, want)
		}
	}
}

// (j) A net that solves u″ = −u, u(0) = 0, u′(0) = 1: the loss holds a second derivative in the input.
func TestPhysics(t *testing.T) {
	m := NewMLP(random(), 1, 12, 1)
	const n = 16
	g := graph.New(graph.Training)
	x := g.Input("x", graph.Float64, n, 1)
	at := func(x *node) (u, du, ddu *node) {
		u = m.Forward(x)
		du = autodiff.Grad(ops.Sum(u), x)[0]
		return u, du, autodiff.Grad(ops.Sum(du), x)[0]
	}
	u, _, ddu := at(x)
	u0, du0, _ := at(g.Fill(0, graph.T(graph.Float64, 1, 1)))
	start := ops.Add(ops.Sum(ops.Square(u0)), ops.Sum(ops.Square(ops.Offset(du0, -1))))
	loss := ops.Add(ops.Mean(ops.Square(ops.Add(ddu, u))), start)
	optim.NewAdam(nn.Params(m), optim.Constant(0.01)).Minimize(loss)
	p := compile(t, g, []*node{x}, loss, u)
	points := fill(func(i int) float64 { return float64(i) / (n - 1) * 2 }, n, 1)
	out := repeat(t, p, 3000, points)
	for i, v := range out[1] {
		if math.Abs(v-math.Sin(graph.Data[float64](points)[i])) > 0.03 {
			t.Fatal(out[0][0], i, v)
		}
	}
}
