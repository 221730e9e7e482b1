package optim

import (
	"iter"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// Average keeps a mean of the parameters over the steps of a training, whose model is often better than the last one. Put it on the
// graph after the optimiser; evaluate the mean by substitution, or swap it in:
//
//	adam.Minimize(loss)
//	ema.Update(g)
//	…
//	eval.With(ema.Bindings(eval), func() { logits = model.Forward(x) })
//
// Of n updates it takes those from Start on, every Every-th; the first one it takes it copies. Running statistics of batch
// normalisation are no parameters: they stay those of the last weights.
type Average struct {
	store
	Start, Every int
	decay        float64
	of           func(mean, w, taken *graph.Node) *graph.Node
	mean         []*graph.State
	taken        *graph.State
}

// NewEMA keeps an exponential mean, as PyTorch's AveragedModel with get_ema_multi_avg_fn does: mean = decay·mean + (1−decay)·w.
func NewEMA(seq iter.Seq2[string, *graph.Param], decay float64) *Average {
	a := newAverage("ema", seq, func(mean, w, _ *graph.Node) *graph.Node { return mix(decay, mean, w) })
	a.decay = decay
	return a
}

// NewSWA keeps the mean of all weights taken (Izmailov et al., 2018), as PyTorch's AveragedModel does: mean = mean + (w − mean)/(n+1)
// after n of them.
func NewSWA(seq iter.Seq2[string, *graph.Param]) *Average {
	return newAverage("swa", seq, func(mean, w, taken *graph.Node) *graph.Node {
		return ops.Add(mean, ops.Div(ops.Sub(w, mean), like(ops.Offset(taken, 1), w)))
	})
}

func newAverage(kind string, seq iter.Seq2[string, *graph.Param], of func(mean, w, taken *graph.Node) *graph.Node) *Average {
	a := &Average{store: newStore(kind, seq), Every: 1, of: of}
	a.taken = a.state("taken", graph.NewBuffer(graph.T(graph.Float64)))
	for i, p := range a.vars {
		a.mean = append(a.mean, a.state("mean."+a.names[i], p.Value()))
	}
	return a
}

// Update takes the parameters as they are at this point of g.
func (a *Average) Update(g *graph.Graph) {
	if a.Every < 1 || a.Start < 0 {
		g.Failf("%s: from step %d on, every %d, want from 0, every 1 or more", a.kind, a.Start, a.Every)
		return
	}
	if !(a.decay >= 0 && a.decay <= 1) {
		g.Failf("%s: a decay of %v, want at least 0 and at most 1", a.kind, a.decay)
		return
	}
	done, taken := g.Use(a.step), g.Use(a.taken)
	g.Assign(a.step, ops.Offset(done, 1))
	since := ops.Offset(done, -float64(a.Start))
	none := ops.Like(0, since)
	due := ops.And(ops.GreaterEqual(since, none), ops.Equal(remainder(ops.ReLU(since), a.Every), none))
	first := ops.Equal(taken, none)
	take := func() {
		g.Assign(a.taken, ops.Offset(taken, 1))
		for i, p := range a.vars {
			w := g.Use(p)
			g.Assign(a.mean[i], ops.Where(first, w, a.of(g.Use(a.mean[i]), w, taken)))
		}
	}
	if a.Start == 0 && a.Every == 1 {
		take()
	} else {
		only(due, take)
	}
}

// Bindings says which mean stands for which parameter, for g.With. Before the first one is taken they are the parameters as they were
// when the Average was made.
func (a *Average) Bindings(g *graph.Graph) map[graph.Var]*graph.Node {
	b := map[graph.Var]*graph.Node{}
	for i, p := range a.vars {
		b[p] = g.Use(a.mean[i])
	}
	return b
}

// Swap exchanges parameters and means: for plans that are built already, and for saving the means as weights. Swap again to train on.
func (a *Average) Swap() {
	for i, p := range a.vars {
		mean := a.mean[i].Value()
		a.mean[i].Set(p.Value())
		p.Set(mean)
	}
}
