package messages_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/checkpoint"
	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/flow"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/nn/torch"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/rl"
	"github.com/kedja-ml/kedja/rl/env"
	"github.com/kedja-ml/kedja/safetensors"
	"github.com/kedja-ml/kedja/train"
	"github.com/kedja-ml/kedja/vmap"
)

var update = flag.Bool("update", false, "write the golden file")

type node = graph.Node

// A mistake builds on a graph, with x [2 3] and y [4] of float32, and labels int32[2].
type mistake struct {
	name string
	make func(g *graph.Graph, x, y, labels *node)
}

func one(n *node) []*node { return []*node{n} }

var building = []mistake{
	{"graph: a negative size", func(g *graph.Graph, x, y, labels *node) { g.Input("z", graph.Float32, 2, -3) }},
	{"graph: nine axes", func(g *graph.Graph, x, y, labels *node) { g.Input("z", graph.Float32, 1, 1, 1, 1, 1, 1, 1, 1, 1) }},
	{"graph: sizes that overflow", func(g *graph.Graph, x, y, labels *node) { g.Input("z", graph.Float32, 1<<40, 1<<40) }},
	{"graph: assign another shape", func(g *graph.Graph, x, y, labels *node) {
		g.Assign(graph.NewState("mean", graph.NewBuffer(graph.T(graph.Float32, 3))), x)
	}},
	{"graph: a nil parameter", func(g *graph.Graph, x, y, labels *node) { var p *graph.Param; g.Use(p) }},
	{"graph: an op that cannot be compared", func(g *graph.Graph, x, y, labels *node) { graph.Apply(listed{Sizes: []int{1}}, x) }},
	{"graph: an op with a hidden field", func(g *graph.Graph, x, y, labels *node) { graph.Apply(hidden{by: 1}, x) }},

	{"ops: no common shape", func(g *graph.Graph, x, y, labels *node) { ops.Add(x, y) }},
	{"ops: mixed dtypes", func(g *graph.Graph, x, y, labels *node) { ops.Mul(x, g.Input("z", graph.Float64, 2, 3)) }},
	{"ops: a function of floats of integers", func(g *graph.Graph, x, y, labels *node) { ops.Exp(labels) }},
	{"ops: inner dimensions", func(g *graph.Graph, x, y, labels *node) { ops.MatMul(x, x) }},
	{"ops: a product with a vector", func(g *graph.Graph, x, y, labels *node) { ops.MatMul(x, y) }},
	{"ops: an axis out of range", func(g *graph.Graph, x, y, labels *node) { ops.Sum(x, 2) }},
	{"ops: reshape to another number of elements", func(g *graph.Graph, x, y, labels *node) { ops.Reshape(x, 4, 2) }},
	{"ops: a slice beyond the end", func(g *graph.Graph, x, y, labels *node) { ops.Slice(x, 1, 2, 5) }},
	{"ops: concat of other shapes", func(g *graph.Graph, x, y, labels *node) { ops.Concat(0, x, ops.Transpose(x)) }},
	{"ops: a permutation that is none", func(g *graph.Graph, x, y, labels *node) { ops.Transpose(x, 0, 0) }},
	{"ops: gather by floats", func(g *graph.Graph, x, y, labels *node) { ops.Gather(x, y) }},
	{"ops: where without a condition", func(g *graph.Graph, x, y, labels *node) { ops.Where(x, x, x) }},
	{"ops: channels of a convolution", func(g *graph.Graph, x, y, labels *node) {
		ops.Conv(g.Input("image", graph.Float32, 1, 3, 8, 8), g.Input("filter", graph.Float32, 4, 2, 3, 3), ops.Convolution{})
	}},
	{"ops: einsum", func(g *graph.Graph, x, y, labels *node) { ops.Einsum("ij,jk->ik", x, y) }},

	{"autodiff: grad of an array", func(g *graph.Graph, x, y, labels *node) { autodiff.Grad(x, x) }},
	{"autodiff: grad of an integer", func(g *graph.Graph, x, y, labels *node) { autodiff.Grad(ops.Sum(labels), x) }},
	{"autodiff: an op without derivative", func(g *graph.Graph, x, y, labels *node) { autodiff.Grad(ops.Sum(graph.Apply(silent{}, x)), x) }},
	{"autodiff: a cotangent of another shape", func(g *graph.Graph, x, y, labels *node) {
		autodiff.VJP(one(ops.Exp(x)), one(y), one(x))
	}},
	{"autodiff: custom without derivative", func(g *graph.Graph, x, y, labels *node) {
		f := autodiff.Custom("clip", func(in []*node) []*node { return in }, nil)
		autodiff.Grad(ops.Sum(f(x)[0]), x)
	}},
	{"autodiff: a Jacobian of too many axes", func(g *graph.Graph, x, y, labels *node) {
		autodiff.Jacobian(ops.Reshape(x, 1, 1, 1, 1, 1, 2, 3), x)
	}},

	{"vmap: other numbers of rows", func(g *graph.Graph, x, y, labels *node) { vmap.Map(func(in []*node) []*node { return in }, x, y) }},
	{"vmap: a scalar", func(g *graph.Graph, x, y, labels *node) { vmap.Map(func(in []*node) []*node { return in }, ops.Sum(x)) }},

	{"flow: a state that changes its shape", func(g *graph.Graph, x, y, labels *node) {
		flow.Scan(one(y), one(x), func(s, _ []*node) (_, _ []*node) { return one(ops.Sum(s[0])), nil })
	}},
	{"flow: branches of other types", func(g *graph.Graph, x, y, labels *node) {
		flow.Cond(g.Input("p", graph.Bool), func(in []*node) []*node { return one(in[0]) }, func(in []*node) []*node { return one(ops.Sum(in[0])) }, x)
	}},
	{"flow: a condition that is an array", func(g *graph.Graph, x, y, labels *node) {
		same := func(in []*node) []*node { return in }
		flow.Cond(ops.Less(y, y), same, same, x)
	}},
	{"flow: a draw in a loop", func(g *graph.Graph, x, y, labels *node) {
		flow.Fori(3, one(y), func(_ *node, s []*node) []*node { return one(ops.Dropout(s[0], 0.5)) })
	}},
	{"flow: an index that is no int", func(g *graph.Graph, x, y, labels *node) {
		flow.Switch(y, []func([]*node) []*node{func(in []*node) []*node { return in }}, x)
	}},

	{"nn: columns of a dense layer", func(g *graph.Graph, x, y, labels *node) { nn.NewDense(rand.New(rand.NewPCG(1, 2)), 5, 2).Forward(x) }},
	{"nn: batch norm of a single value", func(g *graph.Graph, x, y, labels *node) {
		nn.NewBatchNorm(3).Forward(g.Input("z", graph.Float32, 1, 3))
	}},
	{"nn: labels of floats", func(g *graph.Graph, x, y, labels *node) { nn.CrossEntropy(x, ops.Sum(x, 1)) }},
	{"nn: losses of unequal shapes", func(g *graph.Graph, x, y, labels *node) { nn.MSE(x, y) }},
	{"nn: heads that do not divide", func(g *graph.Graph, x, y, labels *node) {
		nn.NewMultiHeadAttention(rand.New(rand.NewPCG(1, 2)), 6, 4).Forward(g.Input("z", graph.Float32, 2, 5, 6))
	}},
	{"nn: an image where rows are wanted", func(g *graph.Graph, x, y, labels *node) {
		nn.NewConv2D(rand.New(rand.NewPCG(1, 2)), 3, 4, 3).Forward(x)
	}},
	{"optim: no parameters", func(g *graph.Graph, x, y, labels *node) {
		optim.NewSGD(nn.Params(&struct{}{}), optim.Constant(0.1), 0).Minimize(ops.Sum(x))
	}},
}

