package ops

import "github.com/kedja-ml/kedja/graph"

// finishedMatMul(a, b, bias) = act(op(A)·op(B) + bias), bias [N] and act optional.
type finishedMatMul struct {
	Of   matMul
	ReLU bool
}

func (o matMul) finished(relu bool) (graph.Op, int) { return finishedMatMul{o, relu}, -1 }

func (o finishedMatMul) product() graph.Op { return o.Of }
func (o finishedMatMul) hasReLU() bool     { return o.ReLU }

func (finishedMatMul) Name() string { return "finishedmatmul" }

func (o finishedMatMul) Infer(in []graph.Type) ([]graph.Type, error) {
	y, err := o.Of.Infer(in[:2])
	if err != nil {
		return nil, err
	}
	return y, wantBias(in, y[0], y[0].Shape.Rank()-1)
}

func (o finishedMatMul) Work(in, out []graph.Type) graph.Work { return o.Of.Work(in[:2], out) }

func (o finishedMatMul) Eval(c *graph.Call) error { return o.Of.run(c, o.ReLU) }

func (o finishedMatMul) Flops(in, out []graph.Type) int64 { return o.Of.Flops(in[:2], out) }

func (o finishedMatMul) Define(in []*graph.Node) []*graph.Node {
	y := graph.Apply(o.Of, in[:2]...)
	return define(y, in, y.Shape().Rank()-1, o.ReLU)
}
