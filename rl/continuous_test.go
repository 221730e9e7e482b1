package rl

import (
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/rl/dist"
	"github.com/kedja-ml/kedja/rl/env"
)

// The targets, losses and gradients of critics and actors are those derived by hand in NumPy.
func TestBoxesAgainstNumPy(t *testing.T) {
	data, err := os.ReadFile("testdata/boxes.json")
	if err != nil {
		t.Fatal(err)
	}
	var c map[string][]float64
	if err := json.Unmarshal(data, &c); err != nil {
		t.Fatal(err)
	}
	const n, obs, dim = 6, 3, 2
	g := graph.New(graph.Training)
	constant := func(name string, dims ...int) *graph.Node {
		return g.Constant(graph.BufferOf(floats(c[name]), dims...))
	}
	linear := func(name string) (critics []*MLP) {
		for i := range 2 {
			w := floats(c[name][i*(obs+dim) : (i+1)*(obs+dim)])
			critics = append(critics, &MLP{Layers: []*nn.Dense{{W: graph.NewParam("w", graph.BufferOf(w, obs+dim, 1))}}})
		}
		return critics
	}
	critics, targets := linear("critics"), linear("targets")
	b := boxTransitions{constant("obs", n, obs), constant("next", n, obs), constant("actions", n, dim), constant("rewards", n), constant("discounts", n)}
	mean, logStd := graph.NewParam("mean", graph.BufferOf(floats(c["mean"]), n, dim)), graph.NewParam("logstd", graph.BufferOf(floats(c["logstd"]), n, dim))
	action, logProb := dist.TanhNormal{Mean: g.Use(mean), LogStd: g.Use(logStd)}.Transform(constant("noise", n, dim))
	alpha := g.Fill(0.3, graph.T(graph.Float32))
	var names []string
	var outs []*graph.Node
	add := func(name string, x *graph.Node) { names, outs = append(names, name), append(outs, x) }
	for name, value := range map[string]*graph.Node{
		"td3": td3Value(targets, action, b.Next, BoxOptions{Algorithm: "td3"}), "sac": sacValue(targets, b.Next, action, logProb, alpha),
	} {
		add(name, value)
		loss := criticLoss(critics, b, ops.StopGradient(ops.Add(b.Rewards, ops.Mul(b.Discounts, value))))
		add(name+"_loss", loss)
		add(name+"_gradient", ops.Concat(0, autodiff.Grad(loss, g.Use(critics[0].Layers[0].W), g.Use(critics[1].Layers[0].W))...))
	}
	loss := sacActor(critics, b.Obs, action, logProb, alpha)
	d := autodiff.Grad(loss, g.Use(mean), g.Use(logStd))
	add("actor_loss", loss)
	add("actor_mean_gradient", d[0])
	add("actor_logstd_gradient", d[1])
	p, err := exec.Compile(g, exec.Out(outs...))
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.RunBuffers()
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range names {
		near(t, name, graph.Data[float32](out[i]), c[name], 3e-5)
	}
}

// aim pays most to who names the number that it shows, between −4 and 2; every episode is one step.
type aim struct{ s struct{ At float64 } }

func (*aim) Spec() env.Spec {
	return env.Spec{Name: "aim", Obs: []int{1}, Actions: env.Box(1, -4, 2)}
}
func (a *aim) AppendBinary(b []byte) ([]byte, error) { return env.Pack(b, &a.s) }
func (a *aim) UnmarshalBinary(b []byte) error        { return env.Unpack("aim", b, &a.s) }

func (a *aim) Reset(seed uint64, obs []float32) {
	a.s.At = float64(seed%7) - 4
	obs[0] = float32(a.s.At) / 3
}

func (a *aim) Step(x env.Action, obs []float32) (env.Outcome, error) {
	obs[0] = 0
	off := float64(x.Point[0]) - a.s.At
	return env.Outcome{Reward: float32(-off * off), Terminated: true}, nil
}

func smallBox(algorithm string) BoxOptions {
	return BoxOptions{
		Algorithm: algorithm, Hidden: []int{32, 32}, Start: 200, Every: 1, Updates: 1, Batch: 64, Capacity: 3000, Discount: 0.9, Tau: 0.02,
		ActorRate: 2e-3, CriticRate: 5e-3, AlphaRate: 3e-3, Noise: 0.2, TargetNoise: 0.1, NoiseClip: 0.3, Delay: 1, Alpha: 0.2, TargetEntropy: -3,
	}
}

// Each algorithm learns to aim: within a tenth of the interval, by numbers that are not those of its network.
func TestLearnsToAim(t *testing.T) {
	newAim := func() (env.Env, error) { return &aim{}, nil }
	for _, algorithm := range []string{"sac", "td3", "ddpg"} {
		v, err := env.NewVec(newAim, 1, 1, 1)
		if err != nil {
			t.Fatal(err)
		}
		a, err := NewBoxLearner(Setup{v.Spec(), 1, 1, 1}, smallBox(algorithm))
		if err != nil {
			t.Fatal(err)
		}
		l := &Loop{Agent: a, Envs: v}
		for l.Steps < 3000 {
			if err := l.Step(); err != nil {
				t.Fatal(err)
			}
		}
		e, err := Evaluate(a, newAim, 50, 9)
		if err != nil || e.Mean() < -0.36 {
			t.Errorf("%s: %.3f on average, the worst %.3f %v", algorithm, e.Mean(), e.Worst(), err)
		}
		if m := a.Report(); !(m["critic_loss"] > 0) || math.IsNaN(m["actor_loss"]) {
			t.Error(m)
		}
	}
}

func TestBoxOptionsRefuse(t *testing.T) {
	for want, spoil := range map[string]func(*BoxOptions){
		`algorithm "ppo", want sac, td3 or ddpg`:    func(o *BoxOptions) { o.Algorithm = "ppo" },
		"batches of 0 from a memory":                func(o *BoxOptions) { o.Batch = 0 },
		"want at least 1, 1, 0 and 1":               func(o *BoxOptions) { o.Delay = 0 },
		"a discount of 0.9 and a target share of 0": func(o *BoxOptions) { o.Tau = 0 },
		"an entropy weight of 0, want more than 0":  func(o *BoxOptions) { o.Alpha = 0 },
		"noise of -1":  func(o *BoxOptions) { o.Noise = -1 },
		"rates of NaN": func(o *BoxOptions) { o.ActorRate = math.NaN() },
		"hidden layers of [0], want widths of at least 1": func(o *BoxOptions) { o.Hidden = []int{0} },
	} {
		o := smallBox("sac")
		spoil(&o)
		if _, err := NewBoxLearner(Setup{(&aim{}).Spec(), 1, 1, 1}, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if _, err := NewBoxLearner(Setup{(&corridor{}).Spec(), 1, 1, 1}, smallBox("sac")); err == nil || err.Error() != "the algorithm chooses vectors; the actions of corridor are numbered" {
		t.Error(err)
	}
}
