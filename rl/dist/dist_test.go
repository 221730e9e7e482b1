package dist_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/rl/dist"
	"github.com/kedja-ml/kedja/tools/gradcheck"
)

// run evaluates the nodes that build makes.
func run(t *testing.T, build func(g *graph.Graph) []*graph.Node) [][]float64 {
	t.Helper()
	g := graph.New(graph.Evaluation)
	p, err := exec.Compile(g, exec.Out(build(g)...))
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.RunBuffers()
	if err != nil {
		t.Fatal(err)
	}
	var all [][]float64
	for _, b := range out {
		all = append(all, append([]float64(nil), graph.Data[float64](b)...))
	}
	return all
}

// The log-density integrates to 1, and its mean square is that of the samples.
func TestTanhNormalIsADensity(t *testing.T) {
	const n = 200_001
	mean, logStd := 0.4, -0.3
	x := make([]float64, n) // over [−9, 9]
	for i := range x {
		x[i] = -9 + 18*float64(i)/(n-1)
	}
	log := run(t, func(g *graph.Graph) []*graph.Node {
		d := dist.TanhNormal{Mean: g.Fill(mean, graph.T(graph.Float64, n, 1)), LogStd: g.Fill(logStd, graph.T(graph.Float64, n, 1))}
		return []*graph.Node{d.LogProb(g.Constant(graph.BufferOf(x, n, 1)))}
	})[0]
	sum, square := 0.0, 0.0
	for i, l := range log {
		y := math.Tanh(x[i])
		w := math.Exp(l) * (1 - y*y) * 18 / (n - 1) // dy = (1 − tanh² x)·dx
		sum, square = sum+w, square+w*y*y
	}
	if math.Abs(sum-1) > 1e-6 {
		t.Error("the density integrates to", sum)
	}
	const draws = 100_000
	got := run(t, func(g *graph.Graph) []*graph.Node {
		d := dist.TanhNormal{Mean: g.Fill(mean, graph.T(graph.Float64, draws, 1)), LogStd: g.Fill(logStd, graph.T(graph.Float64, draws, 1))}
		y, _ := d.Sample()
		return []*graph.Node{ops.Mean(ops.Square(y))}
	})[0][0]
	if math.Abs(got-square) > 0.005 {
		t.Error("mean square", got, "want", square)
	}
}

// A sample's log-density is that at the sample.
func TestTanhNormalSample(t *testing.T) {
	out := run(t, func(g *graph.Graph) []*graph.Node {
		d := dist.TanhNormal{Mean: g.Constant(graph.BufferOf([]float64{0.1, -0.7, 0.9, 2}, 2, 2)), LogStd: g.Constant(graph.BufferOf([]float64{-1, 0.2, 0, -2}, 2, 2))}
		y, l := d.Sample()
		return []*graph.Node{l, d.LogProb(ops.Atanh(y))}
	})
	for i, l := range out[0] {
		if math.Abs(l-out[1][i]) > 1e-9 {
			t.Error(l, out[1][i])
		}
	}
}

// Choices come as often as they are probable, by χ² that is exceeded once in 10,000 times.
func TestCategoricalSample(t *testing.T) {
	const draws = 60_000
	p := []float64{0.5, 0.1, 0.15, 0.25}
	logits := make([]float64, 0, draws*len(p))
	for range draws {
		for _, v := range p {
			logits = append(logits, math.Log(v)+3)
		}
	}
	g := graph.New(graph.Evaluation)
	c := dist.Categorical{Logits: g.Constant(graph.BufferOf(logits, draws, len(p)))}
	plan, err := exec.Compile(g, exec.Out(c.Sample()))
	if err != nil {
		t.Fatal(err)
	}
	out, err := plan.RunBuffers()
	if err != nil {
		t.Fatal(err)
	}
	counts := make([]float64, len(p))
	for _, a := range graph.Data[int32](out[0]) {
		counts[a]++
	}
	chi := 0.0
	for i, n := range counts {
		e := p[i] * draws
		chi += (n - e) * (n - e) / e
	}
	if chi > 21.1 {
		t.Error(counts, chi)
	}
	other := run(t, func(g *graph.Graph) []*graph.Node {
		c := dist.Categorical{Logits: g.Constant(graph.BufferOf(logits[:4], 1, 4))}
		return []*graph.Node{c.Entropy(), c.LogProb(g.Constant(graph.BufferOf([]int32{2}, 1)))}
	})
	want := 0.0
	for _, v := range p {
		want -= v * math.Log(v)
	}
	if math.Abs(other[0][0]-want) > 1e-12 || math.Abs(other[1][0]-math.Log(0.15)) > 1e-12 {
		t.Error(other, want)
	}
}

func TestGradients(t *testing.T) {
	r := gradcheck.Random
	index := func(x *graph.Node) *graph.Node { return x.Graph().Constant(graph.BufferOf([]int32{1, 0, 3}, 3)) }
	gradcheck.Check(t, func(x ...*graph.Node) *graph.Node { return dist.Categorical{Logits: x[0]}.LogProb(index(x[0])) }, r(3, 4))
	gradcheck.Check(t, func(x ...*graph.Node) *graph.Node { return dist.Categorical{Logits: x[0]}.Entropy() }, r(3, 4))
	of := func(x []*graph.Node) dist.TanhNormal { return dist.TanhNormal{Mean: x[0], LogStd: x[1]} }
	gradcheck.Check(t, func(x ...*graph.Node) *graph.Node { return of(x).LogProb(x[2]) }, r(3, 2), r(3, 2), r(3, 2))
	gradcheck.Check(t, func(x ...*graph.Node) *graph.Node {
		y, _ := of(x).Transform(x[2])
		return y
	}, r(3, 2), r(3, 2), r(3, 2))
	gradcheck.Check(t, func(x ...*graph.Node) *graph.Node {
		_, l := of(x).Transform(x[2])
		return l
	}, r(3, 2), r(3, 2), r(3, 2))
}

func ExampleTanhNormal() {
	g := graph.New(graph.Evaluation)
	zero := g.Fill(0, graph.T(graph.Float64, 1, 2))
	y, logProb := dist.TanhNormal{Mean: zero, LogStd: zero}.Sample()
	fmt.Println(y.Shape(), logProb.Shape())
	// Output: [1 2] [1]
}

func ExampleCategorical() {
	g := graph.New(graph.Evaluation)
	c := dist.Categorical{Logits: g.Fill(0, graph.T(graph.Float64, 1, 4))}
	out, err := exec.Eval(c.Entropy())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.4f nats\n", exec.Scalar(out[0]))
	// Output: 1.3863 nats
}
