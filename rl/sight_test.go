package rl

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/rl/env"
	"github.com/kedja-ml/kedja/rl/env/minatar"
)

// A network with convolutions, its loss as DQN's and the gradient in each of its parameters are those derived by hand in NumPy.
func TestSightAgainstNumPy(t *testing.T) {
	data, err := os.ReadFile("testdata/sight.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		LayerNorm                              bool
		Image                                  []int
		Filters, Hidden                        int
		Obs, Next, Actions, Rewards, Discounts []float64
		Values                                 []float64
		Loss                                   float64
		Online, Target, Gradients              [][]float64
	}
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		const n, actions = 6, 4
		width := c.Image[0] * c.Image[1] * c.Image[2]
		made := func(values [][]float64) *QNet {
			q := NewQNet(rand.New(rand.NewPCG(1, 1)), c.Image, actions, 1, NetOptions{Hidden: []int{c.Hidden}, Filters: []int{c.Filters}, LayerNorm: c.LayerNorm})
			for i, p := range params(q) {
				p.Set(graph.BufferOf(floats(values[i]), p.Type().Shape.Dims()...))
			}
			if got := len(params(q)); got != len(values) {
				t.Fatal(got, "parameters, want", len(values))
			}
			return q
		}
		online, target := made(c.Online), made(c.Target)
		g := graph.New(graph.Training)
		constant := func(x []float64, dims ...int) *graph.Node { return g.Constant(graph.BufferOf(floats(x), dims...)) }
		var chosen []int32
		for _, a := range c.Actions {
			chosen = append(chosen, int32(a))
		}
		b := transitions{
			Obs: constant(c.Obs, n, width), Next: constant(c.Next, n, width), Actions: g.Constant(graph.BufferOf(chosen, n)),
			Rewards: constant(c.Rewards, n), Discounts: constant(c.Discounts, n), Online: online.Forward, Target: target.Forward,
		}
		each, _ := meanReturn{}.loss(b)
		loss := ops.Mean(each)
		var xs []*graph.Node
		for _, p := range params(online) {
			xs = append(xs, g.Use(p))
		}
		p, err := exec.Compile(g, exec.Out(append([]*graph.Node{meanReturn{}.values(online.Forward(b.Obs)), loss}, autodiff.Grad(loss, xs...)...)...))
		if err != nil {
			t.Fatal(err)
		}
		out, err := p.RunBuffers()
		if err != nil {
			t.Fatal(err)
		}
		near(t, "values", graph.Data[float32](out[0]), c.Values, 2e-5)
		near(t, "loss", graph.Data[float32](out[1]), []float64{c.Loss}, 2e-5)
		for i, want := range c.Gradients {
			near(t, fmt.Sprint("gradient in parameter ", i), graph.Data[float32](out[2+i]), want, 2e-5)
		}
	}
	if len(cases) != 2 {
		t.Error(len(cases))
	}
}

// An image gets the same values alone as in a batch of any size.
func TestSightAloneAsInABatch(t *testing.T) {
	e, err := minatar.New(minatar.Breakout, minatar.Standard())
	if err != nil {
		t.Fatal(err)
	}
	s := e.Spec()
	net := NewQNet(rand.New(rand.NewPCG(1, 2)), s.Obs, s.Actions.N, 1, NetOptions{Hidden: []int{128}, Filters: []int{16}, LayerNorm: true})
	p := policy{mode: graph.Evaluation, width: s.Size(), build: func(x *graph.Node) []*graph.Node { return []*graph.Node{net.Forward(x)} }}
	r := rand.New(rand.NewPCG(3, 4))
	obs := make([]float32, 130*s.Size())
	for i := range obs {
		obs[i] = float32(r.IntN(2))
	}
	values := func(from, to int) []float32 {
		out, err := p.run(obs[from*s.Size() : to*s.Size()])
		if err != nil {
			t.Fatal(err)
		}
		return slices.Clone(graph.Data[float32](out[0]))
	}
	var alone []float32
	for i := range 130 {
		alone = append(alone, values(i, i+1)...)
	}
	for _, n := range []int{2, 3, 5, 7, 8, 16, 20, 31, 64, 100, 127, 128, 129, 130} {
		if got := values(0, n); !slices.Equal(got, alone[:len(got)]) {
			t.Errorf("a batch of %d gives its rows other values", n)
		}
	}
}

