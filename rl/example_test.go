package rl_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/rl"
	"github.com/kedja-ml/kedja/rl/env"
)

// A coin shows a side, and pays 1 to who names it, ten times.
type coin struct{ s struct{ Side, Left int64 } }

func (*coin) Spec() env.Spec                          { return env.Spec{Name: "coin", Obs: []int{2}, Actions: env.Discrete(2)} }
func (c *coin) AppendBinary(b []byte) ([]byte, error) { return env.Pack(b, &c.s) }
func (c *coin) UnmarshalBinary(b []byte) error        { return env.Unpack("coin", b, &c.s) }

func (c *coin) Reset(seed uint64, obs []float32) {
	c.s.Side, c.s.Left = int64(seed%2), 10
	c.show(obs)
}

func (c *coin) show(obs []float32) { obs[0], obs[1] = float32(c.s.Side), float32(1-c.s.Side) }

func (c *coin) Step(a env.Action, obs []float32) (o env.Outcome, err error) {
	if int64(a.Index) == c.s.Side {
		o.Reward = 1
	}
	c.s.Side = (c.s.Side*3 + c.s.Left) % 2
	c.s.Left--
	c.show(obs)
	o.Terminated = c.s.Left == 0
	return o, nil
}

func ExampleLoop() {
	newCoin := func() (env.Env, error) { return &coin{}, nil }
	envs, err := env.NewVec(newCoin, 1, 1, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	agent, err := rl.NewQLearner(rl.Setup{Spec: envs.Spec(), Envs: 1, Seed: 1}, rl.QOptions{
		NetOptions: rl.NetOptions{Hidden: []int{16}}, Objective: "mean", Start: 100, Every: 2, Updates: 1, Batch: 16, Capacity: 1000, Discount: 0.5,
		NStep: 1, Target: 20, Rate: 1e-2, AdamEps: 1e-8, Epsilon: [2]float64{1, 0.1}, Exploration: 500,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	loop := &rl.Loop{Agent: agent, Envs: envs}
	for loop.Steps < 1000 {
		if err := loop.Step(); err != nil {
			fmt.Println(err)
			return
		}
	}
	e, err := rl.Evaluate(agent, newCoin, 4, 1000)
	fmt.Println(e.Returns, err)
	// Output: [10 10 10 10] <nil>
}

func ExampleQNet() {
	q := rl.NewQNet(rand.New(rand.NewPCG(1, 2)), []int{4}, 2, 51, rl.NetOptions{Hidden: []int{8, 8}, Dueling: true})
	g := graph.New(graph.Evaluation)
	fmt.Println(q.Forward(g.Input("observation", graph.Float32, 1, 4)).Shape())
	// Output: [1 2 51]
}

func ExampleNoisyDense() {
	l := rl.NewNoisyDense(rand.New(rand.NewPCG(1, 2)), 4, 2, 0.5)
	g := graph.New(graph.Training)
	fmt.Println(l.Forward(g.Input("x", graph.Float32, 7, 4)).Shape())
	// Output: [7 2]
}
