package ten_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/flow"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/train"
	"github.com/kedja-ml/kedja/vmap"
)

type node = graph.Node

// vector is a constant, and ramp 0, 1/n, 2/n … in an array.
func vector(g *graph.Graph, v ...float32) *node { return g.Constant(graph.BufferOf(v, len(v))) }

func ramp(dims ...int) graph.Buffer {
	b := graph.NewBuffer(graph.T(graph.Float32, dims...))
	for i := range b.Len() {
		graph.Data[float32](b)[i] = float32(i) / float32(b.Len())
	}
	return b
}

// show computes nodes and prints them to four digits.
func show(ns ...*node) {
	out, err := exec.Eval(ns...)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, o := range out {
		fmt.Printf("%.4f\n", o.Data())
	}
}

// The gradient of a function.
func Example_gradient() {
	g := graph.New(graph.Training)
	x := vector(g, 1, 2, 3)
	y := ops.Sum(ops.Mul(x, ops.Square(x)))
	show(autodiff.Grad(y, x)[0])
	// Output: [3.0000 12.0000 27.0000]
}

// Linear regression: a hundred steps of gradient descent.
func Example_regression() {
	w, b := graph.NewParam("w", graph.NewBuffer(graph.T(graph.Float32))), graph.NewParam("b", graph.NewBuffer(graph.T(graph.Float32)))
	g := graph.New(graph.Training)
	x, y := g.Input("x", graph.Float32, 4), g.Input("y", graph.Float32, 4)
	loss := nn.MSE(ops.Add(ops.Mul(g.Use(w), x), g.Use(b)), y)
	optim.NewSGD(nn.Params(&struct{ W, B *graph.Param }{w, b}), optim.Constant(0.1), 0).Minimize(loss)
	step, err := exec.Compile(g, exec.In(x, y), exec.Out(loss))
	for range 100 {
		if err == nil {
			_, err = step.Run([]float32{0, 1, 2, 3}, []float32{1, 3, 5, 7})
		}
	}
	fmt.Printf("%.2f %.2f %v\n", graph.Data[float32](w.Value()), graph.Data[float32](b.Value()), err)
	// Output: [2.00] [1.00] <nil>
}

// A training step of a multi-layer perceptron.
type mlp struct{ Hidden, Out *nn.Dense }

func (m *mlp) Forward(x *node) *node { return m.Out.Forward(ops.ReLU(m.Hidden.Forward(x))) }

func Example_mlp() {
	m := &mlp{
		&nn.Dense{W: graph.NewParam("w1", ramp(2, 4)), B: graph.NewParam("b1", ramp(4))},
		&nn.Dense{W: graph.NewParam("w2", ramp(4, 3)), B: graph.NewParam("b2", ramp(3))},
	}
	g := graph.New(graph.Training)
	x, labels := g.Input("x", graph.Float32, 2, 2), g.Input("labels", graph.Int32, 2)
	loss := nn.CrossEntropy(m.Forward(x), labels)
	optim.NewAdam(nn.Params(m), optim.Constant(0.01)).Minimize(loss)
	step, err := exec.Compile(g, exec.In(x, labels), exec.Out(loss))
	for range 3 {
		if err != nil {
			break
		}
		out, e := step.Run([]float32{1, 2, 3, 4}, []int32{0, 2})
		fmt.Printf("%.4f\n", exec.Scalar(out[0]))
		err = e
	}
	fmt.Println(err)
	// Output:
	// 1.3004
	// 1.2227
	// 1.1526
	// <nil>
}

// A small convolutional net, and the gradient of its filter.
func Example_convolution() {
	g := graph.New(graph.Training)
	image, filter := g.Constant(ramp(1, 1, 6, 6)), g.Constant(ramp(2, 1, 3, 3))
	y := ops.ReLU(ops.Conv(image, filter, ops.Convolution{}))
	loss := ops.Sum(nn.MaxPool(y, 2))
	show(loss, ops.Sum(autodiff.Grad(loss, filter)[0], 1, 2, 3))
	// Output:
	// 21.2407
	// [21.0000 21.0000]
}