type listed struct {
	ops.Pointwise
	Sizes []int
}

func (listed) Name() string { return "listed" }

type hidden struct {
	ops.Pointwise
	by int
}

func (hidden) Name() string { return "hidden" }

type silent struct{ ops.Pointwise }

func (silent) Name() string           { return "silent" }
func (silent) Eval(*graph.Call) error { return nil }

// running are mistakes that a function's error tells.
var running = []struct {
	name string
	make func(dir string) error
}{
	{"exec: an input that is not listed", func(string) error {
		g := graph.New(graph.Training)
		x := g.Input("x", graph.Float32, 2)
		_, err := exec.Compile(g, exec.Out(ops.Exp(x)))
		return err
	}},
	{"exec: too few feeds", func(string) error { return run() }},
	{"exec: a feed of another length", func(string) error { return run([]float32{1, 2, 3}) }},
	{"exec: a feed of another dtype", func(string) error { return run([]float64{1, 2}) }},
	{"exec: a feed that is no array", func(string) error { return run("one") }},
	{"exec: a NaN", func(string) error { return run([]float32{-1, 1}) }},

	{"safetensors: a file that is cut", func(string) error { _, err := safetensors.Decode([]byte("abc")); return err }},
	{"safetensors: a header that lies", func(string) error {
		_, err := safetensors.Decode([]byte("\xff\x00\x00\x00\x00\x00\x00\x00{}"))
		return err
	}},
	{"safetensors: a dtype that is none", func(string) error {
		h := `{"w":{"dtype":"F99","shape":[1],"data_offsets":[0,4]}}`
		_, err := safetensors.Decode(append([]byte{byte(len(h)), 0, 0, 0, 0, 0, 0, 0}, h+"\x00\x00\x00\x00"...))
		return err
	}},
	{"torch: a weight of another shape", func(dir string) error {
		r, path := rand.New(rand.NewPCG(1, 2)), filepath.Join(dir, "m.safetensors")
		if err := torch.Save(path, &model{nn.NewDense(r, 2, 3)}); err != nil {
			return err
		}
		return torch.Load(path, &model{nn.NewDense(r, 2, 4)})
	}},
	{"train: weights that are not there", func(dir string) error {
		return train.Load(filepath.Join(dir, "none.safetensors"), &model{nn.NewDense(rand.New(rand.NewPCG(1, 2)), 2, 3)})
	}},
	{"train: a model without parameters", func(dir string) error { return train.Save(filepath.Join(dir, "w.safetensors"), &struct{}{}) }},
	{"train: a loop without data", func(string) error { _, err := (&train.Loop{Steps: 3}).Run(context.Background()); return err }},
	{"checkpoint: a folder without one", func(dir string) error { _, err := checkpoint.Read(dir); return err }},
	{"checkpoint: a negative number to keep", func(dir string) error { _, err := checkpoint.Open(dir, checkpoint.Options{Last: -1}); return err }},
	{"checkpoint: a manifest of a later program", func(string) error {
		_, err := checkpoint.DecodeManifest([]byte(`{"format": 99}`))
		return err
	}},
	{"data: arrays of unequal length", func(string) error {
		_, err := data.Arrays(graph.NewBuffer(graph.T(graph.Float32, 3, 2)), graph.NewBuffer(graph.T(graph.Int32, 4)))
		return err
	}},
	{"data: a batch of none", func(string) error {
		d, err := data.Arrays(graph.NewBuffer(graph.T(graph.Float32, 3, 2)))
		if err == nil {
			_, err = data.NewLoader(d, data.Config{})
		}
		return err
	}},
	{"data: a batch larger than the set", func(string) error {
		d, err := data.Arrays(graph.NewBuffer(graph.T(graph.Float32, 3, 2)))
		if err == nil {
			_, err = data.NewLoader(d, data.Config{Batch: 8, Last: data.Drop})
		}
		return err
	}},
	{"data: a holdout larger than the set", func(string) error { _, _, err := data.Holdout(10, 11, 1); return err }},
	{"rl: an objective that is none", func(string) error {
		_, err := rl.NewQLearner(rl.Setup{Spec: env.Spec{Name: "grid", Obs: []int{4}, Actions: env.Discrete(2)}, Envs: 1}, rl.QOptions{})
		return err
	}},
	{"rl: numbered actions for a box", func(string) error {
		_, err := rl.NewBoxLearner(rl.Setup{Spec: env.Spec{Name: "grid", Obs: []int{4}, Actions: env.Discrete(2)}, Envs: 1}, rl.BoxOptions{})
		return err
	}},
	{"rl: copies of nothing", func(string) error { _, err := env.NewVec(nil, 0, 1, 1); return err }},
}

