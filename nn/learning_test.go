package nn_test

import (
	"math/rand/v2"
	"testing"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
)

// A causal convolution learns to spell two targets by CTC, with the trap on: forward variables that stand for −∞ do not spring it.
func TestCTCLearns(t *testing.T) {
	const steps, batch, classes = 12, 2, 4
	r := rand.New(rand.NewPCG(1, 2))
	net := nn.Sequential{nn.NewConv1D(r, 3, 16, 3, nn.Causal()), nn.Func(ops.Tanh), nn.NewConv1D(r, 16, classes, 1)}
	g := graph.New(graph.Training)
	x := g.Input("x", graph.Float32, batch, 3, steps)
	logits := ops.Transpose(net.Forward(x), 2, 0, 1) // [T, N, C]
	loss := nn.CTC(ops.LogSoftmax(logits, -1), ints(x, []int32{1, 2, 3, 3, 3, 1}, 2, 3), ints(x, []int32{steps, steps - 2}, 2),
		ints(x, []int32{3, 3}, 2), nn.CTCOptions{})
	optim.NewAdam(nn.Params(net), optim.Constant(0.02)).Minimize(loss)
	p, err := exec.Compile(g, exec.In(x), exec.Out(loss))
	if err != nil {
		t.Fatal(err)
	}
	feed := make([]float32, batch*3*steps)
	for i := range feed {
		feed[i] = float32(r.NormFloat64())
	}
	var first, last float64
	for i := range 150 {
		out, err := p.Run(feed)
		if err != nil {
			t.Fatal(err)
		}
		if last = exec.Scalar(out[0]); i == 0 {
			first = last
		}
	}
	if !(last < 0.05*first) {
		t.Errorf("loss %v, from %v", last, first)
	}
}

// A strided convolution and its transpose learn to copy images through a quarter of their numbers.
func TestAutoencoderLearns(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	net := nn.Sequential{
		nn.NewConv2D(r, 1, 8, 3, nn.Stride(2), nn.Padding(1)), nn.Func(ops.Tanh), nn.NewConv2D(r, 8, 1, 1),
		nn.NewConvTranspose2D(r, 1, 8, 3, nn.Stride(2), nn.Padding(1), nn.OutputPadding(1)), nn.Func(ops.Tanh),
		nn.NewConv2D(r, 8, 1, 3, nn.Same()),
	}
	g := graph.New(graph.Training)
	x := g.Input("x", graph.Float32, 16, 1, 8, 8)
	loss := nn.MSE(net.Forward(x), x)
	optim.NewAdam(nn.Params(net), optim.Constant(0.02)).Minimize(loss)
	p, err := exec.Compile(g, exec.In(x), exec.Out(loss))
	if err != nil {
		t.Fatal(err)
	}
	feed := make([]float32, 16*64)
	for i := range feed { // slopes
		n, row, col := i/64, i/8%8, i%8
		feed[i] = float32((n%4-2)*row+(n/4-2)*col) / 8
	}
	var first, last float64
	for i := range 200 {
		out, err := p.Run(feed)
		if err != nil {
			t.Fatal(err)
		}
		if last = exec.Scalar(out[0]); i == 0 {
			first = last
		}
	}
	if !(last < 0.05*first) {
		t.Errorf("loss %v, from %v", last, first)
	}
}
