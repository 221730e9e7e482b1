package env_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/kedja-ml/kedja/rl/env"
)

func ExampleCartPole() {
	e := env.NewCartPole()
	obs := make([]float32, e.ObsSize())
	e.Reset(42, obs)
	fmt.Println(obs)
	steps := 0
	for over := false; !over; steps++ { // push towards where the pole falls
		action := 0
		if obs[2] > 0 {
			action = 1
		}
		_, terminated, truncated, err := e.Step(action, obs)
		if err != nil {
			fmt.Println(err)
			return
		}
		over = terminated || truncated
	}
	fmt.Println(steps, "steps")
	_, _, _, err := e.Step(0, obs)
	fmt.Println(err)
	// Output:
	// [0.027395604 -0.006112156 0.035859793 0.019736802]
	// 55 steps
	// cartpole: the episode is over; Reset begins another
}

// Gymnasium's own steps, from the same states, and its own episodes.
func TestGymnasium(t *testing.T) {
	data, err := os.ReadFile("testdata/cartpole.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden struct {
		Single   [][4]json.RawMessage
		Episodes []struct {
			Seed   uint64
			States [][]float64
		}
	}
	if err := json.Unmarshal(data, &golden); err != nil {
		t.Fatal(err)
	}
	if len(golden.Single) != 1000 || len(golden.Episodes) != 4 {
		t.Fatal("goldens are missing")
	}
	e, obs := env.NewCartPole(), make([]float32, 4)
	for i, s := range golden.Single {
		var from, to [4]float64
		var action int
		var terminated bool
		for k, p := range []any{&from, &action, &to, &terminated} {
			if err := json.Unmarshal(s[k], p); err != nil {
				t.Fatal(err)
			}
		}
		e.Reset(0, obs)
		e.State = from
		reward, term, _, err := e.Step(action, obs)
		if err != nil || reward != 1 || term != terminated || off(e.State[:], to[:]) > 1e-12 {
			t.Fatal(i, e.State, to, term, terminated, err)
		}
	}
	for _, ep := range golden.Episodes {
		e.Reset(ep.Seed, obs)
		for i, s := range ep.States {
			if i == 0 {
				if off(e.State[:], s) != 0 {
					t.Fatal("reset", ep.Seed, e.State, s)
				}
				continue
			}
			_, term, trunc, err := e.Step(int(s[4]), obs)
			if err != nil || off(e.State[:], s[:4]) > 1e-6 || term != (s[5] == 1) || trunc != (s[6] == 1) {
				t.Fatal(ep.Seed, i, e.State, s, term, trunc, err)
			}
		}
	}
}

func off(a, b []float64) (worst float64) {
	for i, v := range a {
		worst = max(worst, math.Abs(v-b[i]))
	}
	return worst
}

func TestWrongAction(t *testing.T) {
	e, obs := env.NewCartPole(), make([]float32, 4)
	e.Reset(1, obs)
	before := e.State
	for _, action := range []int{-1, 2} {
		_, _, _, err := e.Step(action, obs)
		if want := fmt.Sprintf("cartpole: action %d, want 0 or 1", action); err == nil || err.Error() != want || e.State != before {
			t.Error(err, e.State)
		}
	}
}

// The time limit cuts an episode off, which is not an end; a fall at that very step is both. Nothing happens after either until Reset.
func TestEnds(t *testing.T) {
	for name, c := range map[string]struct {
		steps      int
		last       [4]float64 // the state before the last step
		terminated bool
	}{
		"cut off":      {500, [4]float64{}, false},
		"both":         {500, [4]float64{3, 0, 0, 0}, true},
		"off the left": {20, [4]float64{-2.39, -1, 0, 0}, true},
		"fell left":    {20, [4]float64{0, 0, -0.2, -2}, true},
		"fell right":   {20, [4]float64{0, 0, 0.2, 2}, true},
	} {
		e, obs := env.NewCartPole(), make([]float32, 4)
		if _, _, _, err := e.Step(0, obs); err == nil {
			t.Error("a step before the first Reset")
		}
		e.Reset(1, obs)
		for i := range c.steps {
			if e.State = [4]float64{}; i == c.steps-1 {
				e.State = c.last
			}
			reward, terminated, truncated, err := e.Step(i%2, obs)
			over := i == c.steps-1
			if err != nil || reward != 1 || terminated != (over && c.terminated) || truncated != (over && c.steps == 500) {
				t.Fatal(name, i, reward, terminated, truncated, err)
			}
		}
		before := e.State
		if _, _, _, err := e.Step(0, obs); err == nil || e.State != before {
			t.Error(name, "a step after the end", err)
		}
		e.Reset(1, obs)
		if _, _, _, err := e.Step(1, obs); err != nil {
			t.Error(name, err)
		}
	}
}

func BenchmarkCartPole(b *testing.B) {
	e, obs := env.NewCartPole(), make([]float32, 4)
	e.Reset(1, obs)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		_, terminated, truncated, _ := e.Step(i&1, obs)
		if terminated || truncated {
			e.Reset(uint64(i), obs)
		}
	}
}
