package optim

import (
	"iter"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// Accumulate returns an optimiser that adds up gradients and lets o see their mean after every so many runs: with batches of a loss that
// is a mean, that is the step of one batch as many times as large. Between those runs neither parameters nor o's state change, so
// that o's rate counts its own steps. One plan does both; it computes o's step each time and keeps it when it is due.
//
// To clip what o sees, clip inside: Accumulate(Through(o, …), every).
func Accumulate(o Optimizer, every int) Optimizer {
	a := &accumulate{store: newStore("accumulate", o.Params()), inner: o, every: every}
	a.sums = a.perParam("sum")
	return a
}

type accumulate struct {
	store
	inner Optimizer
	every int
	sums  []*graph.State
}

func (a *accumulate) Update(grads []*graph.Node) {
	if !fit(a.kind, grads, a.names, a.vars) {
		return
	}
	g := grads[0].Graph()
	if a.every < 1 {
		g.Failf("accumulate: a step every %d runs, want at least 1", a.every)
		return
	}
	count := ops.Offset(g.Use(a.step), 1)
	due := ops.GreaterEqual(count, ops.Like(float64(a.every), count))
	g.Assign(a.step, ops.Where(due, ops.Like(0, count), count))
	means := make([]*graph.Node, len(grads))
	for i, d := range grads {
		sum := ops.Add(g.Use(a.sums[i]), d)
		means[i] = ops.Scale(1/float64(a.every), sum)
		g.Assign(a.sums[i], ops.Where(due, ops.Like(0, sum), sum))
	}
	only(due, func() { a.inner.Update(means) })
}

func (a *accumulate) Minimize(loss *graph.Node) { a.Update(a.Grads(loss)) }

// Grads lets the inner optimiser say what is wrong.
func (a *accumulate) Grads(loss *graph.Node) []*graph.Node { return a.inner.Grads(loss) }

func (a *accumulate) States() iter.Seq2[string, *graph.State] {
	return chained(a.inner.States(), a.store.States())
}

// only makes the assignments of f happen where due holds; elsewhere variables keep what they had.
func only(due *graph.Node, f func()) {
	g, before := due.Graph(), map[graph.Var]*graph.Node{}
	for v, n := range g.Assigned {
		before[v] = n
	}
	f()
	after := map[graph.Var]*graph.Node{}
	var order []graph.Var
	for v, n := range g.Assigned {
		if n != before[v] {
			after[v], order = n, append(order, v)
		}
	}
	for _, v := range order {
		old := before[v]
		if old == nil {
			old = g.Nullary(graph.Read{Var: v})
		}
		g.Assign(v, ops.Where(due, after[v], old))
	}
}

func chained(parts ...iter.Seq2[string, *graph.State]) iter.Seq2[string, *graph.State] {
	return func(yield func(string, *graph.State) bool) {
		for _, part := range parts {
			for name, s := range part {
				if !yield(name, s) {
					return
				}
			}
		}
	}
}
