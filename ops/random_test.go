package ops_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/vmap"
)

type draw func(g *graph.Graph, t graph.Type) *graph.Node

var draws = map[string]draw{
	"uniform":   ops.UniformOf,
	"normal":    ops.NormalOf,
	"dropout":   func(g *graph.Graph, t graph.Type) *graph.Node { return ops.Dropout(g.Fill(1, t), 0.3) },
	"gumbel":    ops.GumbelOf,
	"truncated": func(g *graph.Graph, t graph.Type) *graph.Node { return ops.TruncatedNormalOf(g, t, -1, 3) },
	"gamma":     func(g *graph.Graph, t graph.Type) *graph.Node { return ops.Gamma(g.Fill(0.7, t)) },
	"beta":      func(g *graph.Graph, t graph.Type) *graph.Node { return ops.Beta(g.Fill(0.7, t), g.Fill(2, t)) },
	"poisson":   func(g *graph.Graph, t graph.Type) *graph.Node { return ops.Poisson(g.Fill(30, t)) },
	"bernoulli": func(g *graph.Graph, t graph.Type) *graph.Node { // with more to tell apart
		return ops.Add(ops.Bernoulli(g.Fill(0.3, t)), ops.Scale(3, ops.Bernoulli(g.Fill(0.6, t))))
	},
}

// steps runs a draw several times, on a given number of workers.
func steps(t *testing.T, rng *graph.State, workers, n int, of graph.Type, f draw) (out [][]float64) {
	t.Helper()
	g := graph.New(graph.Training)
	g.SetRNG(rng)
	p, err := exec.Compile(g, exec.Out(f(g, of)), exec.Workers(workers))
	if err != nil {
		t.Fatal(err)
	}
	for range n {
		d, err := p.Run()
		if err != nil {
			t.Fatal(err)
		}
		b, err := exec.BufferOf(d[0])
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, floats(b))
	}
	return out
}

var both = []graph.Dtype{graph.Float32, graph.Float64}

// Bits depend on seed, step, stream and index: not on the number of workers, nor on whether the run was interrupted.
func TestDrawBits(t *testing.T) {
	for name, f := range draws {
		for _, d := range both {
			of := graph.T(d, 3, 70001)
			a, b := steps(t, graph.NewRNG(5), 1, 3, of, f), steps(t, graph.NewRNG(5), 4, 2, of, f)
			if !slices.Equal(a[0], b[0]) || !slices.Equal(a[1], b[1]) {
				t.Errorf("%s %v depends on the number of workers", name, d)
			}
			resumed := graph.NewRNG(0)
			resumed.Set(graph.BufferOf([]int64{5, 2}))
			if c := steps(t, resumed, 2, 1, of, f); !slices.Equal(a[2], c[0]) {
				t.Errorf("%s %v is another one when resumed at step 2", name, d)
			}
			if slices.Equal(a[0], a[1]) || slices.Equal(a[0], steps(t, graph.NewRNG(6), 1, 1, of, f)[0]) {
				t.Errorf("%s %v is the same for another step or seed", name, d)
			}
			// Elements of a smaller array are the first of a larger one.
			if few := steps(t, graph.NewRNG(5), 1, 1, graph.T(d, 11), f); !slices.Equal(few[0], a[0][:11]) {
				t.Errorf("%s %v depends on the shape", name, d)
			}
		}
	}
}

// The bits are those of Philox under the key and the counter that are promised, so that old runs can be repeated.
func TestUniformIsPhilox(t *testing.T) {
	g := graph.New(graph.Training)
	rng := graph.NewRNG(0)
	rng.Set(graph.BufferOf([]int64{0x299f31d0a4093822, 0x0370734413198a2e}))
	g.SetRNG(rng)
	for g.Fresh() < 0x85a307 { // so that the draw is stream 0x85a308
	}
	y := ops.UniformOf(g, graph.T(graph.Float64, 4))
	out, err := exec.Eval(y)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(g.String(), "Stream:8758024") { // 0x85a308
		t.Fatal(g)
	}
	w := philox(0, 0x85a308, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0)
	v := philox(1, 0x85a308, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0)
	unit := func(hi, lo uint32) float64 { return float64(uint64(hi)<<21|uint64(lo)>>11) / (1 << 53) }
	want := []float64{unit(w[0], w[1]), unit(w[2], w[3]), unit(v[0], v[1]), unit(v[2], v[3])}
	if !slices.Equal(out[0].Data().([]float64), want) {
		t.Errorf("%v, want %v", out[0], want)
	}
}

