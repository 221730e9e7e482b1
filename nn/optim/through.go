package optim

import "github.com/kedja-ml/kedja/graph"

// Through returns an optimiser that passes gradients through f before o sees them: to clip them, say, where a loop calls Minimize.
//
//	opt := optim.Through(adam, func(d []*graph.Node) []*graph.Node {
//		d, _ = optim.ClipNorm(d, 1)
//		return d
//	})
//
// f must return as many gradients as it is given.
func Through(o Optimizer, f func(grads []*graph.Node) []*graph.Node) Optimizer { return through{o, f} }

type through struct {
	Optimizer
	f func([]*graph.Node) []*graph.Node
}

func (o through) Update(grads []*graph.Node) { o.Optimizer.Update(o.f(grads)) }
func (o through) Minimize(loss *graph.Node)  { o.Update(o.Grads(loss)) }
