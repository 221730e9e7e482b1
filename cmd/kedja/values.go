package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/kedja-ml/kedja/rl"
	"github.com/kedja-ml/kedja/rl/env"
	"github.com/kedja-ml/kedja/train/plots"
)

// valueCurve is what an agent holds actions to be worth along an episode.
type valueCurve struct {
	of      rl.Valuer
	values  [][]float32 // Q(s, a) of each state
	rewards []float32   // that followed each
}

func newValueCurve(a rl.Agent) (*valueCurve, error) {
	v, ok := a.(rl.Valuer)
	if !ok {
		return nil, errors.New("an agent whose actions are vectors holds no values of each")
	}
	return &valueCurve{of: v}, nil
}

// add notes a state, and the outcome that led there.
func (v *valueCurve) add(obs []float32, o env.Outcome) error {
	if len(v.values) > 0 {
		v.rewards = append(v.rewards, o.Reward)
	}
	if o.Over() {
		return nil
	}
	q, err := v.of.Values(obs)
	v.values = append(v.values, slices.Clone(q))
	return err
}

// draw writes two figures: Q(s, a) of each action beside the discounted return that followed in truth, and how much the action is held to be
// worth less than the best, Q(s, a) − max Q(s, ·).
func (v *valueCurve) draw(path, envName string) error {
	steps := len(v.values)
	q := plots.Figure{Title: envName + ": Q(s, a)", X: "step", Y: "discounted return"}
	a := plots.Figure{Title: envName + ": advantages Q(s, a) − max Q(s, ·)", X: "step", Y: "advantage"}
	for action := range v.values[0] {
		worth, advantage := make([]plots.Point, steps), make([]plots.Point, steps)
		for t, row := range v.values {
			worth[t] = plots.Point{Step: float64(t), Value: float64(row[action])}
			advantage[t] = plots.Point{Step: float64(t), Value: float64(row[action] - slices.Max(row))}
		}
		name := fmt.Sprintf("action %d", action)
		q.Lines = append(q.Lines, plots.Line{Name: name, Points: worth, Color: action})
		a.Lines = append(a.Lines, plots.Line{Name: name, Points: advantage, Color: action})
	}
	followed, sum := make([]plots.Point, steps), 0.0
	for t := steps - 1; t >= 0; t-- {
		sum = float64(v.rewards[t]) + v.of.Discount()*sum
		followed[t] = plots.Point{Step: float64(t), Value: sum}
	}
	q.Lines = append(q.Lines, plots.Line{Name: "what followed", Points: followed, Color: len(v.values[0]), Dashed: true})
	return plots.WriteFile(path, q, a)
}