// philox is a second, plain writing of Philox 4×32-10.
func philox(c0, c1, c2, c3, k0, k1 uint32) [4]uint32 {
	for r := range uint32(10) {
		p, q := 0xD2511F53*uint64(c0), 0xCD9E8D57*uint64(c2)
		x, y := k0+r*0x9E3779B9, k1+r*0xBB67AE85
		c0, c1, c2, c3 = uint32(q>>32)^c1^x, uint32(q), uint32(p>>32)^c3^y, uint32(p)
	}
	return [4]uint32{c0, c1, c2, c3}
}

// kolmogorov is the largest distance between the distribution of v and cdf, times √n: above 1.95 with probability 0.001 if v is
// drawn from it (Smirnov, 1948).
func kolmogorov(v []float64, cdf func(float64) float64) float64 {
	v = slices.Sorted(slices.Values(v))
	n, d := float64(len(v)), 0.0
	for i, x := range v {
		p := cdf(x)
		d = max(d, p-float64(i)/n, float64(i+1)/n-p)
	}
	return d * math.Sqrt(n)
}

func phi(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }

func TestDistributions(t *testing.T) {
	const n = 100000
	for _, d := range both {
		u, z := steps(t, graph.NewRNG(11), 2, 1, graph.T(d, n), ops.UniformOf)[0], steps(t, graph.NewRNG(12), 2, 1, graph.T(d, n), ops.NormalOf)[0]
		if slices.Min(u) < 0 || slices.Max(u) >= 1 {
			t.Errorf("%v: uniform from %v to %v", d, slices.Min(u), slices.Max(u))
		}
		same := func(x float64) float64 { return x }
		if k := kolmogorov(u, same); k > 1.95 {
			t.Errorf("%v: uniform: √n·D = %v", d, k)
		}
		if k := kolmogorov(z, phi); k > 1.95 {
			t.Errorf("%v: normal: √n·D = %v", d, k)
		}
		// The test can tell: a hundredth of a standard deviation is too much.
		if k := kolmogorov(z, func(x float64) float64 { return phi(x + 0.02) }); k < 1.95 {
			t.Errorf("%v: a shifted normal passes: √n·D = %v", d, k)
		}
		// Neighbours, the halves of a pair among them, are independent: 16 × 16 cells, 255 degrees of freedom, so that
		// χ² is above 330.5 with probability 0.001.
		for lag := 1; lag <= 4; lag++ {
			if x := pairs(u, lag, same); x > 330.5 {
				t.Errorf("%v: uniform at lag %d: χ² = %v", d, lag, x)
			}
			if x := pairs(z, lag, phi); x > 330.5 {
				t.Errorf("%v: normal at lag %d: χ² = %v", d, lag, x)
			}
		}
		if x := pairs(slices.Sorted(slices.Values(u)), 1, same); x < 330.5 {
			t.Errorf("%v: sorted numbers pass: χ² = %v", d, x)
		}
	}
}

// pairs is χ² of disjoint pairs (v[i], v[i+lag]) against independence, 16 × 16 cells of equal probability.
func pairs(v []float64, lag int, cdf func(float64) float64) float64 {
	var count [16][16]float64
	m := 0.0
	for i := 0; i+lag < len(v); i += lag + 1 {
		count[int(min(15, 16*cdf(v[i])))][int(min(15, 16*cdf(v[i+lag])))]++
		m++
	}
	x := 0.0
	for _, r := range count {
		for _, c := range r {
			x += (c - m/256) * (c - m/256) / (m / 256)
		}
	}
	return x
}

