package nn_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
)

type normed struct {
	Dense *nn.Dense
	Norm  *nn.BatchNorm
}

// deep is one step of a net of 32 layers with batch norms, in pieces of so many layers, each a checkpoint if there is more than none.
func deep(t *testing.T, piece int) (loss float64, layers []*normed, arena int) {
	t.Helper()
	const width, batch, depth = 32, 256, 32
	r := rand.New(rand.NewPCG(1, 2))
	for range depth {
		layers = append(layers, &normed{nn.NewDense(r, width, width), nn.NewBatchNorm(width)})
	}
	g := graph.New(graph.Training)
	x := g.Input("x", graph.Float32, batch, width)
	forward := func(x *graph.Node, ls []*normed) *graph.Node {
		for _, l := range ls {
			x = ops.ReLU(l.Norm.Forward(l.Dense.Forward(x)))
		}
		return x
	}
	y := x
	if piece == 0 {
		y = forward(x, layers)
	} else {
		for i := 0; i < depth; i += piece {
			y = autodiff.Checkpoint(func(in []*graph.Node) []*graph.Node {
				return []*graph.Node{forward(in[0], layers[i:i+piece])}
			}, y)[0]
		}
	}
	l := ops.Mean(ops.Square(y))
	optim.NewSGD(nn.Params(&struct{ L []*normed }{layers}), optim.Constant(0.1), 0).Minimize(l)
	p, err := exec.Compile(g, exec.In(x), exec.Out(l), exec.Workers(1))
	if err != nil {
		t.Fatal(err)
	}
	feed := make([]float32, batch*width)
	for i := range feed {
		feed[i] = float32(r.NormFloat64())
	}
	for range 2 {
		out, err := p.Run(feed)
		if err != nil {
			t.Fatal(err)
		}
		loss = exec.Scalar(out[0])
	}
	return loss, layers, p.Cost().Arena
}

// A net of 32 layers keeps less than half of its memory with checkpoints, and trains as without: loss, weights, and the running statistics of
// the batch norms inside, which are assigned once a step.
func TestCheckpointHalvesMemory(t *testing.T) {
	loss, plain, full := deep(t, 0)
	for _, piece := range []int{1, 2, 4, 8} {
		l, checkpointed, few := deep(t, piece)
		t.Logf("arena of %d bytes; %d, %.2f of it, with checkpoints of %d layers", full, few, float64(few)/float64(full), piece)
		if (piece == 2 || piece == 4) && 2*few > full {
			t.Errorf("checkpoints of %d layers take %d bytes, want half of %d", piece, few, full)
		}
		if math.Abs(l-loss) > 1e-6*loss {
			t.Errorf("checkpoints of %d layers: the loss is %v, not %v", piece, l, loss)
		}
		for i, a := range plain {
			b := checkpointed[i]
			for what, v := range map[string][2]graph.Var{
				"weight": {a.Dense.W, b.Dense.W}, "scale": {a.Norm.Scale, b.Norm.Scale},
				"running mean": {a.Norm.Mean, b.Norm.Mean}, "running variance": {a.Norm.Var, b.Norm.Var},
			} {
				x, y := graph.Data[float32](v[0].Value()), graph.Data[float32](v[1].Value())
				for k := range x {
					if d := math.Abs(float64(x[k] - y[k])); d > 1e-4 {
						t.Fatalf("checkpoints of %d layers: %s %d of layer %d is %v, not %v", piece, what, k, i, y[k], x[k])
					}
				}
			}
		}
		if m := graph.Data[float32](checkpointed[31].Norm.Mean.Value()); m[0] == 0 {
			t.Error("the running mean did not move")
		}
	}
}

// Checkpoints in checkpoints hand assignments out; a loop in a checkpoint still has no side effects, and of two assignments the last counts.
func TestCheckpointAssigns(t *testing.T) {
	g := graph.New(graph.Training)
	v := graph.NewState("v", graph.BufferOf([]float64{1}).As(graph.Of()))
	x := g.Input("x", graph.Float64)
	y := autodiff.Checkpoint(func(in []*graph.Node) []*graph.Node {
		return autodiff.Checkpoint(func(in []*graph.Node) []*graph.Node {
			in[0].Graph().Assign(v, ops.Mul(g.Use(v), in[0]))
			in[0].Graph().Assign(v, ops.Add(g.Use(v), in[0])) // v·x + x
			return []*graph.Node{ops.Square(g.Use(v))}
		}, in[0])
	}, x)[0]
	p, err := exec.Compile(g, exec.In(x), exec.Out(y, autodiff.Grad(y, x)[0], g.Use(v)))
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.Run([]float64{3})
	if err != nil {
		t.Fatal(err)
	}
	// v is 1: (1·3 + 3)² = 36, whose slope is 2·6·2 = 24.
	for i, want := range []float64{36, 24, 6} {
		if got := exec.Scalar(out[i]); got != want {
			t.Errorf("result %d is %v, want %v", i, got, want)
		}
	}
	if got := graph.Data[float64](v.Value())[0]; got != 6 {
		t.Errorf("v is %v, want 6", got)
	}
}
