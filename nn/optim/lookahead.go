package optim

import (
	"iter"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// Lookahead returns an optimiser that lets o run ahead and follows it after every so many steps, by the given share of the way (Zhang et
// al., 2019, algorithm 1), from where o then goes on:
//
//	slow = slow + share·(w − slow)    w = slow
//
// Slow weights start at the parameters as the first step finds them. The paper takes a share of 0.5 or 0.8 every 5 or 10 steps, and
// lets o keep its moments. With Accumulate, this belongs inside: Accumulate(Lookahead(o, …), …).
func Lookahead(o Optimizer, share float64, every int) Optimizer {
	l := &lookahead{store: newStore("lookahead", o.Params()), inner: o, share: share, every: every}
	l.slow = l.perParam("slow")
	return l
}

type lookahead struct {
	store
	inner Optimizer
	share float64
	every int
	slow  []*graph.State
}

func (l *lookahead) Update(grads []*graph.Node) {
	if !fit(l.kind, grads, l.names, l.vars) {
		return
	}
	g := grads[0].Graph()
	if l.every < 1 {
		g.Failf("lookahead: a share every %d steps, want at least 1", l.every)
		return
	}
	before, done := make([]*graph.Node, len(l.vars)), g.Use(l.step)
	for i, p := range l.vars {
		before[i] = g.Use(p)
	}
	l.inner.Update(grads)
	count := ops.Offset(done, 1)
	g.Assign(l.step, count)
	first := ops.Equal(done, ops.Like(0, done))
	rest := remainder(count, l.every)
	due := ops.Equal(rest, ops.Like(0, rest))
	for i, p := range l.vars {
		slow, fast := ops.Where(first, before[i], g.Use(l.slow[i])), g.Use(p)
		next := ops.Where(due, ops.Add(slow, ops.Scale(l.share, ops.Sub(fast, slow))), slow)
		g.Assign(l.slow[i], next)
		g.Assign(p, ops.Where(due, next, fast))
	}
}

func (l *lookahead) Minimize(loss *graph.Node) { l.Update(l.Grads(loss)) }

// Grads lets the inner optimiser say what is wrong.
func (l *lookahead) Grads(loss *graph.Node) []*graph.Node { return l.inner.Grads(loss) }

func (l *lookahead) States() iter.Seq2[string, *graph.State] {
	return chained(l.inner.States(), l.store.States())
}