// picture shows a lit place in one half of an image, ten times; 1 is paid to who tells which half.
type picture struct {
	s struct{ Side, Left, Seed int64 }
}

func (*picture) Spec() env.Spec {
	return env.Spec{Name: "picture", Obs: []int{1, 5, 6}, Bytes: true, Actions: env.Discrete(2)}
}
func (p *picture) AppendBinary(b []byte) ([]byte, error) { return env.Pack(b, &p.s) }
func (p *picture) UnmarshalBinary(b []byte) error        { return env.Unpack("picture", b, &p.s) }

func (p *picture) Reset(seed uint64, obs []float32) {
	p.s.Left, p.s.Seed = 10, int64(seed>>1)
	p.show(obs)
}

func (p *picture) show(obs []float32) {
	p.s.Seed = (p.s.Seed*6364136223846793005 + 1442695040888963407) & (1<<63 - 1)
	at := int(p.s.Seed >> 33 % 30)
	clear(obs)
	obs[at] = 1
	p.s.Side = int64(at % 6 / 3)
}

func (p *picture) Step(a env.Action, obs []float32) (o env.Outcome, err error) {
	if int64(a.Index) == p.s.Side {
		o.Reward = 1
	}
	p.s.Left--
	o.Terminated = p.s.Left == 0
	p.show(obs)
	return o, nil
}

func newPicture() (env.Env, error) { return &picture{}, nil }

// Every kind of agent learns from images.
func TestLearnsFromImages(t *testing.T) {
	agents := map[string]*Loop{}
	for name, change := range map[string]func(*QOptions){
		"mean": func(o *QOptions) { o.LayerNorm = true }, "c51": func(o *QOptions) { o.Objective, o.Returns = "c51", [2]float64{0, 2} },
		"rainbow": func(o *QOptions) { o.Noisy, o.Dueling, o.Priority, o.Epsilon = 0.5, true, 0.6, [2]float64{1, 0} },
	} {
		o := small()
		o.Filters, o.Hidden, o.Discount = []int{4}, []int{16}, 0.1
		change(&o)
		_, agents[name] = play(t, newPicture, 1, 1, 1, o, 0)
	}
	for _, objective := range []string{"policy", "q"} {
		o := smallRollout(objective)
		o.Filters, o.Hidden, o.Discount = []int{4}, []int{16}, 0.1
		_, agents[objective] = rolling(t, newPicture, 4, o)
	}
	for name, l := range agents {
		for l.Steps < 8000 {
			if err := l.Step(); err != nil {
				t.Fatal(name, err)
			}
		}
		e, err := Evaluate(l.Agent, newPicture, 10, 100)
		if err != nil || e.Mean() < 9.9 {
			t.Error(name, e.Returns, err)
		}
		half, err := Evaluate(WithEpsilon(l.Agent, 2, 0.5, 1), newPicture, 40, 100)
		if err != nil || half.Mean() < 6.5 || half.Mean() > 8.5 {
			t.Errorf("%s: half of the actions at random return %v, want about 7.5: %v", name, half.Mean(), err)
		}
	}
}

func TestSightRefuses(t *testing.T) {
	for want, spoil := range map[string]func(obs *[]int, filters *[]int){
		"1 convolutions over observations [5]: want images [channels, rows, columns] of at least 3 × 3":     func(obs, _ *[]int) { *obs = []int{5} },
		"3 convolutions over observations [1 5 6]: want images [channels, rows, columns] of at least 7 × 7": func(_, f *[]int) { *f = []int{1, 1, 1} },
		"filters of [0], want at least 1 of each convolution":                                               func(_, f *[]int) { *f = []int{0} },
	} {
		s, filters := (&picture{}).Spec(), []int{4}
		spoil(&s.Obs, &filters)
		o, p := small(), smallRollout("policy")
		o.Filters, p.Filters = filters, filters
		if _, err := NewQLearner(Setup{s, 1, 1, 1}, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
		if _, err := NewRolloutLearner(Setup{s, 1, 1, 1}, p); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
