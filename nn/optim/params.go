package optim

import (
	"fmt"
	"iter"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// An Optimizer owns the state that its updates need.
type Optimizer interface {
	Grads(loss *graph.Node) []*graph.Node // of each parameter, in order
	Update(grads []*graph.Node)           // assigns parameters and state
	Minimize(loss *graph.Node)            // Update(Grads(loss))
	States() iter.Seq2[string, *graph.State]
}

// params is what all optimisers share: what they train, and the number of steps done.
type params struct {
	kind  string
	vars  []*graph.Param
	names []string
	step  *graph.State // float64
	rate  Rate
	kept  []*graph.State // all state, in the order of creation
}

func newParams(kind string, seq iter.Seq2[string, *graph.Param], rate Rate) params {
	p := params{kind: kind, rate: rate}
	p.step = p.state("step", graph.NewBuffer(graph.T(graph.Float64)))
	for name, v := range seq {
		p.vars, p.names = append(p.vars, v), append(p.names, name)
	}
	return p
}

// state makes a state that is saved under the optimiser's name.
func (p *params) state(name string, b graph.Buffer) *graph.State {
	s := graph.NewState(p.kind+"."+name, b)
	p.kept = append(p.kept, s)
	return s
}

// perParam makes a state of zeros for each parameter.
func (p *params) perParam(name string) []*graph.State {
	ss := make([]*graph.State, len(p.vars))
	for i, v := range p.vars {
		ss[i] = p.state(name+"."+p.names[i], graph.NewBuffer(v.Type()))
	}
	return ss
}

// States yields what must be saved to resume.
func (p *params) States() iter.Seq2[string, *graph.State] {
	return func(yield func(string, *graph.State) bool) {
		for _, s := range p.kept {
			if !yield(s.Name(), s) {
				return
			}
		}
	}
}

// Grads returns the gradient of loss in each parameter. A parameter that loss does not depend on is an error: it is
// forgotten, or it was assigned after loss was built, so that Use gives a later value than the loss saw.
func (p *params) Grads(loss *graph.Node) []*graph.Node {
	g := loss.Graph()
	if !loss.Valid() {
		return g.Fail(len(p.vars), fmt.Errorf("%s: the loss could not be built", p.kind))
	}
	on := map[*graph.Node]bool{}
	for _, n := range graph.Order([]*graph.Node{loss}, nil) {
		on[n] = true
	}
	xs := make([]*graph.Node, len(p.vars))
	for i, v := range p.vars {
		xs[i] = g.Use(v)
		if !on[xs[i].Results()[0]] {
			return g.Fail(len(p.vars), fmt.Errorf("%s: the loss does not depend on %s as it is at this point", p.kind, p.names[i]))
		}
	}
	if len(xs) == 0 {
		g.Failf("%s: there are no parameters to train", p.kind)
		return nil
	}
	return autodiff.Grad(loss, xs...)
}

// begin counts the step and returns its number, from 1 on, and the rate, both float64 scalars; ok is false if the
// gradients could not be built.
func (p *params) begin(grads []*graph.Node) (t, rate *graph.Node, ok bool) {
	if len(grads) != len(p.vars) || len(grads) == 0 || !grads[0].Valid() {
		return nil, nil, false
	}
	g := grads[0].Graph()
	before := g.Use(p.step)
	t = ops.Offset(before, 1)
	g.Assign(p.step, t)
	return t, p.rate(before), true
}

// like gives the float64 scalar s the dtype of x.
func like(s, x *graph.Node) *graph.Node { return ops.Cast(s, x.Dtype()) }
