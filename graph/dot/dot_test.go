package dot_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/graph/formats/dot"
	"gonum.org/v1/gonum/graph/formats/dot/ast"

	"github.com/kedja-ml/kedja/graph"
	kedja "github.com/kedja-ml/kedja/graph/dot"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/vision"
)

func ExampleOf() {
	g := graph.New(graph.Evaluation)
	layer := nn.Sequential{nn.NewDense(rand.New(rand.NewPCG(1, 2)), 4, 3)}
	for name, p := range nn.Params(layer) {
		p.SetName("fc." + name[2:])
	}
	x := g.Input("x", graph.Float32, 8, 4)
	ops.Scale(2, ops.Tanh(layer.Forward(x)))
	fmt.Print(kedja.Of(g))
	// Output:
	// digraph kedja {
	// 	node [shape=box fontname="sans-serif" fontsize=10];
	// 	edge [fontname="sans-serif" fontsize=8];
	// 	b0 [label="x" style=rounded];
	// 	b1 [label="matmul fc.W\nadd fc.B\ntanh\nscale"];
	// 	b0 -> b1 [label="[8 4]"];
	// }
}

// A picture is what a parser of DOT found: the label of each node, and edges as "from -> to".
type picture struct {
	labels map[string]string
	edges  []string
}

func parse(t *testing.T, text string) picture {
	t.Helper()
	f, err := dot.ParseString(text)
	if err != nil {
		t.Fatalf("no DOT: %v\n%s", err, text)
	}
	p := picture{labels: map[string]string{}}
	for _, s := range f.Graphs[0].Stmts {
		switch s := s.(type) {
		case *ast.NodeStmt:
			for _, a := range s.Attrs {
				if a.Key == "label" {
					p.labels[s.Node.ID] = a.Val
				}
			}
		case *ast.EdgeStmt:
			p.edges = append(p.edges, s.From.String()+" -> "+s.To.Vertex.String())
		}
	}
	for _, e := range p.edges {
		from, to, _ := strings.Cut(e, " -> ")
		if p.labels[from] == "" || p.labels[to] == "" {
			t.Errorf("the edge %s has no node\n%s", e, text)
		}
	}
	return p
}

func cnn(mode graph.Mode) *graph.Graph {
	m := vision.NewCNN(rand.New(rand.NewPCG(1, 0)), vision.Digits)
	g := graph.New(mode)
	logits := m.Forward(g.Input("x", graph.Float32, 2, 1, 28, 28))
	for name, p := range nn.Params(m) {
		p.SetName(name)
	}
	if mode == graph.Training {
		loss := nn.CrossEntropy(logits, g.Input("labels", graph.Int32, 2))
		optim.NewAdam(nn.Params(m), optim.Constant(1e-3)).Minimize(loss)
	}
	return g
}

func TestCNN(t *testing.T) {
	g := cnn(graph.Evaluation)
	p := parse(t, kedja.Of(g))
	if len(p.labels) > 9 || len(g.Nodes()) < 20 {
		t.Errorf("%d boxes for %d nodes", len(p.labels), len(g.Nodes()))
	}
	all := fmt.Sprint(p.labels)
	for _, name := range []string{"conv Conv1.W", "add Conv2.B", "matmul Hidden.W", `matmul Out.W\nadd Out.B`} {
		if !strings.Contains(all, name) {
			t.Errorf("%s is not shown in %s", name, all)
		}
	}

	g = cnn(graph.Training)
	text := kedja.Of(g)
	p = parse(t, text)
	if len(p.labels) >= len(g.Nodes()) {
		t.Errorf("%d boxes for %d nodes", len(p.labels), len(g.Nodes()))
	}
	assigned := 0
	for v := range g.Assigned {
		assigned++
		if !slices.ContainsFunc(p.edges, func(e string) bool {
			_, to, _ := strings.Cut(e, " -> ")
			return p.labels[to] == `":= `+v.Name()+`"`
		}) {
			t.Error("no arrow to", v.Name())
		}
	}
	if assigned < 8*3 || text != kedja.Of(g) || text != kedja.Of(cnn(graph.Training)) {
		t.Error("assignments are missing, or the text differs from call to call")
	}
}

