package optim

import (
	"fmt"
	"iter"

	"github.com/kedja-ml/kedja/graph"
)

// Groups is several optimisers as one: parts of a model with rates, decays or algorithms of their own, on one gradient of one loss,
// counting the same steps.
//
//	all := nn.Params(model)
//	opt := optim.Groups{
//		optim.NewAdamW(nn.Matching(all, isMatrix), optim.Constant(1e-3), 0.1),
//		optim.NewAdam(nn.Matching(all, isVector), optim.Constant(1e-3)),
//	}
//
// What PyTorch keeps in a param group is the fields of one optimiser here. A parameter in two groups is an error. The states of group
// 0 are saved under "0." and their own names, and so on.
type Groups []Optimizer

// Params yields the parameters of the first group, then of the second, and so on.
func (o Groups) Params() iter.Seq2[string, *graph.Param] {
	return func(yield func(string, *graph.Param) bool) {
		for _, part := range o {
			for name, p := range part.Params() {
				if !yield(name, p) {
					return
				}
			}
		}
	}
}

// Grads returns the gradient of loss in each parameter.
func (o Groups) Grads(loss *graph.Node) []*graph.Node {
	var names []string
	var vars []*graph.Param
	group := map[*graph.Param]int{}
	for i, part := range o {
		for name, p := range part.Params() {
			if j, twice := group[p]; twice {
				loss.Graph().Failf("groups: %s is in group %d and in group %d", name, j, i)
			}
			group[p] = i
			names, vars = append(names, name), append(vars, p)
		}
	}
	return gradients("groups", loss, names, vars)
}

// Update lets each group take its own gradients.
func (o Groups) Update(grads []*graph.Node) {
	sizes, sum := make([]int, len(o)), 0
	for i, part := range o {
		sizes[i] = count(part)
		sum += sizes[i]
	}
	if len(grads) == 0 {
		return // Grads has said why
	}
	if len(grads) != sum {
		grads[0].Graph().Failf("groups: %d gradients for %d parameters", len(grads), sum)
		return
	}
	for i, part := range o {
		part.Update(grads[:sizes[i]])
		grads = grads[sizes[i]:]
	}
}

// Minimize puts one step of all groups on the graph of loss.
func (o Groups) Minimize(loss *graph.Node) { o.Update(o.Grads(loss)) }

// States yields what must be saved to resume.
func (o Groups) States() iter.Seq2[string, *graph.State] {
	return func(yield func(string, *graph.State) bool) {
		for i, part := range o {
			for name, s := range part.States() {
				if !yield(fmt.Sprintf("%d.%s", i, name), s) {
					return
				}
			}
		}
	}
}

func count(o Optimizer) (n int) {
	for range o.Params() {
		n++
	}
	return n
}
