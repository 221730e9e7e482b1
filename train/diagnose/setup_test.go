package diagnose_test

import (
	"math/rand/v2"
	"testing"

	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/data/synth"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/train"
)

// A net has a hidden layer, and a layer that nothing reads.
type net struct{ Hidden, Second, Out *nn.Dense }

func newNet(seed uint64) *net {
	r := rand.New(rand.NewPCG(seed, 0))
	return &net{nn.NewDense(r, 2, 16), nn.NewDense(r, 16, 16), nn.NewDense(r, 16, 2)}
}

func (m *net) Forward(x *graph.Node) *graph.Node {
	return m.Out.Forward(ops.Tanh(m.Second.Forward(ops.ReLU(m.Hidden.Forward(x)))))
}

func (m *net) loss(batch []*graph.Node) train.Outputs {
	return train.Outputs{Loss: nn.CrossEntropy(m.Forward(batch[0]), batch[1])}
}

func moons(t testing.TB) data.Source {
	points, err := synth.Moons(400, 0.1, 1)
	if err != nil {
		t.Fatal(err)
	}
	load, err := data.NewLoader(points, data.Config{Batch: 32, Order: data.Shuffled{Seed: 1}})
	if err != nil {
		t.Fatal(err)
	}
	return load
}

func newLoop(t testing.TB, m *net, rate float64) *train.Loop {
	return &train.Loop{Model: m, Loss: m.loss, Optimizer: optim.NewAdam(nn.Params(m), optim.Constant(rate)), Data: moons(t), Steps: 100, Workers: 1}
}
