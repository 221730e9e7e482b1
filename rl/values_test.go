package rl

import (
	"slices"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/rl/env"
)

// The values of actions are those that greedy play is by.
func TestValuesAreWhatGreedyPlaysBy(t *testing.T) {
	s := Setup{env.Spec{Name: "numbers", Obs: []int{4}, Actions: env.Discrete(5)}, 1, 3, 1}
	var agents []Agent
	for _, objective := range Objectives() {
		o := small()
		o.Objective, o.Atoms, o.Returns, o.Quantiles, o.Temperature = objective, 5, [2]float64{-1, 1}, 3, 0.1
		o.NStep, o.Double, o.Target, o.Tau, o.Average = 1, false, 0, 0.1, true
		agents = append(agents, must(NewQLearner(s, o)))
	}
	agents = append(agents, must(NewRolloutLearner(s, smallRollout("q"))))
	const n = 20
	obs := make([]float32, n*4)
	r := NewRand(1, 1)
	for i := range obs {
		obs[i] = float32(r.NormFloat64())
	}
	for _, a := range agents {
		to := Actions{Numbers: make([]int32, n)}
		if err := a.Greedy(obs, to); err != nil {
			t.Fatal(err)
		}
		q, err := a.(Valuer).Values(obs)
		if err != nil || len(q) != n*5 {
			t.Fatal(len(q), err)
		}
		for i, action := range to.Numbers {
			if row := q[i*5 : i*5+5]; row[action] != slices.Max(row) || slices.Min(row) == slices.Max(row) {
				t.Errorf("%T plays %d where the values are %v", a, action, row)
			}
		}
	}
	if _, err := must(NewRolloutLearner(s, smallRollout("policy"))).Values(obs); err == nil || !strings.Contains(err.Error(), "learns a policy") {
		t.Error(err)
	}
}
