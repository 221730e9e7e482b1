package rl

import (
	"errors"

	"github.com/kedja-ml/kedja/graph"
)

// A Valuer says what an agent holds actions to be worth.
type Valuer interface {
	// Values returns Q(s, a) [n, actions] of each row of obs, by the network that Greedy plays by; valid until the next call. An agent that
	// learns a policy holds no such values, and returns an error.
	Values(obs []float32) ([]float32, error)
	Discount() float64 // γ of the values
}

// Values returns Q(s, a), where distributions are learned their means.
func (q *QLearner) Values(obs []float32) ([]float32, error) {
	if q.worth.build == nil {
		q.worth = policy{mode: graph.Evaluation, width: q.setup.Size(), build: func(x *graph.Node) []*graph.Node {
			return []*graph.Node{q.objective.values(q.plays().Forward(x))}
		}}
	}
	return q.worth.numbers(obs)
}

// Discount is γ.
func (q *QLearner) Discount() float64 { return q.Options.Discount }

// Values returns Q(s, a) of PQN.
func (l *RolloutLearner) Values(obs []float32) ([]float32, error) {
	p, ok := l.objective.(pqn)
	if !ok {
		return nil, errors.New("an agent that learns a policy holds no values of actions")
	}
	if l.worth.build == nil {
		l.worth = policy{mode: graph.Evaluation, width: l.width, build: func(x *graph.Node) []*graph.Node { return []*graph.Node{p.values(x)} }}
	}
	return l.worth.numbers(obs)
}

// Discount is γ.
func (l *RolloutLearner) Discount() float64 { return l.Options.Discount }

// numbers is run where the graph makes one float32 result.
func (p *policy) numbers(obs []float32) ([]float32, error) {
	out, err := p.run(obs)
	if err != nil {
		return nil, err
	}
	return graph.Data[float32](out[0]), nil
}

var (
	_ Valuer = (*QLearner)(nil)
	_ Valuer = (*RolloutLearner)(nil)
)
