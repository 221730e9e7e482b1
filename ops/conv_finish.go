package ops

import "github.com/kedja-ml/kedja/graph"

// finishedConv(x, w, bias) = act(x∗w + bias), bias [K] and act optional.
type finishedConv struct {
	Of   convolution
	ReLU bool
}

func (o convolution) finished(relu bool) (graph.Op, int) {
	if o.Out != roleY { // the kernels of the others add no bias
		return nil, 0
	}
	return finishedConv{o, relu}, 1
}

func (o finishedConv) product() graph.Op { return o.Of }
func (o finishedConv) hasReLU() bool     { return o.ReLU }

func (finishedConv) Name() string { return "finishedconv" }

func (o finishedConv) Infer(in []graph.Type) ([]graph.Type, error) {
	y, err := o.Of.Infer(in[:2])
	if err != nil {
		return nil, err
	}
	return y, wantBias(in, y[0], 1)
}

func (o finishedConv) Work(in, out []graph.Type) graph.Work { return o.Of.Work(in[:2], out) }

func (o finishedConv) Eval(c *graph.Call) error { return o.Of.run(c, o.ReLU) }

func (o finishedConv) Flops(in, out []graph.Type) int64 { return o.Of.Flops(in[:2], out) }

func (o finishedConv) Define(in []*graph.Node) []*graph.Node {
	return define(graph.Apply(o.Of, in[:2]...), in, 1, o.ReLU)
}