// Draws of one step are independent of each other, and so are steps.
func TestStreams(t *testing.T) {
	const n = 50000
	g := graph.New(graph.Training)
	a, b := ops.Uniform(g, n), ops.Uniform(g, n)
	if a == b {
		t.Fatal("two draws are merged")
	}
	p, err := exec.Compile(g, exec.Out(a, b))
	if err != nil {
		t.Fatal(err)
	}
	var all [][]float64
	for range 2 {
		out, err := p.Run()
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range out {
			v, err := exec.BufferOf(d)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, floats(v))
		}
	}
	for i, x := range all {
		for _, y := range all[:i] {
			between := make([]float64, 0, 2*n)
			for k := range x {
				between = append(between, x[k], y[k])
			}
			if c := pairs(between, 1, func(x float64) float64 { return x }); c > 330.5 {
				t.Errorf("draws are not independent: χ² = %v", c)
			}
		}
	}
}

func TestDropout(t *testing.T) {
	const n = 100000
	for _, d := range both {
		for _, p := range []float64{0.1, 0.5, 0.9} {
			y := steps(t, graph.NewRNG(3), 2, 1, graph.T(d, n), func(g *graph.Graph, of graph.Type) *graph.Node { return ops.Dropout(g.Fill(1, of), p) })[0]
			kept := 0
			for _, v := range y {
				if v != 0 {
					if kept++; math.Abs(v*(1-p)-1) > 1e-6 {
						t.Fatalf("%v, p = %v: kept as %v", d, p, v)
					}
				}
			}
			if z := (float64(kept) - n*(1-p)) / math.Sqrt(n*p*(1-p)); math.Abs(z) > 3.3 {
				t.Errorf("%v, p = %v: %d of %d kept, %.1f standard deviations off", d, p, kept, n, z)
			}
		}
	}
	g := graph.New(graph.Evaluation)
	x := g.Input("x", graph.Float32, 3)
	if ops.Dropout(x, 0.5) != x {
		t.Error("dropout in evaluation is not its operand")
	}
	g.WithMode(graph.Training, func() {
		if y := ops.Dropout(x, 0.5); ops.Dropout(x, 0) != x || y == x || ops.Dropout(x, 0.5) == y {
			t.Error("dropout in training is its operand only for p = 0, and each is a draw of its own")
		}
	})
}

// The backward pass has the mask of the forward pass, and so has the derivative of a derivative.
func TestDropoutSlope(t *testing.T) {
	g := graph.New(graph.Training)
	x := g.Input("x", graph.Float64, 1000)
	y := ops.Dropout(x, 0.4)
	dx := autodiff.Grad(ops.Sum(ops.Mul(y, ops.Square(y))), x)[0] // 3y²·m/(1−p)
	ddx := autodiff.Grad(ops.Sum(dx), x)[0]                       // 6y·(m/(1−p))²
	tangent := autodiff.JVP([]*graph.Node{y}, []*graph.Node{x}, []*graph.Node{ops.Like(2, x)})[0]
	p, err := exec.Compile(g, exec.In(x), exec.Out(y, dx, ddx, tangent))
	if err != nil {
		t.Fatal(err)
	}
	feed := span(1, 2, 1000)
	for range 2 {
		out, err := p.Run(feed)
		if err != nil {
			t.Fatal(err)
		}
		at := func(k, i int) float64 { return out[k].Data().([]float64)[i] }
		for i, v := range feed {
			m := at(0, i) / v
			for k, want := range []float64{v * m, 3 * v * v * m * m * m, 6 * v * m * m * m, 2 * m} {
				if math.Abs(at(k, i)-want) > 1e-12*want {
					t.Fatalf("element %d of result %d is %v, want %v", i, k, at(k, i), want)
				}
			}
		}
	}
}

