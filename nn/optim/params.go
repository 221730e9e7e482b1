package optim

import (
	"fmt"
	"iter"
	"math"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// An Optimizer owns the state that its updates need. All of it is in States, so that a checkpoint holds it.
type Optimizer interface {
	Params() iter.Seq2[string, *graph.Param]
	Grads(loss *graph.Node) []*graph.Node // one for each parameter, in order
	Update(grads []*graph.Node)           // assigns parameters and state
	Minimize(loss *graph.Node)            // Update(Grads(loss))
	States() iter.Seq2[string, *graph.State]
}

// params is what all optimisers share: what they train, and the number of steps done.
type params struct {
	store
	rate Rate
}

func newParams(kind string, seq iter.Seq2[string, *graph.Param], rate Rate) params {
	return params{newStore(kind, seq), rate}
}

// A store holds parameters and the states that belong to them, all named after the kind of thing it is.
type store struct {
	kind  string
	vars  []*graph.Param
	names []string
	step  *graph.State   // float64: how often it was updated
	kept  []*graph.State // all state, in the order of creation
}

func newStore(kind string, seq iter.Seq2[string, *graph.Param]) store {
	p := store{kind: kind}
	p.step = p.state("step", graph.NewBuffer(graph.T(graph.Float64)))
	used := map[string]*graph.Param{}
	for name, v := range seq {
		for used[name] != nil && used[name] != v { // parts of a model that were named apart from one another may share names; states may not
			name += "'"
		}
		used[name] = v
		p.vars, p.names = append(p.vars, v), append(p.names, name)
	}
	return p
}

// state makes a state that is saved under the store's name.
func (p *store) state(name string, b graph.Buffer) *graph.State {
	s := graph.NewState(p.kind+"."+name, b)
	p.kept = append(p.kept, s)
	return s
}

// perParam makes a state of zeros for each parameter.
func (p *store) perParam(name string) []*graph.State {
	ss := make([]*graph.State, len(p.vars))
	for i, v := range p.vars {
		ss[i] = p.state(name+"."+p.names[i], graph.NewBuffer(v.Type()))
	}
	return ss
}

// States yields what must be saved to resume.
func (p *store) States() iter.Seq2[string, *graph.State] { return named(p.kept...) }

// named yields states by their own names.
func named(states ...*graph.State) iter.Seq2[string, *graph.State] {
	return func(yield func(string, *graph.State) bool) {
		for _, s := range states {
			if !yield(s.Name(), s) {
				return
			}
		}
	}
}

// Params yields what is trained, in the order of Grads.
func (p *store) Params() iter.Seq2[string, *graph.Param] {
	return func(yield func(string, *graph.Param) bool) {
		for i, v := range p.vars {
			if !yield(p.names[i], v) {
				return
			}
		}
	}
}

// Grads returns the gradient of loss in each parameter. A parameter that loss does not depend on is an error: it is
// forgotten, or it was assigned after loss was built, so that Use gives a later value than the loss saw.
func (p *params) Grads(loss *graph.Node) []*graph.Node {
	return gradients(p.kind, loss, p.names, p.vars)
}

func gradients(kind string, loss *graph.Node, names []string, vars []*graph.Param) []*graph.Node {
	g := loss.Graph()
	if !loss.Valid() {
		return g.Fail(len(vars), fmt.Errorf("%s: the loss could not be built", kind))
	}
	on := map[*graph.Node]bool{}
	for _, n := range graph.Order([]*graph.Node{loss}, nil) {
		on[n] = true
	}
	xs := make([]*graph.Node, len(vars))
	for i, v := range vars {
		xs[i] = g.Use(v)
		if !on[xs[i].Results()[0]] {
			why := ""
			if _, read := xs[i].Op().(graph.Read); !read {
				why = ", after an assignment: was it minimised already?"
			}
			return g.Fail(len(vars), fmt.Errorf("%s: the loss does not depend on %s as it is at this point%s", kind, names[i], why))
		}
	}
	if len(xs) == 0 {
		g.Failf("%s: there are no parameters to train (nn.Params sees exported fields only)", kind)
		return nil
	}
	return autodiff.Grad(loss, xs...)
}

// begin counts the step and returns its number, from 1 on, and the rate, both float64 scalars; ok is false if the
// gradients could not be built or are not those of the parameters, or if a factor of a running mean is none.
func (p *params) begin(grads []*graph.Node, betas ...float64) (t, rate *graph.Node, ok bool) {
	if !fit(p.kind, grads, p.names, p.vars) {
		return nil, nil, false
	}
	g := grads[0].Graph()
	for _, beta := range betas {
		if !(beta >= 0 && beta < 1) {
			g.Failf("%s: a running mean keeps a share of %v, want at least 0 and less than 1", p.kind, beta)
			return nil, nil, false
		}
	}
	if p.rate == nil {
		g.Failf("%s: there is no rate", p.kind)
		return nil, nil, false
	}
	before := g.Use(p.step)
	t = ops.Offset(before, 1)
	g.Assign(p.step, t)
	if rate = p.rate(before); rate.Valid() && rate.Type() != before.Type() {
		g.Failf("%s: the rate is %v, want a scalar of float64", p.kind, rate.Type())
	}
	return t, rate, rate.Valid()
}

// fit reports whether grads could be built and are of the parameters' types; it is an error if they could, and are not.
func fit(kind string, grads []*graph.Node, names []string, vars []*graph.Param) bool {
	if len(grads) == 0 {
		return false // Grads has said why
	}
	if len(grads) != len(vars) {
		grads[0].Graph().Failf("%s: %d gradients for %d parameters", kind, len(grads), len(vars))
		return false
	}
	seen := map[*graph.Param]bool{}
	for i, d := range grads {
		if !d.Valid() {
			return false
		}
		if seen[vars[i]] {
			d.Graph().Failf("%s: %s is trained twice", kind, names[i])
			return false
		}
		seen[vars[i]] = true
		if d.Type() != vars[i].Type() {
			d.Graph().Failf("%s: the gradient of %s is %v, not %v", kind, names[i], d.Type(), vars[i].Type())
			return false
		}
	}
	return true
}

// like gives the float64 scalar s the dtype of x.
func like(s, x *graph.Node) *graph.Node { return ops.Cast(s, x.Dtype()) }

// mix returns keep·old + (1−keep)·next: the running mean that moments are.
func mix(keep float64, old, next *graph.Node) *graph.Node {
	return ops.Add(ops.Scale(keep, old), ops.Scale(1-keep, next))
}

// power returns baseᵗ for a constant base ≥ 0 and a scalar t ≥ 0; 0⁰ is 1.
func power(base float64, t *graph.Node) *graph.Node {
	if base == 0 {
		return ops.Cast(ops.Equal(t, ops.Like(0, t)), t.Dtype())
	}
	return ops.Exp(ops.Scale(math.Log(base), t))
}

// correction returns 1 − betaᵗ, the share of the weights in a running mean of t values that are not those of its zero start.
func correction(beta float64, t *graph.Node) *graph.Node { return ops.Affine(-1, power(beta, t), 1) }

// decayed returns d + l2·w: weight decay as a penalty ½·l2·w² has it.
func decayed(d, w *graph.Node, l2 float64) *graph.Node {
	if l2 == 0 {
		return d
	}
	return ops.Add(d, ops.Scale(l2, w))
}

// shrunk returns w·(1 − rate·decay): weight decay apart from the gradient.
func shrunk(w, rate *graph.Node, decay float64) *graph.Node {
	if decay == 0 {
		return w
	}
	return ops.Mul(like(ops.Affine(-decay, rate, 1), w), w)
}
