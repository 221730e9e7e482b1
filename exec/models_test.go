package exec_test

import (
	"math/rand/v2"
	"testing"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
)

// A model is a training step made anew, with everything that belongs to it.
type model struct {
	g    *graph.Graph
	in   []*graph.Node
	feed []graph.Buffer
	loss *graph.Node
	vars []graph.Var
}

func (m *model) compile(t testing.TB, opts ...exec.Option) *exec.Plan {
	t.Helper()
	p, err := exec.Compile(m.g, append(opts, exec.In(m.in...), exec.Out(m.loss), exec.Verify())...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// cnn has a convolution, batch norm, pooling, dropout and a dense layer, at sizes where work is cut in many uneven tasks.
func cnn(batch, side int) *model {
	r := rand.New(rand.NewPCG(1, 2))
	bn := nn.NewBatchNorm(7)
	net := nn.Sequential{
		nn.NewConv2D(r, 3, 7, 3, nn.Padding(1)), bn, nn.Func(ops.ReLU),
		nn.Func(func(x *graph.Node) *graph.Node { return nn.MaxPool(x, 2) }),
		nn.Flatten{},
		nn.Dropout{P: 0.3},
		nn.NewDense(r, 7*(side/2)*(side/2), 33), nn.Func(ops.GELU), nn.NewLayerNorm(33), nn.NewDense(r, 33, 10),
	}
	m := &model{g: graph.New(graph.Training)}
	rng := graph.NewRNG(3)
	m.g.SetRNG(rng)
	x, y := m.g.Input("x", graph.Float32, batch, 3, side, side), m.g.Input("y", graph.Int32, batch)
	m.in = []*graph.Node{x, y}
	m.loss = nn.CrossEntropy(net.Forward(x), y)
	adam := optim.NewAdam(nn.Params(net), optim.WarmUp(3, optim.Cosine(1e-2, 1e-4, 50)))
	grads, _ := optim.ClipNorm(adam.Grads(m.loss), 1)
	adam.Update(grads)
	for _, v := range nn.Vars(net) {
		m.vars = append(m.vars, v)
	}
	for _, s := range adam.States() {
		m.vars = append(m.vars, s)
	}
	m.vars = append(m.vars, rng)
	images, labels := make([]float32, x.Shape().Size()), make([]int32, batch)
	for i := range images {
		images[i] = float32(r.NormFloat64())
	}
	for i := range labels {
		labels[i] = int32(r.IntN(10))
	}
	m.feed = []graph.Buffer{graph.BufferOf(images, batch, 3, side, side), graph.BufferOf(labels, batch)}
	return m
}

func (m *model) run(t testing.TB, p *exec.Plan, steps int) (losses []float32) {
	t.Helper()
	for range steps {
		out, err := p.RunBuffers(m.feed...)
		if err != nil {
			t.Fatal(err)
		}
		losses = append(losses, graph.Data[float32](out[0])[0])
	}
	return losses
}
