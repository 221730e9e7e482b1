package graphfile

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/flow"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

var update = flag.Bool("update", false, "write the golden files")

// goldens are the files in testdata. None holds a derivative, so that they change with the format alone.
var goldens = []string{"classifier", "loops"}

func golden(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name+".kedja"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

type nodes = []*graph.Node

// classifier has parameters, a state that is assigned, dropout, and a constant.
func classifier() (g *graph.Graph, in, out nodes) {
	g = graph.New(graph.Training)
	g.SetRNG(graph.NewRNG(5))
	w := graph.NewParam("Out.W", graph.NewBuffer(graph.T(graph.Float32, 4, 3)))
	b := graph.NewParam("Out.B", graph.NewBuffer(graph.T(graph.Float32, 3)))
	steps := graph.NewState("steps", graph.NewBuffer(graph.T(graph.Int64)))
	x, y := g.Input("x", graph.Float32, 2, 4), g.Input("label", graph.Int32, 2)
	mean := g.Constant(graph.BufferOf([]float32{1, -0.5, 0.25, 3}, 4))
	h := ops.Dropout(ops.LeakyReLU(ops.Sub(x, mean), 0.01), 0.5)
	logits := ops.Add(ops.MatMul(h, g.Use(w)), g.Use(b))
	g.Assign(steps, ops.Add(g.Use(steps), ops.Like(1, g.Use(steps))))
	loss, _ := ops.SoftmaxCrossEntropy(logits, y)
	return g, nodes{x, y}, nodes{ops.Softmax(logits, 1), ops.Mean(loss)}
}

// loops has bodies in bodies, a region that is computed again, a Custom function and rows of them.
func loops() (g *graph.Graph, in, out nodes) {
	g = graph.New(graph.Evaluation)
	x := g.Input("x", graph.Float64, 3, 2)
	clip := autodiff.Custom("clip", func(in nodes) nodes { return nodes{ops.Clamp(in[0], -1, 1)} }, func(_, _, dys nodes) nodes { return dys })
	final, ys := flow.Scan(nodes{ops.At(x, 0, 0)}, nodes{x}, func(s, x nodes) (next, y nodes) {
		sum := ops.Sum(x[0])
		h := flow.Cond(ops.Less(sum, ops.Like(0, sum)), func(in nodes) nodes { return nodes{ops.Neg(in[0])} }, func(in nodes) nodes { return clip(in[0]) }, ops.Add(s[0], x[0]))
		return h, autodiff.Checkpoint(func(in nodes) nodes { return nodes{ops.Sin(ops.Pow(in[0], 3))} }, h[0])
	})
	last, rounds := flow.While(9, final, func(s nodes) *graph.Node { return ops.Less(ops.Sum(s[0]), ops.Like(20, ops.Sum(s[0]))) },
		func(s nodes) nodes { return nodes{ops.Affine(2, s[0], 1)} })
	return g, nodes{x}, nodes{last[0], rounds, ys[0]}
}

// The bytes of a file are what they were, and so is its print.
func TestGolden(t *testing.T) {
	for i, build := range []func() (*graph.Graph, nodes, nodes){classifier, loops} {
		g, in, out := build()
		names := [][]string{{"probabilities", "loss"}, {"last", "rounds", "trace"}}[i]
		data, err := Encode(g, in, out, Names(names...))
		if err != nil {
			t.Fatal(err)
		}
		text, err := Print(data)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", goldens[i])
		if *update {
			if err := os.MkdirAll("testdata", 0o755); err != nil {
				t.Fatal(err)
			}
			for end, b := range map[string][]byte{".kedja": data, ".txt": []byte(text)} {
				if err := os.WriteFile(path+end, b, 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
		if !bytes.Equal(golden(t, goldens[i]), data) {
			t.Errorf("%s.kedja has other bytes: files that were written before may not be read", path)
		}
		if b, err := os.ReadFile(path + ".txt"); err != nil || string(b) != text {
			t.Errorf("%s.txt, %v, is not\n%s", path, err, text)
		}
		if _, err := Decode(golden(t, goldens[i]), small, WithoutRules()); err != nil {
			t.Error(err)
		}
	}
}

// Names and attributes of ops are what they were: a change of them makes files unreadable that were written before, so that who changes an op
// gives it a new name, and lets the old one read what there is.
func TestKinds(t *testing.T) {
	known, err := collect(nil).table()
	if err != nil {
		t.Fatal(err)
	}
	names := [tags]string{"bool", "int", "uint", "float", "text", "shape", "dtype", "op", "body", "var", "buffer"}
	var lines []string
	for name, k := range known.names {
		if err := k.describe(); err != nil {
			t.Fatal(err)
		}
		for _, a := range k.attrs {
			name += fmt.Sprintf(" %s:%s", a.name, names[a.tag])
		}
		lines = append(lines, name+"\n")
	}
	slices.Sort(lines)
	path, text := filepath.Join("testdata", "kinds.txt"), strings.Join(lines, "")
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != text {
		t.Errorf("%s, %v, is not\n%s", path, err, text)
	}
}

// A file with an op that nobody registered can be shown all the same.
func TestPrintStrangers(t *testing.T) {
	g := graph.New(graph.Training)
	x := g.Input("x", graph.Float32, 2)
	y := graph.Apply(mine{Times: 3, Of: ops.Kinds()[0].Op}, x)
	data, err := Encode(g, nodes{x}, nodes{y}, Kinds(graph.Kind{Name: "my.own", Op: mine{}}))
	if err != nil {
		t.Fatal(err)
	}
	text, err := Print(data)
	if err != nil || !strings.Contains(text, "%1 = my.own{Of:abs Times:3} %0 float32[2]\n") {
		t.Errorf("%v\n%s", err, text)
	}
}

type mine struct {
	Times int
	Of    graph.Op
}

func (mine) Name() string                                { return "mine" }
func (mine) Infer(in []graph.Type) ([]graph.Type, error) { return in, nil }
