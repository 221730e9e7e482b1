package exec

import (
	"errors"

	"github.com/kedja-ml/kedja/graph"
)

// Snapshot returns a plan with memory and variables of its own, which hold what p's variables hold now: for serving beside training.
// All are taken between two steps, never in the middle of one. The snapshot draws its random numbers from a copy of the key. A plan
// that assigns variables has no snapshot: freeze the evaluation plan, not the training step.
func (p *Plan) Snapshot() (*Plan, error) {
	if len(p.vars) > 0 {
		return nil, errors.New("exec: a plan that assigns variables has no snapshot; take it of a plan that only evaluates")
	}
	q := *p.program
	q.frozen = map[graph.Var]*graph.State{}
	for _, l := range p.lock {
		l.s.RLock()
	}
	for _, r := range p.reads {
		q.frozen[r.v] = graph.NewState(r.v.Name(), r.v.Storage().Buffer)
	}
	for _, l := range p.lock {
		l.s.RUnlock()
	}
	if p.rng != nil && p.draws() {
		q.rng = q.frozen[p.rng]
	}
	for v, s := range p.frozen { // a snapshot of a snapshot: the graph still reads the first variable
		q.frozen[v] = q.frozen[s]
	}
	return q.bind()
}
