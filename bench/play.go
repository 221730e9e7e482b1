package main

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
)

func (p *problem) qNet() nn.Sequential {
	r := blank()
	return nn.Sequential{
		nn.NewDense(r, 4, 120, p.with()...), nn.Func(ops.ReLU),
		nn.NewDense(r, 120, 84, p.with()...), nn.Func(ops.ReLU),
		nn.NewDense(r, 84, 2, p.with()...),
	}
}

// dqn is one step of deep Q-learning: (Q(s)[a] − (r + 0.99·(1 − done)·max Q'(s')))², by Adam.
func dqn(d graph.Dtype, n int) *problem {
	p := newProblem(d)
	q, old := p.qNet(), p.qNet()
	p.model("", old)
	p.params = nil // not trained, and equal at the start
	p.model("", q)
	s, next := p.input("s", -1.7, 1.7, n, 4), p.input("next", -1.7, 1.7, n, 4)
	a, reward := p.index("a", 2, n), p.input("r", -1.7, 1.7, n)
	done := ops.Cast(ops.Less(p.input("done", 0, 1, n), p.g.Fill(0.1, graph.T(d))), d)
	best := ops.Max(old.Forward(next), -1)
	y := ops.StopGradient(ops.Add(reward, ops.Scale(0.99, ops.Mul(ops.Affine(-1, done, 1), best))))
	return p.minimize(optim.NewAdam(nn.Params(q), optim.Constant(2.5e-4)), nn.MSE(ops.Pick(q.Forward(s), a), y))
}

// acting is the choice of an action for one observation.
func acting(d graph.Dtype) *problem {
	p := newProblem(d)
	q := p.qNet()
	p.model("", q)
	p.g = graph.New(graph.Evaluation)
	p.out = []*graph.Node{ops.ArgMax(q.Forward(p.input("s", -1.7, 1.7, 1, 4)), -1)}
	return p
}