// A draw by mapped keys is, row by row, the draw by each key alone; one by a key that is not mapped is the same for every row.
func TestDrawRows(t *testing.T) {
	seeds := []int64{4, 0, 4, 1, -7, 1 << 40}
	for name, f := range draws {
		for _, d := range both {
			of := graph.T(d, 3, 7)
			hundredth := func(g *graph.Graph, of graph.Type) *graph.Node { // stream, in whichever graph
				for g.Fresh() < 99 {
				}
				return f(g, of)
			}
			var want []float64
			for i := range 3 {
				rng := graph.NewRNG(0)
				rng.Set(graph.BufferOf(seeds[2*i : 2*i+2]))
				want = append(want, steps(t, rng, 1, 1, of, hundredth)[0]...)
			}
			g := graph.New(graph.Training)
			rng := graph.NewRNG(0)
			g.SetRNG(rng)
			keys := g.Input("keys", graph.Int64, 3, 2)
			rows := vmap.Map(func(in []*graph.Node) (out []*graph.Node) {
				g.With(map[graph.Var]*graph.Node{rng: in[0]}, func() { out = []*graph.Node{hundredth(g, of)} })
				return out
			}, keys)[0]
			shared := vmap.Map(func([]*graph.Node) []*graph.Node { return []*graph.Node{f(g, of)} }, keys)[0]
			p, err := exec.Compile(g, exec.In(keys), exec.Out(rows, shared))
			if err != nil {
				t.Fatal(name, d, err)
			}
			out, err := p.Run(seeds)
			if err != nil {
				t.Fatal(err)
			}
			for k, d := range out {
				b, err := exec.BufferOf(d)
				if err != nil {
					t.Fatal(err)
				}
				v := floats(b)
				if k == 0 && !slices.Equal(v, want) {
					t.Errorf("%s %v: rows differ from draws by each key", name, of)
				}
				if k == 1 && (!slices.Equal(v[:21], v[21:42]) || !slices.Equal(v[:21], v[42:])) {
					t.Errorf("%s %v: rows by one key differ", name, of)
				}
			}
		}
	}
}

// Dropout of rows: its own mask each by mapped keys, the same by one key.
func TestDropoutRows(t *testing.T) {
	g := graph.New(graph.Training)
	x := g.Fill(1, graph.T(graph.Float32, 4, 50))
	y := vmap.Map(func(in []*graph.Node) []*graph.Node { return []*graph.Node{ops.Dropout(in[0], 0.5)} }, x)[0]
	out, err := exec.Eval(y, ops.Dropout(x, 0.5))
	if err != nil {
		t.Fatal(err)
	}
	mapped, plain := out[0].Data().([]float32), out[1].Data().([]float32)
	if !slices.Equal(mapped[:50], mapped[50:100]) {
		t.Error("one key gives rows masks of their own")
	}
	if slices.Equal(plain[:50], plain[50:100]) {
		t.Error("rows of one array have the same mask")
	}
}

func TestDrawErrors(t *testing.T) {
	for want, f := range map[string]func(g *graph.Graph) *graph.Node{
		"has a negative size":                   func(g *graph.Graph) *graph.Node { return ops.Uniform(g, -1) },
		"17179869185 elements are more than":    func(g *graph.Graph) *graph.Node { return ops.Uniform(g, 1<<34+1) },
		"8589934593 elements are more than":     func(g *graph.Graph) *graph.Node { return ops.NormalOf(g, graph.T(graph.Float64, 1<<33+1)) },
		"want float32 or float64, not bfloat16": func(g *graph.Graph) *graph.Node { return ops.NormalOf(g, graph.T(graph.BFloat16, 2)) },
		"dropout x [2]: want a probability in [0, 1), not 1.5": func(g *graph.Graph) *graph.Node {
			return ops.Dropout(g.Input("x", graph.Float32, 2), 1.5)
		},
	} {
		g := graph.New(graph.Training)
		y := f(g)
		if err := g.Err(); y.Valid() || err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "random_test.go:") {
			t.Errorf("%v, want %q", err, want)
		}
	}
	g := graph.New(graph.Training)
	if y := ops.Uniform(g, 1<<17, 1<<17); !y.Valid() {
		t.Error(g.Err())
	}
}

// Another seed after a draw would leave that draw on a key that never advances.
func TestSetRNGLate(t *testing.T) {
	g := graph.New(graph.Training)
	first := graph.NewRNG(1)
	g.SetRNG(graph.NewRNG(2))
	g.SetRNG(first)
	ops.Dropout(g.Input("x", graph.Float32, 3), 0.5)
	g.SetRNG(first)
	if err := g.Err(); err != nil {
		t.Fatal(err)
	}
	g.SetRNG(graph.NewRNG(1))
	if err := g.Err(); err == nil || !strings.Contains(err.Error(), "random_test.go:") || !strings.Contains(err.Error(), "before the first draw") || g.RNG() != first {
		t.Error(err)
	}
}
