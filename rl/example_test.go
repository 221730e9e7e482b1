package rl_test

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/rl"
)

// A coin shows a side, and pays 1 to who names it.
type coin struct{ side, left int }

func (*coin) ObsSize() int { return 2 }
func (*coin) Actions() int { return 2 }

func (c *coin) Reset(seed uint64, obs []float32) {
	c.side, c.left = int(seed%2), 10
	c.show(obs)
}

func (c *coin) show(obs []float32) { obs[0], obs[1] = float32(c.side), float32(1-c.side) }

func (c *coin) Step(action int, obs []float32) (reward float32, terminated, truncated bool, err error) {
	if action == c.side {
		reward = 1
	}
	c.side = (c.side*3 + c.left) % 2
	c.left--
	c.show(obs)
	return reward, c.left == 0, false, nil
}

func ExampleDQN() {
	agent, err := rl.NewDQN(2, 2, rl.DQNConfig{
		Steps: 1000, Start: 100, Every: 4, Updates: 2, Target: 20, Batch: 16, Capacity: 1000, Hidden: []int{16}, Discount: 0.5,
		Rate: optim.Constant(1e-2), Clip: 10, Epsilon: [2]float64{1, 0.1}, Exploration: 0.5, Seed: 1,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	episodes := 0
	err = agent.Train(context.Background(), &coin{}, func(int, float64) { episodes++ })
	fmt.Println(episodes, "episodes", err)
	fmt.Println(agent.Evaluate(&coin{}, 4, 0))
	// Output:
	// 100 episodes <nil>
	// [10 10 10 10] <nil>
}

func ExampleQNet() {
	q := rl.NewQNet(rand.New(rand.NewPCG(1, 2)), 4, 2, 8, 8)
	g := graph.New(graph.Evaluation)
	values := q.Forward(g.Input("observation", graph.Float32, 1, 4))
	fmt.Println(values.Shape(), len(q.Layers), "layers")
	p, err := exec.Compile(g, exec.In(g.Nodes()[0]), exec.Out(values))
	if err != nil {
		fmt.Println(err)
		return
	}
	out, err := p.Run([]float32{0, 0, 0, 0})
	fmt.Println(len(out), err)
	// Output:
	// [1 2] 3 layers
	// 1 <nil>
}
