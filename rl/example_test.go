package rl_test

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/rl"
	"github.com/kedja-ml/kedja/rl/env"
)

// A coin shows a side, and pays 1 to who names it.
type coin struct {
	s struct {
		env.Episode
		Side int32
	}
}

func (*coin) Spec() env.Spec { return env.Spec{Name: "coin", Obs: []int{2}, Actions: env.Discrete(2)} }

func (c *coin) Reset(seed uint64, obs []float32) {
	c.s.Side = int32(seed % 2)
	c.s.Begin()
	c.show(obs)
}

func (c *coin) show(obs []float32) { obs[0], obs[1] = float32(c.s.Side), float32(1-c.s.Side) }

func (c *coin) Step(a env.Action, obs []float32) (env.Outcome, error) {
	if err := c.s.Check("coin", 2, a); err != nil {
		return env.Outcome{}, err
	}
	reward := float32(1 - (int32(a.Index)+c.s.Side)%2)
	c.s.Side = (c.s.Side*3 + c.s.Steps) % 2
	c.show(obs)
	return c.s.Next(reward, c.s.Steps == 9, 0), nil
}

func (c *coin) AppendBinary(b []byte) ([]byte, error) { return env.Pack(b, &c.s) }
func (c *coin) UnmarshalBinary(b []byte) error        { return env.Unpack("coin", b, &c.s) }

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