type model struct{ Out *nn.Dense }

// run feeds a plan of the logarithm of float32[2], with the trap on.
func run(in ...any) error {
	g := graph.New(graph.Training)
	x := g.Input("x", graph.Float32, 2)
	p, err := exec.Compile(g, exec.In(x), exec.Out(ops.Sum(ops.Log(x))))
	if err == nil {
		_, err = p.Run(in...)
	}
	return err
}

var (
	place = regexp.MustCompile(`messages_test\.go:\d+`)
	begin = regexp.MustCompile(`^messages_test\.go:\d+: [a-z]`)
)

// Each mistake is told in one line, and as the golden file has it, which a person has read. Of what is built on a graph it begins with the
// user's file and line.
func TestMessages(t *testing.T) {
	dir := t.TempDir()
	var b strings.Builder
	say := func(name string, err error) {
		text := place.ReplaceAllString(strings.ReplaceAll(fmt.Sprint(err), dir, "DIR"), "messages_test.go:LINE")
		fmt.Fprintf(&b, "%s\n\t%s\n", name, text)
		if err == nil || strings.Contains(text, "\n") || len(text) > 240 {
			t.Errorf("%s: want one line, not %s", name, text)
		}
	}
	for _, m := range building {
		g := graph.New(graph.Training)
		m.make(g, g.Input("x", graph.Float32, 2, 3), g.Input("y", graph.Float32, 4), g.Input("labels", graph.Int32, 2))
		err := g.Err()
		if say(m.name, err); err != nil && !begin.MatchString(err.Error()) {
			t.Errorf("%s: want a line that begins with the user's place, not %v", m.name, err)
		}
	}
	for _, m := range running {
		say(m.name, m.make(dir))
	}
	if n := len(building) + len(running); n < 60 {
		t.Errorf("%d mistakes, want 60", n)
	}
	path := "testdata/messages.golden"
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), b.String()); d != "" {
		t.Errorf("%s (-update writes it anew): %s", path, d)
	}
}
