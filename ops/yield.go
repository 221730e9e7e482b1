package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/conv"
	"github.com/kedja-ml/kedja/internal/kernel/winograd"
)

// Products and convolutions yield their results piece by piece: rows, or images.

func (o matMul) Yield(in []graph.Type, _ graph.Type, task, tasks int) graph.Runs {
	p, batch := o.plan(in[0], in[1])
	each := p.Phases()[1]
	lo, hi := (&graph.Call{Task: task, Tasks: tasks}).Span(batch * each)
	if lo == hi {
		return graph.Runs{}
	}
	r0, _, ok := p.Rows(lo % each)
	_, r1, _ := p.Rows((hi - 1) % each)
	if !ok {
		return graph.Runs{}
	}
	from, to := lo/each*p.M+r0, (hi-1)/each*p.M+r1
	return graph.Runs{At: from * p.N, Len: (to - from) * p.N, Count: 1}
}

func (o finishedMatMul) Yield(in []graph.Type, y graph.Type, task, tasks int) graph.Runs {
	return o.Of.Yield(in, y, task, tasks)
}

func (o convolution) Yield(in []graph.Type, y graph.Type, task, _ int) graph.Runs {
	n0, n1, ok := o.form(o.shapes(in[:2])).Images(conv.Role(o.Out), y.Dtype.Size(), task)
	return imageRuns(y, n0, n1, ok)
}

func (o finishedConv) Yield(in []graph.Type, y graph.Type, task, tasks int) graph.Runs {
	return o.Of.Yield(in, y, task, tasks)
}

func (o winogradConv) Yield(in []graph.Type, y graph.Type, task, _ int) graph.Runs {
	f := o.Of.Of
	n0, n1, ok := winograd.Images(f.form(f.shapes(in[:2])), conv.Role(f.Out), o.Tile, task)
	return imageRuns(y, n0, n1, ok)
}

func imageRuns(y graph.Type, n0, n1 int, ok bool) graph.Runs {
	if !ok || n0 == n1 {
		return graph.Runs{}
	}
	size := y.Shape.Size() / y.Shape.Dim(0)
	return graph.Runs{At: n0 * size, Len: (n1 - n0) * size, Count: 1}
}
