package graphfile_test

import (
	"bytes"
	"crypto/sha256"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/graphfile"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/safetensors"
)

type model struct {
	Conv *nn.Conv
	Norm *nn.BatchNorm
	Out  *nn.Dense
}

// step builds a training step of a small network with batch norm, dropout and Adam.
func step(t *testing.T) (g *graph.Graph, in []*graph.Node, loss *graph.Node) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	m := &model{nn.NewConv2D(r, 1, 4, 3), nn.NewBatchNorm(4), nn.NewDense(r, 4*6*6, 5)}
	adam := optim.NewAdam(nn.Params(m), optim.Constant(1e-2))
	for name, v := range nn.Vars(m) {
		v.SetName(name)
	}
	g = graph.New(graph.Training)
	g.SetRNG(graph.NewRNG(3))
	x, y := g.Input("x", graph.Float32, 6, 1, 8, 8), g.Input("y", graph.Int32, 6)
	h := ops.Dropout(ops.ReLU(m.Norm.Forward(m.Conv.Forward(x))), 0.3)
	loss = nn.CrossEntropy(m.Out.Forward(ops.Flatten(h, 1)), y)
	adam.Minimize(loss)
	if err := g.Err(); err != nil {
		t.Fatal(err)
	}
	return g, []*graph.Node{x, y}, loss
}

// A training step that was saved, after two steps, goes on to the same bits: parameters, moments, statistics, random draws.
func TestTrainingGoesOn(t *testing.T) {
	g, in, loss := step(t)
	plan, err := exec.Compile(g, exec.In(in...), exec.Out(loss))
	if err != nil {
		t.Fatal(err)
	}
	x, y := make([]float32, 6*64), make([]int32, 6)
	for i := range x {
		x[i] = float32(i%11)/5 - 1
	}
	for i := range y {
		y[i] = int32(i % 5)
	}
	feed := []graph.Buffer{graph.BufferOf(x, 6, 1, 8, 8), graph.BufferOf(y)}
	run := func(p *exec.Plan) string {
		var b bytes.Buffer
		for range 2 {
			out, err := p.RunBuffers(feed...)
			if err != nil {
				t.Fatal(err)
			}
			b.Write(out[0].Bytes())
		}
		return b.String()
	}
	run(plan)
	dir := filepath.Join(t.TempDir(), "model")
	if err := graphfile.Save(dir, g, in, []*graph.Node{loss}, graphfile.Names("loss")); err != nil {
		t.Fatal(err)
	}
	p, err := graphfile.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := exec.Compile(p.Graph, exec.In(p.In...), exec.Out(p.Out...))
	if err != nil {
		t.Fatal(err)
	}
	if run(plan) != run(loaded) {
		t.Error("losses have other bits")
	}
	names := map[string]graph.Var{}
	for _, v := range p.Vars {
		names[v.Name()] = v
	}
	for v := range g.Assigned {
		if w := names[v.Name()]; w == nil || !bytes.Equal(w.Value().Bytes(), v.Value().Bytes()) {
			t.Errorf("%s has other bits", v.Name())
		}
	}
	if p.Names[0] != "loss" || p.In[0].Called() != "x" || p.Graph.Mode() != graph.Training {
		t.Error(p.Names, p.In[0].Called(), p.Graph.Mode())
	}
}

// The text by whose sum a checkpoint knows its graph is that of what was loaded, if no node of the first was idle.
func TestTextIsTheSame(t *testing.T) {
	g := graph.New(graph.Training)
	w := graph.NewParam("w", graph.BufferOf([]float32{1, 2}))
	x := g.Input("x", graph.Float32, 2)
	y := ops.Sum(ops.Mul(x, g.Use(w)))
	g.Assign(w, ops.Scale(0.5, g.Use(w)))
	p := again(t, g, []*graph.Node{x}, []*graph.Node{y})
	if sha256.Sum256([]byte(p.Graph.String())) != sha256.Sum256([]byte(g.String())) {
		t.Errorf("%v\n%v", p.Graph, g)
	}
}

