package classic_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/kedja-ml/kedja/rl/env"
	"github.com/kedja-ml/kedja/rl/env/classic"
)

func ExampleCartPole() {
	e := classic.NewCartPole()
	obs := make([]float32, e.Spec().Size())
	e.Reset(42, obs)
	fmt.Println(obs)
	steps := 0
	for over := false; !over; steps++ { // push towards where the pole falls
		action := 0
		if obs[2] > 0 {
			action = 1
		}
		o, err := e.Step(env.Action{Index: action}, obs)
		if err != nil {
			fmt.Println(err)
			return
		}
		over = o.Over()
	}
	fmt.Println(steps, "steps")
	_, err := e.Step(env.Action{}, obs)
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
	e, obs := classic.NewCartPole(), make([]float32, 4)
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
		e.SetState(from)
		o, err := e.Step(env.Action{Index: action}, obs)
		if now := e.State(); err != nil || o.Reward != 1 || o.Terminated != terminated || off(now[:], to[:]) > 1e-12 {
			t.Fatal(i, now, to, o, terminated, err)
		}
	}
	for _, ep := range golden.Episodes {
		e.Reset(ep.Seed, obs)
		for i, s := range ep.States {
			if i == 0 {
				if now := e.State(); off(now[:], s) != 0 {
					t.Fatal("reset", ep.Seed, now, s)
				}
				continue
			}
			o, err := e.Step(env.Action{Index: int(s[4])}, obs)
			if now := e.State(); err != nil || off(now[:], s[:4]) > 1e-6 || o.Terminated != (s[5] == 1) || o.Truncated != (s[6] == 1) {
				t.Fatal(ep.Seed, i, now, s, o, err)
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

// The time limit cuts an episode off, which is not an end; a fall at that very step is both.
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
		e, obs := classic.NewCartPole(), make([]float32, 4)
		e.Reset(1, obs)
		for i := range c.steps {
			over := i == c.steps-1
			if e.SetState([4]float64{}); over {
				e.SetState(c.last)
			}
			o, err := e.Step(env.Action{Index: i % 2}, obs)
			if want := (env.Outcome{Reward: 1, Terminated: over && c.terminated, Truncated: over && c.steps == 500}); err != nil || o != want {
				t.Fatal(name, i, o, err)
			}
		}
	}
}
