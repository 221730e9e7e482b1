package exec

import (
	"slices"

	"github.com/kedja-ml/kedja/graph"
)

// body compiles the body of a loop or branch: a plan of its own, without memory for what it returns, whose failures are its caller's.
func (b *compiler) body(f *graph.Func) (*Plan, error) {
	o := options{in: f.Inputs(), workers: b.workers, noTrap: true, profile: b.profile, verify: b.verify, rounding: b.rounding, inner: true}
	var roots []*graph.Node
	for i, s := range same(f) {
		if s == -1 {
			roots = append(roots, f.Outs()[i])
		}
	}
	return lower(&program{options: o, roots: roots, outs: len(roots)})
}

// same is graph.Body.Same.
func same(f *graph.Func) []int {
	s := make([]int, len(f.Outs()))
	for i, n := range f.Outs() {
		if s[i] = slices.Index(f.Inputs(), n); s[i] < 0 {
			if k := slices.Index(f.Outs(), n); k < i {
				s[i] = -2 - k
			}
		}
	}
	return s
}

// asBody lets a kernel run p.
func (p *Plan) asBody(f *graph.Func) graph.Body {
	b := graph.Body{In: make([]graph.Buffer, len(f.Inputs())), Out: make([]graph.Buffer, len(f.Outs())), Same: same(f)}
	for i, n := range f.Inputs() {
		b.In[i].Type = n.Type()
	}
	for i, n := range f.Outs() {
		b.Out[i].Type = n.Type()
	}
	b.Run = func() error {
		k := 0
		for i, s := range b.Same {
			if s == -1 {
				p.results[k].buf = b.Out[i]
				p.results[k].move()
				k++
			}
		}
		_, err := p.step(b.In)
		return err
	}
	return b
}
