package nn_test

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/ops"
)

// A reader is a small convolutional net.
type reader struct {
	Conv1, Conv2 *nn.Conv
	Out          *nn.Dense
}

func newReader() *reader {
	r := rand.New(rand.NewPCG(1, 2))
	return &reader{nn.NewConv2D(r, 1, 8, 3), nn.NewConv2D(r, 8, 16, 3), nn.NewDense(r, 16*5*5, 10)}
}

func (m *reader) Forward(x *graph.Node) *graph.Node {
	x = ops.ReLU(nn.MaxPool(m.Conv1.Forward(x), 2))
	x = ops.ReLU(nn.MaxPool(m.Conv2.Forward(x), 2))
	return m.Out.Forward(ops.Flatten(x, 1))
}

func ExampleSummary() {
	x := graph.New(graph.Evaluation).Input("x", graph.Float32, 1, 1, 28, 28)
	fmt.Println(nn.Summary(newReader(), x))
	// Output:
	// layer                   output        parameters   FLOPs
	// reader                  [1 10]             5,258   384 k
	//   Conv1          Conv   [1 8 26 26]           80  97.3 k
	//   maxpool, relu         [1 8 13 13]
	//   Conv2          Conv   [1 16 11 11]       1,168   279 k
	//   maxpool, relu         [1 400]
	//   Out            Dense  [1 10]             4,010  8.00 k
	//
	// 5,258 parameters, 21.0 kB; 384 kFLOP in a forward pass
}

func ExampleSummaryOf() {
	g := graph.New(graph.Training)
	m := nn.NewLSTM(source, 3, 4)
	fmt.Println(nn.SummaryOf(m, func(in ...*graph.Node) []*graph.Node {
		y, _, _ := m.Unroll(in[0], nn.Unrolling{Lengths: in[1]})
		return []*graph.Node{y}
	}, g.Input("x", graph.Float32, 2, 5, 3), g.Input("lengths", graph.Int32, 2)))
	// Output:
	// layer    output   parameters   FLOPs
	// LSTM     [2 5 4]         144  2.24 k
	//
	// 144 parameters, 576 B; 2.24 kFLOP in a forward pass
}

func ExampleReport() {
	x := graph.New(graph.Evaluation).Input("x", graph.Float32, 1, 1, 28, 28)
	for _, row := range nn.Summary(newReader(), x).Rows {
		if row.Kind == "Conv" {
			fmt.Println(row.Path, row.Output, row.Params, row.Flops)
		}
	}
	// Output:
	// Conv1 [1 8 26 26] 80 97344
	// Conv2 [1 16 11 11] 1168 278784
}

// preactivated begins with ops that read no parameters.
type preactivated struct {
	Act, Drop nn.Layer
	Conv      *nn.Conv
	Norm      *nn.BatchNorm
}

func (p *preactivated) Forward(x *graph.Node) *graph.Node {
	y := p.Drop.Forward(p.Act.Forward(ops.Scale(2, x)))
	return ops.Add(x, p.Norm.Forward(p.Conv.Forward(y)))
}

// several takes two inputs, gives two results, holds layers in a map, by value and in a struct without methods, applies one twice, and
// forgets one.
type several struct {
	shared
	Heads  map[string]*nn.Dense
	Drop   nn.Dropout
	Middle struct{ Norm nn.LayerNorm }
	Lost   *nn.Dense
	Again  *nn.Dense
}

type shared struct{ Embed *nn.Dense }

func (m *several) Forward(a, b *graph.Node) (y, z *graph.Node) {
	x := ops.Add(m.Embed.Forward(a), m.Embed.Forward(b))
	x = m.Middle.Norm.Forward(m.Drop.Forward(x))
	return m.Heads["y"].Forward(x), m.Heads["z"].Forward(ops.ReLU(m.Again.Forward(x)))
}

// A tree calls itself.
type tree struct {
	Leaf        *nn.Dense
	Left, Right *tree
}

func (t *tree) Forward(x *graph.Node) *graph.Node {
	if t.Leaf != nil {
		return t.Leaf.Forward(x)
	}
	return ops.Maximum(t.Left.Forward(x), t.Right.Forward(x))
}