func TestCannotBeSaved(t *testing.T) {
	g := graph.New(graph.Training)
	x, y := g.Input("x", graph.Float32, 2), g.Input("y", graph.Float32, 2)
	a, b := graph.NewParam("w", graph.BufferOf([]float32{1, 2})), graph.NewState("w", graph.BufferOf([]float32{1, 2}))
	ugly := graph.NewParam("w\n", graph.BufferOf([]float32{1, 2}))
	failed := graph.New(graph.Training)
	failed.Failf("it failed")
	for want, c := range map[string]struct {
		g       *graph.Graph
		in, out []*graph.Node
		opts    []graphfile.Option
	}{
		`two variables are called "w"`:                    {g, nil, []*graph.Node{ops.Add(g.Use(a), g.Use(b))}, nil},
		`input "y" (save_test.go:`:                        {g, []*graph.Node{x}, []*graph.Node{ops.Add(x, y)}, nil},
		`x (save_test.go:`:                                {g, []*graph.Node{x, x}, []*graph.Node{x}, nil},
		`sin (save_test.go:`:                              {g, []*graph.Node{ops.Sin(x)}, []*graph.Node{x}, nil},
		`"w\n" cannot be printed`:                         {g, nil, []*graph.Node{g.Use(ugly)}, nil},
		"2 names for 1 outputs":                           {g, []*graph.Node{x}, []*graph.Node{x}, []graphfile.Option{graphfile.Names("a", "b")}},
		"there is no graph":                               {nil, nil, nil, nil},
		"it failed":                                       {failed, nil, nil, nil},
		"node 1 of inputs and outputs is nil, of another": {g, []*graph.Node{x}, []*graph.Node{nil}, nil},
	} {
		dir := filepath.Join(t.TempDir(), "none")
		err := graphfile.Save(dir, c.g, c.in, c.out, c.opts...)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v, want %s", err, want)
		}
		if _, err := os.Stat(dir); err == nil {
			t.Errorf("%s: a folder was made", want)
		}
	}
}

// A folder whose files do not belong together, or lack, is an error of one line that names the file.
func TestCannotBeLoaded(t *testing.T) {
	g, in, loss := step(t)
	dir := t.TempDir()
	if err := graphfile.Save(dir, g, in, []*graph.Node{loss}); err != nil {
		t.Fatal(err)
	}
	weights, err := os.ReadFile(filepath.Join(dir, graphfile.WeightsFile))
	if err != nil {
		t.Fatal(err)
	}
	f, err := safetensors.Decode(weights)
	if err != nil {
		t.Fatal(err)
	}
	first := f.Tensors[0]
	other := func(change func(ts []safetensors.Tensor) []safetensors.Tensor) []byte {
		var b bytes.Buffer
		if err := safetensors.Write(&b, change(append([]safetensors.Tensor{}, f.Tensors...)), nil); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	for name, c := range map[string]struct {
		weights []byte
		want    string
	}{
		"cut":     {weights[:len(weights)-1], "weights.safetensors: safetensors: "},
		"missing": {other(func(ts []safetensors.Tensor) []safetensors.Tensor { return ts[1:] }), `variable "` + first.Name + `" of int64[2]: weights.safetensors does not have it`},
		"unexpected": {other(func(ts []safetensors.Tensor) []safetensors.Tensor {
			return append(ts, safetensors.Tensor{Name: "more", Dtype: "U8", Shape: []int{1}, Data: []byte{1}})
		}), `weights.safetensors: "more" is no variable of the graph`},
		"type": {other(func(ts []safetensors.Tensor) []safetensors.Tensor { ts[0].Dtype = "F64"; return ts }), "in weights.safetensors it is F64[2]"},
		"none": {nil, "weights.safetensors: no such file"},
	} {
		path := filepath.Join(dir, graphfile.WeightsFile)
		if c.weights == nil {
			os.Remove(path)
		} else if err := os.WriteFile(path, c.weights, 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := graphfile.Load(dir)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}
