package flow

import (
	"slices"

	"github.com/kedja-ml/kedja/graph"
)

// Needs marks what the used results need: of the states those that they depend on, through any number of steps.
func (o scan) Needs(used []bool) []bool {
	in, outs := o.Body.Inputs(), o.Body.Outs()
	var wanted []*graph.Node
	for j := o.States; j < len(outs); j++ {
		if used[j] {
			wanted = append(wanted, outs[j])
		}
	}
	lasts := make([]bool, len(in)) // states that go on
	for i := range o.States {
		lasts[i] = used[i]
	}
	var live map[*graph.Node]bool
	for changed := true; changed; {
		now := slices.Clone(wanted)
		for i := range o.States {
			if lasts[i] {
				now = append(now, outs[i])
			}
		}
		live, changed = o.Body.Live(now), false
		for i := range o.States {
			if live[in[i]] && !lasts[i] {
				lasts[i], changed = true, true
			}
		}
	}
	for i := o.States; i < len(in); i++ {
		lasts[i] = live[in[i]]
	}
	if !slices.Contains(lasts[o.States:o.States+o.Xs], true) { // a loop has its length from a sequence
		lasts[o.States] = true
	}
	return lasts
}

// Prune leaves out the other operands, and the results that are not used.
func (o scan) Prune(g *graph.Graph, used []bool) (op graph.Op, operands, results []int) {
	needs := o.Needs(used)
	small := scan{Steps: o.Steps, Reverse: o.Reverse}
	for i, n := range needs {
		switch {
		case !n:
			continue
		case i < o.States:
			small.States++
			results = append(results, i)
		case i < o.States+o.Xs:
			small.Xs++
		}
		operands = append(operands, i)
	}
	for j := o.States; j < len(used); j++ {
		if used[j] {
			results = append(results, j)
		}
	}
	if len(operands) == len(needs) && len(results) == len(used) {
		return nil, nil, nil
	}
	small.Body = o.Body.Narrow(g, operands, results)
	return small, operands, results
}