// Names are the user's: whatever they hold, the text is DOT and shows them.
func TestNames(t *testing.T) {
	for _, name := range []string{`say "x"`, "two\nlines", `back\slash`, `end\`, "}; b0 -> b0 [label=\"", "tab\tbell\a", "kedjeregeln ∂ö", "\xff", "", `\"`, "<b>"} {
		g := graph.New(graph.Training)
		x := g.Input(name, graph.Float32, 2)
		w := graph.NewParam(name, graph.NewBuffer(graph.T(graph.Float32, 2)))
		g.Assign(w, ops.Add(ops.Exp(x), g.Use(w)))
		p := parse(t, kedja.Of(g))
		if len(p.labels) != 3 || len(p.edges) != 2 {
			t.Errorf("%q: %v %v", name, p.labels, p.edges)
		}
		shown := p.labels["b0"]
		shown = strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\n`, "\n").Replace(shown[1 : len(shown)-1])
		if plain := strings.Map(func(r rune) rune {
			if r == '\t' || r == '\a' || r == '\ufffd' {
				return '·'
			}
			return r
		}, name); shown != plain {
			t.Errorf("%q is shown as %q", name, shown)
		}
	}
}

func TestFolding(t *testing.T) {
	type build func(g *graph.Graph, x *graph.Node, w *graph.Param)
	for name, c := range map[string]struct {
		build
		boxes string
	}{
		"a chain is one box": {
			func(_ *graph.Graph, x *graph.Node, _ *graph.Param) { ops.Exp(ops.Neg(ops.Tanh(x))) }, `["x" "tanh\nneg\nexp"]`,
		},
		"a result with two users ends a chain": {
			func(_ *graph.Graph, x *graph.Node, _ *graph.Param) { y := ops.Tanh(x); ops.Mul(ops.Exp(y), y) }, `["x" "tanh" "exp" "mul"]`,
		},
		"a reduction begins a box": {
			func(_ *graph.Graph, x *graph.Node, _ *graph.Param) { ops.Exp(ops.Sum(ops.Neg(x))) }, `["x" "neg" "sum\nreshape\nexp"]`,
		},
		"a parameter is named where it is used, through views": {
			func(g *graph.Graph, x *graph.Node, w *graph.Param) { ops.Mul(x, ops.Reshape(g.Use(w), 1, 3)) }, `["x" "mul w"]`,
		},
		"a constant shows its value": {
			func(_ *graph.Graph, x *graph.Node, _ *graph.Param) { ops.Maximum(x, ops.Like(0.5, x)) }, `["x" "maximum 0.5"]`,
		},
		"a parameter that another is assigned has a box": {
			func(g *graph.Graph, _ *graph.Node, w *graph.Param) {
				old := graph.NewState("old", w.Value())
				g.Assign(old, g.Use(w))
			}, `["x" "w" ":= old"]`,
		},
		"a constant that is assigned has a box": {
			func(g *graph.Graph, _ *graph.Node, w *graph.Param) { g.Assign(w, g.Fill(2, w.Type())) }, `["x" "2" ":= w"]`,
		},
		"all results of an op share a box": {
			func(g *graph.Graph, x *graph.Node, _ *graph.Param) {
				loss, lse := ops.SoftmaxCrossEntropy(x, g.Input("y", graph.Int32, 2))
				ops.Sub(loss, lse)
			}, `["x" "y" "softmaxcrossentropy" "sub"]`,
		},
		"what failed is not drawn": {
			func(g *graph.Graph, x *graph.Node, _ *graph.Param) {
				ops.Neg(ops.MatMul(x, g.Input("z", graph.Float32, 9, 9)))
			}, `["x" "z"]`,
		},
		"an empty shape": {
			func(g *graph.Graph, _ *graph.Node, _ *graph.Param) { ops.Neg(g.Input("none", graph.Float32, 0, 0)) }, `["x" "none" "neg"]`,
		},
	} {
		g := graph.New(graph.Training)
		w := graph.NewParam("w", graph.NewBuffer(graph.T(graph.Float32, 3)))
		c.build(g, g.Input("x", graph.Float32, 2, 3), w)
		p := parse(t, kedja.Of(g))
		var boxes []string
		for i := range p.labels {
			boxes = append(boxes, i)
		}
		slices.Sort(boxes)
		for i, b := range boxes {
			boxes[i] = p.labels[b]
		}
		if got := fmt.Sprint(boxes); got != c.boxes {
			t.Errorf("%s: %s, want %s", name, got, c.boxes)
		}
	}
	if p := parse(t, kedja.Of(graph.New(graph.Training))); len(p.labels) != 0 {
		t.Error("an empty graph shows", p.labels)
	}
}