func summaries() map[string]*nn.Report {
	r := rand.New(rand.NewPCG(1, 2))
	g := graph.New(graph.Training)
	image := g.Input("x", graph.Float32, 2, 4, 6, 6)
	block := func() nn.Layer {
		return &preactivated{nn.Func(ops.ReLU), nn.Dropout{P: 0.1}, nn.NewConv2D(r, 4, 4, 3, nn.Same(), nn.NoBias()), nn.NewBatchNorm(4)}
	}
	last := nn.NewDense(r, 4, 2)
	again := nn.NewDense(r, 4, 4)
	s := &several{
		shared: shared{nn.NewDense(r, 3, 4)}, Heads: map[string]*nn.Dense{"z": nn.NewDense(r, 4, 1), "y": nn.NewDense(r, 4, 2)},
		Drop: nn.Dropout{P: 0.5}, Lost: nn.NewDense(r, 5, 5), Again: again,
	}
	s.Middle.Norm = *nn.NewLayerNorm(4)
	leaf := func() *tree { return &tree{Leaf: nn.NewDense(r, 3, 2)} }
	return map[string]*nn.Report{
		"gpt": nn.Summary(newGPT(r, 96, 128, 192, 6, 6), g.Input("tokens", graph.Int32, 8, 128)),
		"blocks": nn.Summary(nn.Sequential{
			nn.Sequential{block(), block(), block()},
			nn.Func(ops.Tanh), nn.Func(nn.GlobalAvgPool), again, nn.Func(ops.ReLU), again,
			nn.NewDense(r, 4, 4, nn.NoBias()), nn.NewDense(r, 4, 4, nn.NoBias()), nn.NewWeightNorm(last, last.W, -1),
		}, image),
		"several": nn.Summary(s, g.Input("a", graph.Float32, 7, 3), g.Input("b", graph.Float32, 7, 3)),
		"tree":    nn.Summary(&tree{Left: &tree{Left: leaf(), Right: leaf()}, Right: leaf()}, g.Input("x", graph.Float32, 7, 3)),
	}
}

// The tables are those of testdata/summary.golden; -update writes it anew.
func TestSummaries(t *testing.T) {
	all := summaries()
	var got strings.Builder
	for _, name := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(&got, "%s\n%v\n", name, all[name])
	}
	const file = "testdata/summary.golden"
	if *update {
		if err := os.WriteFile(file, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want)
	}
}

var update = flag.Bool("update", false, "write the golden files anew")

// The operations are those that the executor counts; parameters are those that Params yields, each once.
func TestSummaryCounts(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	type input struct {
		d    graph.Dtype
		dims []int
	}
	for _, c := range []struct {
		m nn.Layer
		x input
	}{
		{newReader(), input{graph.Float32, []int{3, 1, 28, 28}}},
		{newGPT(r, 96, 16, 12, 2, 3), input{graph.Int32, []int{2, 16}}},
		{nn.NewLSTM(r, 3, 4, nn.Layers(2), nn.Bidirectional()), input{graph.Float32, []int{2, 5, 3}}},
		{nn.NewGRU(r, 3, 4), input{graph.Float32, []int{2, 5, 3}}},
		{nn.NewMultiHeadAttention(r, 8, 2, nn.Causal()), input{graph.Float32, []int{2, 5, 8}}},
		{nn.NewConvTranspose2D(r, 4, 2, 3, nn.Stride(2)), input{graph.Float32, []int{2, 4, 5, 5}}},
		{nn.Sequential{}, input{graph.Float32, []int{2}}},
	} {
		g := graph.New(graph.Evaluation)
		x := g.Input("x", c.x.d, c.x.dims...)
		report := nn.Summary(c.m, x)
		if report.Err != nil || len(g.Nodes()) != 1 {
			t.Fatalf("%T: %v; %d nodes in the graph of the input", c.m, report.Err, len(g.Nodes()))
		}
		p, err := exec.Compile(g, exec.In(x), exec.Out(c.m.Forward(x)))
		if err != nil {
			t.Fatal(err)
		}
		params, below := 0, 0
		for _, v := range nn.Params(c.m) {
			params += v.Type().Shape.Size()
		}
		ops := int64(0)
		for _, row := range report.Rows {
			if row.Depth == 1 {
				below, ops = below+row.Params, ops+row.Flops
			}
		}
		if report.Flops != p.Cost().Flops || report.Params != params || report.Rows[0].Params != params {
			t.Errorf("%T: %d operations and %d parameters, want %d and %d", c.m, report.Flops, report.Params, p.Cost().Flops, params)
		}
		if len(report.Rows) > 1 && (below != params || ops != report.Flops) {
			t.Errorf("%T: rows add up to %d parameters and %d operations", c.m, below, ops)
		}
	}
}

