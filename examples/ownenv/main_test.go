package main

import (
	"math"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/rl/env"
	"github.com/kedja-ml/kedja/rl/env/envtest"
)

func TestThermostat(t *testing.T) {
	envtest.Check(t, func() env.Env { return new(thermostat) })
}

// What is learned comes near to heating whenever it is colder than 20 degrees after the step, which nobody told the agent.
func TestLearns(t *testing.T) {
	var out strings.Builder
	got, err := learn(&out, "dqn", 10_000)
	if err != nil {
		t.Fatal(err)
	}
	want, random := play(t, func(room, outside float64, _ int) int {
		if room+0.02*(outside-room)+0.75 < 20 {
			return 1
		}
		return 0
	}), play(t, func(_, _ float64, step int) int { return step / 2 % 2 })
	t.Logf("%slearned %.2f, by rule %.2f, by turns %.2f", out.String(), got, want, random)
	if math.IsNaN(got) || got < want-2 || random > want-20 || strings.Count(out.String(), "step ") != 5 {
		t.Errorf("learned %.2f, by rule %.2f, by turns %.2f\n%s", got, want, random, out.String())
	}
}

// play is the mean return of a rule.
func play(t *testing.T, rule func(room, outside float64, step int) int) float64 {
	v, err := env.NewVec(newThermostat, 100, 5000, 1)
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for step := range 120 {
		for i := range v.Index {
			v.Index[i] = int32(rule(float64(v.Obs[2*i])*10+20, float64(v.Obs[2*i+1])*10, step))
		}
		if err := v.Step(); err != nil {
			t.Fatal(err)
		}
		for _, r := range v.Reward {
			sum += float64(r) / 100
		}
	}
	return sum
}