// The gradient of each example's loss, all at once.
func Example_perExample() {
	g := graph.New(graph.Training)
	w, xs, ys := vector(g, 1, -1), g.Constant(ramp(3, 2)), vector(g, 1, 0, 2)
	each := vmap.Map(func(in []*node) []*node {
		loss := ops.Square(ops.Sub(ops.Sum(ops.Mul(w, in[0])), in[1]))
		return autodiff.Grad(loss, w)
	}, xs, ys)
	show(each...)
	// Output:
	// [-0.0000 -0.3889 -0.1111 -0.1667 -2.8889 -3.6111]
}

// The Hessian times a vector, without the Hessian.
func Example_hvp() {
	g := graph.New(graph.Training)
	x, v := vector(g, 1, 2, 3), vector(g, 1, 0, -1)
	y := ops.Prod(x)
	show(autodiff.HVP(y, []*node{x}, []*node{v})...)
	// Output:
	// [-2.0000 2.0000 2.0000]
}

// A recurrent net by a scan, and the gradient of its weight through all steps.
func Example_scan() {
	g := graph.New(graph.Training)
	w, xs := vector(g, 0.5), vector(g, 1, 0.5, -1, 2)
	last, hs := flow.Scan([]*node{vector(g, 0)}, []*node{xs}, func(s, x []*node) (next, y []*node) {
		h := ops.Tanh(ops.Add(ops.Mul(w, s[0]), x[0]))
		return []*node{h}, []*node{ops.Reshape(h)}
	})
	show(hs[0], autodiff.Grad(ops.Sum(last[0]), w)[0])
	// Output:
	// [0.7616 0.7068 -0.5694 0.9373]
	// [-0.0323]
}

// Dropout: the seed is a value, and the same seed gives the same mask.
func Example_dropout() {
	mask := func(seed uint64) []float32 {
		g := graph.New(graph.Training)
		g.SetRNG(graph.NewRNG(seed))
		out, err := exec.Eval(ops.Dropout(g.Fill(1, graph.T(graph.Float32, 1000)), 0.5))
		if err != nil {
			fmt.Println(err)
		}
		return out[0].Data().([]float32)
	}
	kept := func(m []float32) (n int) {
		for _, v := range m {
			n += int(v / 2)
		}
		return n
	}
	a, b := mask(1), mask(1)
	fmt.Println(fmt.Sprint(a) == fmt.Sprint(b), kept(a) > 400 && kept(a) < 600)
	// Output: true true
}

// What lies inside a checkpoint is computed again in the backward pass instead of being kept.
func Example_checkpoint() {
	g := graph.New(graph.Training)
	x := vector(g, 0.5, 1)
	y := autodiff.Checkpoint(func(in []*node) []*node { return []*node{ops.Sin(ops.Exp(in[0]))} }, x)[0]
	show(autodiff.Grad(ops.Sum(y), x)[0])
	// Output:
	// [-0.1283 -2.4783]
}

// A function with a derivative of one's own: it rounds, and its gradient passes. And weights to a file and back.
func Example_own() {
	round := autodiff.Custom("round", func(in []*node) []*node { return []*node{ops.Round(in[0])} },
		func(in, ys, dys []*node) []*node { return dys })
	m := &struct{ W *graph.Param }{graph.NewParam("w", graph.BufferOf([]float32{0.4, 1.6}))}
	path := filepath.Join(os.TempDir(), "kedja-ten.safetensors")
	defer os.Remove(path)
	err := train.Save(path, m)
	m.W.Set(graph.NewBuffer(m.W.Type()))
	fmt.Println(err, train.Load(path, m))
	g := graph.New(graph.Training)
	w := g.Use(m.W)
	y := round(w)[0]
	show(y, autodiff.Grad(ops.Sum(ops.Square(y)), w)[0])
	// Output:
	// <nil> <nil>
	// [0.0000 2.0000]
	// [0.0000 4.0000]
}
