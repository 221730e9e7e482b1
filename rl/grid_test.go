package rl

import (
	"math"
	"testing"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/rl/env"
	"github.com/kedja-ml/kedja/rl/env/toy"
)

// A network without hidden layers is a table of values. Q-learning by play at random brings it to what value iteration finds, in a world
// that is certain and in one that is slippery.
func TestFindsTheValuesOfAGrid(t *testing.T) {
	for slip, tolerance := range map[float64]float64{0: 0.02, 0.3: 0.1} {
		m := toy.Map{Name: "small", Rows: []string{"S...", ".X.#", "...G"}, Step: -0.1, Goal: 1, Pit: -1, PitEnds: true, Slip: slip, Limit: 40}
		newGrid := func() (env.Env, error) { return toy.NewGrid(m) }
		world, err := toy.NewGrid(m)
		if err != nil {
			t.Fatal(err)
		}
		want, err := world.Optimal(0.9, 1e-12)
		if err != nil {
			t.Fatal(err)
		}
		o := small()
		o.Hidden, o.Epsilon, o.Rate, o.LastRate, o.RateSteps, o.Capacity = nil, [2]float64{1, 1}, 0.05, 1e-4, 9000, 20_000
		o.Batch = 64
		q, _ := play(t, newGrid, 4, 1, 1, o, 20_000)
		n := world.States
		g := graph.New(graph.Evaluation)
		all := make([]float32, n*n) // every state
		for s := range n {
			all[s*n+s] = 1
		}
		p, err := exec.Compile(g, exec.Out(q.objective.values(q.Net.Forward(g.Constant(graph.BufferOf(all, n, n))))))
		if err != nil {
			t.Fatal(err)
		}
		out, err := p.RunBuffers()
		if err != nil {
			t.Fatal(err)
		}
		for i, got := range graph.Data[float32](out[0]) {
			s, a := i/4, i%4
			if letter := m.Rows[s/4][s%4]; letter == 'X' || letter == 'G' || letter == '#' { // nobody acts there
				continue
			}
			if math.Abs(float64(got)-want[i]) > tolerance {
				t.Errorf("slip %v: action %d at %d,%d is worth %.3f, want %.3f", slip, a, s/4, s%4, got, want[i])
			}
		}
	}
}
