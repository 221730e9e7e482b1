package ops_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
	"gorgonia.org/tensor"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/tools/gradcheck"
)

// one is the only element of a tensor.
func one(t *testing.T, d *tensor.Dense) float64 {
	t.Helper()
	b, err := exec.BufferOf(d)
	if err != nil {
		t.Fatal(err)
	}
	return floats(b)[0]
}

// sampled draws once.
func sampled(t *testing.T, seed uint64, of graph.Type, f draw) []float64 {
	t.Helper()
	return steps(t, graph.NewRNG(seed), 2, 1, of, f)[0]
}

// Continuous draws are distributed as their names say, in both dtypes, and the test can tell a hundredth more.
func TestContinuousDistributions(t *testing.T) {
	const n = 20000
	phi := func(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }
	between := func(lo, hi float64) func(x float64) float64 {
		return func(x float64) float64 { return (phi(x) - phi(lo)) / (phi(hi) - phi(lo)) }
	}
	type law struct {
		f   draw
		cdf func(x float64) float64
	}
	laws := map[string]law{
		"gumbel":    {ops.GumbelOf, func(x float64) float64 { return math.Exp(-math.Exp(-x)) }},
		"truncated": {func(g *graph.Graph, of graph.Type) *graph.Node { return ops.TruncatedNormalOf(g, of, -1, 2) }, between(-1, 2)},
		"tail":      {func(g *graph.Graph, of graph.Type) *graph.Node { return ops.TruncatedNormalOf(g, of, 3, 9) }, func(x float64) float64 { return 1 - phi(-x)/phi(-3) }},
	}
	for _, a := range []float64{0.1, 0.7, 1, 2.5, 30, 2000} {
		laws[fmt.Sprint("gamma ", a)] = law{
			func(g *graph.Graph, of graph.Type) *graph.Node { return ops.Gamma(g.Fill(a, of)) },
			func(x float64) float64 { return mathext.GammaIncReg(a, x) },
		}
		b := max(a/2, 0.3)
		laws[fmt.Sprint("beta ", a)] = law{
			func(g *graph.Graph, of graph.Type) *graph.Node { return ops.Beta(g.Fill(a, of), g.Fill(b, of)) },
			func(x float64) float64 { return mathext.RegIncBeta(a, b, x) },
		}
		laws[fmt.Sprint("dirichlet ", a)] = law{ // one of five shares
			func(g *graph.Graph, of graph.Type) *graph.Node {
				of.Shape = of.Shape.Append(graph.Of(5))
				return ops.Reshape(ops.Slice(ops.Dirichlet(g.Fill(a, of)), -1, 3, 1), of.Shape.Dim(0))
			},
			func(x float64) float64 { return mathext.RegIncBeta(a, 4*a, x) },
		}
	}
	for name, l := range laws {
		for _, d := range both {
			v := sampled(t, 7, graph.T(d, n), l.f)
			if k := kolmogorov(v, l.cdf); k > 1.95 {
				t.Errorf("%s %v: √n·D = %v", name, d, k)
			}
			if k := kolmogorov(v, func(x float64) float64 { return math.Pow(l.cdf(x), 1.05) }); k < 1.95 {
				t.Errorf("%s %v: another distribution passes: √n·D = %v", name, d, k)
			}
		}
	}
}

// chi is χ² of counts of whole numbers against probabilities, neighbours pooled up to 10 expected, and its degrees of freedom.
func chi(v []float64, p func(k int) float64) (x, freedom float64) {
	count := map[int]float64{}
	most := 0
	for _, k := range v {
		count[int(k)]++
		most = max(most, int(k))
	}
	n, seen, want, total := float64(len(v)), 0.0, 0.0, 0.0
	for k := range most + 1 {
		seen, want = seen+count[k], want+n*p(k)
		if total += n * p(k); want >= 10 && n-total >= 10 {
			x += (seen - want) * (seen - want) / want
			seen, want = 0, 0
			freedom++
		}
	}
	want += n - total
	return x + (seen-want)*(seen-want)/max(want, 1e-9), freedom
}

// limit is what χ² exceeds with probability 0.001.
func limit(freedom float64) float64 { return distuv.ChiSquared{K: freedom}.Quantile(0.999) }