// In training the layers that act then alone are there, and nothing is assigned.
func TestSummaryModes(t *testing.T) {
	m := nn.Sequential{nn.NewBatchNorm(3), nn.Dropout{P: 0.5}}
	version := m[0].(*nn.BatchNorm).Mean.Version()
	for mode, rows := range map[graph.Mode]int{graph.Training: 3, graph.Evaluation: 2} {
		g := graph.New(mode)
		if r := nn.Summary(m, g.Input("x", graph.Float32, 4, 3)); len(r.Rows) != rows {
			t.Errorf("%v\n%v", mode, r)
		}
		for v := range g.Assigned {
			t.Errorf("%s is assigned", v.Name())
		}
	}
	if m[0].(*nn.BatchNorm).Mean.Version() != version {
		t.Error("running statistics have changed")
	}
}

// The outer end of a deep call stack is cut off; the parameters still tell whose ops these are.
func TestSummaryOfDeepModel(t *testing.T) {
	m := nn.Sequential{nn.NewDense(source, 3, 3), nn.NewDense(source, 3, 3)}
	for range 30 {
		m = nn.Sequential{m}
	}
	r := nn.Summary(m, graph.New(graph.Training).Input("x", graph.Float32, 2, 3))
	last := r.Rows[len(r.Rows)-1]
	if len(r.Rows) != 33 || last.Kind != "Dense" || last.Depth != 31 || !strings.HasSuffix(last.Path, ".0.1") || last.Params != 12 || r.Flops != 72 {
		t.Errorf("%v", r)
	}
}

type takesNone struct{}

func (takesNone) Forward() {}

func TestSummaryBad(t *testing.T) {
	g := graph.New(graph.Training)
	x := g.Input("x", graph.Float32, 2, 3)
	bad := graph.New(graph.Training)
	for _, c := range []struct {
		want string
		got  *nn.Report
	}{
		{"dense.W [4 2]: inner dimensions 3 and 4 differ", nn.Summary(nn.NewDense(source, 4, 2), x)},
		{"summary: want at least one input, and none that is nil", nn.Summary(newReader())},
		{"summary: want at least one input, and none that is nil", nn.Summary(newReader(), x, nil)},
		{"the input is bad", nn.Summary(newReader(), bad.Failf("the input is bad"))},
		{"summary: want a model, not nil", nn.Summary(nil, x)},
		{"summary: *graph.Param has no method Forward; SummaryOf takes a function", nn.Summary(param(), x)},
		{"summary: Forward of *nn_test.reader is func(*graph.Node) *graph.Node, which does not take 2 nodes", nn.Summary(newReader(), x, x)},
		{"summary: Forward of nn_test.takesNone is func(), which does not take 1 nodes", nn.Summary(takesNone{}, x)},
	} {
		if c.got.Err == nil || !strings.Contains(c.got.String(), c.want) || strings.Contains(c.got.String(), "\n") {
			t.Errorf("%v, want %q", c.got, c.want)
		}
	}
	if err := g.Err(); err != nil {
		t.Errorf("the input's graph has failed: %v", err)
	}
	if r := nn.SummaryOf(newReader(), func(...*graph.Node) []*graph.Node { return nil }, x); r.Err != nil || len(r.Unused) != 6 || !strings.Contains(r.String(), "not used: Conv1.W") {
		t.Errorf("%v", r)
	}
}