func TestWholeDistributions(t *testing.T) {
	const n = 100000
	for _, d := range both {
		for i, m := range []float64{0.3, 4, 9.9, 10, 25, 400} {
			law := distuv.Poisson{Lambda: m}
			v := sampled(t, uint64(20+i), graph.T(d, n), func(g *graph.Graph, of graph.Type) *graph.Node { return ops.Poisson(g.Fill(m, of)) })
			if x, k := chi(v, func(k int) float64 { return law.Prob(float64(k)) }); !(x < limit(k)) {
				t.Errorf("poisson %v %v: χ² = %v of %v", m, d, x, k)
			}
			law.Lambda *= 1.05
			if x, k := chi(v, func(k int) float64 { return law.Prob(float64(k)) }); x < limit(k) {
				t.Errorf("poisson %v %v: another mean passes: χ² = %v of %v", m, d, x, k)
			}
		}
		for i, p := range []float64{0, 0.02, 0.5, 0.9, 1} {
			v := sampled(t, uint64(30+i), graph.T(d, n), func(g *graph.Graph, of graph.Type) *graph.Node { return ops.Bernoulli(g.Fill(p, of)) })
			ones := 0.0
			for _, x := range v {
				ones += x
			}
			if z := (ones - n*p) / math.Sqrt(max(n*p*(1-p), 1e-9)); math.Abs(z) > 3.3 {
				t.Errorf("bernoulli %v %v: %v standard deviations off", p, d, z)
			}
		}
		logits := []float64{0.5, -1, 2, math.Inf(-1), 0}
		sum := 0.0
		for _, l := range logits {
			sum += math.Exp(l)
		}
		v := sampled(t, 40, graph.T(d, n), func(g *graph.Graph, of graph.Type) *graph.Node {
			row := g.Constant(buffer(of.Dtype, logits, 1, 5))
			return ops.Categorical(ops.ExpandTo(row, of.Shape.Append(graph.Of(5))))
		})
		if x, k := chi(v, func(k int) float64 { return math.Exp(logits[k]) / sum }); !(x < limit(k)) {
			t.Errorf("categorical %v: χ² = %v of %v", d, x, k)
		}
		if x, k := chi(v, func(int) float64 { return 0.2 }); x < limit(max(k, 1)) {
			t.Errorf("categorical %v: another distribution passes", d)
		}
	}
	// All 24 orders of four.
	orders := map[string]float64{}
	var v []float64
	for _, r := range steps(t, graph.NewRNG(41), 1, 5000, graph.T(graph.Float32, 4), func(g *graph.Graph, of graph.Type) *graph.Node {
		return ops.Permutation(g, of.Shape.Dim(0))
	}) {
		key := fmt.Sprint(r)
		if _, ok := orders[key]; !ok {
			orders[key] = float64(len(orders))
		}
		if slices.Sort(r); !slices.Equal(r, []float64{0, 1, 2, 3}) {
			t.Fatal(key)
		}
		v = append(v, orders[key])
	}
	if x, k := chi(v, func(int) float64 { return 1. / 24 }); !(x < limit(k)) || len(orders) != 24 {
		t.Errorf("permutation: χ² = %v of %v, %d orders", x, k, len(orders))
	}
}

// The slope of a gamma variate along its shape has right derivatives, itself along both arguments to order 4.
func TestGammaSlope(t *testing.T) {
	for _, at := range []struct{ a, x float64 }{{0.2, 0.05}, {0.7, 3}, {1, 1}, {2.5, 0.4}, {3, 9}, {12, 14}, {40, 30}} {
		for k := 1; k <= 3; k++ {
			gradcheck.CheckOrder(t, 4, func(in ...*graph.Node) *graph.Node { return ops.GammaSlope(k, in[0], in[1]) },
				graph.BufferOf([]float64{at.a}, 1), graph.BufferOf([]float64{math.Log(at.x)}, 1))
		}
		// It is the slope of the quantile: F(a + h, x + h·x·slope) = F(a, x) up to h².
		g := graph.New(graph.Training)
		s := ops.GammaSlope(1, g.Constant(graph.BufferOf([]float64{at.a}, 1)), g.Constant(graph.BufferOf([]float64{math.Log(at.x)}, 1)))
		out, err := exec.Eval(s)
		if err != nil {
			t.Fatal(err)
		}
		slope, h := one(t, out[0])*at.x, 1e-4*at.a
		off := mathext.GammaIncReg(at.a+h, at.x+h*slope) - mathext.GammaIncReg(at.a-h, at.x-h*slope)
		if math.Abs(off)/(2*h) > 1e-7 {
			t.Errorf("at %v the distribution moves by %v", at, off/(2*h))
		}
	}
}

// Means of gradients are gradients of means: E x = a and E x² = a² + a of gamma, E x = a/(a + b) of beta and Dirichlet.
func TestDrawGradients(t *testing.T) {
	const n = 100000
	check := func(name string, params []float64, want []float64, f func(xs []*graph.Node) *graph.Node) {
		t.Helper()
		g := graph.New(graph.Training)
		g.SetRNG(graph.NewRNG(5))
		var in, xs []*graph.Node
		var feed []any
		for range params {
			in = append(in, g.Input("p", graph.Float64))
			xs = append(xs, ops.Expand(in[len(in)-1], n))
		}
		for _, p := range params {
			feed = append(feed, []float64{p})
		}
		p, err := exec.Compile(g, exec.In(in...), exec.Out(autodiff.Grad(ops.Mean(f(xs)), in...)...))
		if err != nil {
			t.Fatal(err)
		}
		out, err := p.Run(feed...)
		if err != nil {
			t.Fatal(err)
		}
		for i, w := range want {
			if got := one(t, out[i]); math.Abs(got-w) > 0.03*max(1, math.Abs(w)) {
				t.Errorf("%s %v: the gradient along %d is %v, not %v", name, params, i, got, w)
			}
		}
	}
	for _, a := range []float64{0.3, 1, 6, 50} {
		check("gamma", []float64{a}, []float64{1}, func(xs []*graph.Node) *graph.Node { return ops.Gamma(xs[0]) })
		check("gamma squared", []float64{a}, []float64{2*a + 1}, func(xs []*graph.Node) *graph.Node { return ops.Square(ops.Gamma(xs[0])) })
		b := 0.8
		check("beta", []float64{a, b}, []float64{b / ((a + b) * (a + b)), -a / ((a + b) * (a + b))}, func(xs []*graph.Node) *graph.Node { return ops.Beta(xs[0], xs[1]) })
		check("dirichlet", []float64{a, b}, []float64{b / ((a + b) * (a + b)), -a / ((a + b) * (a + b))}, func(xs []*graph.Node) *graph.Node {
			return ops.Slice(ops.Dirichlet(ops.Stack(-1, xs...)), -1, 0, 1)
		})
	}
}
