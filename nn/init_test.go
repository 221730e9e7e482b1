package nn_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
)

// Mean, variance and bounds of 60,000 weights: the standard error of a mean is sd/245, of a variance at most 0.006 of it for normal ones.
func TestInitStatistics(t *testing.T) {
	const in, out = 300, 200
	for name, c := range map[string]struct {
		f         nn.Init
		mean, sd  float64
		low, high float64
	}{
		"FanIn":         {nn.FanIn, 0, 1 / math.Sqrt(3*in), -1 / math.Sqrt(in), 1 / math.Sqrt(in)},
		"GlorotUniform": {nn.GlorotUniform, 0, math.Sqrt(2.0 / (in + out)), -math.Sqrt(6.0 / (in + out)), math.Sqrt(6.0 / (in + out))},
		"GlorotNormal":  {nn.GlorotNormal, 0, math.Sqrt(2.0 / (in + out)), math.Inf(-1), math.Inf(1)},
		"HeUniform":     {nn.HeUniform, 0, math.Sqrt(2.0 / in), -math.Sqrt(6.0 / in), math.Sqrt(6.0 / in)},
		"HeNormal":      {nn.HeNormal, 0, math.Sqrt(2.0 / in), math.Inf(-1), math.Inf(1)},
		"LeCunUniform":  {nn.LeCunUniform, 0, math.Sqrt(1.0 / in), -math.Sqrt(3.0 / in), math.Sqrt(3.0 / in)},
		"LeCunNormal":   {nn.LeCunNormal, 0, math.Sqrt(1.0 / in), math.Inf(-1), math.Inf(1)},
		"Uniform":       {nn.Uniform(-1, 3), 1, 4 / math.Sqrt(12), -1, 3},
		"Normal":        {nn.Normal(0.5), 0, 0.5, math.Inf(-1), math.Inf(1)},
		// scipy.stats.truncnorm has these moments; Beyond and Below are drawn from the tail.
		"Truncated": {nn.TruncatedNormal(0, 1, -2, 2), 0, 0.879625661, -2, 2},
		"Narrow":    {nn.TruncatedNormal(3, 2, 5, 1), 3, 2 * 0.539560093755, 1, 5},
		"Beyond":    {nn.TruncatedNormal(0, 1, 4, 5), 4.216830780601, 0.195679041619, 4, 5},
		"Far":       {nn.TruncatedNormal(0, 1, 10, 10.2), 10.0684583546, 0.0524127874, 10, 10.2},
		"Below":     {nn.TruncatedNormal(1, 2, -9, -7), 1 - 2*4.216830780601, 2 * 0.195679041619, -9, -7},
		"Point":     {nn.TruncatedNormal(7, 0, -2, 3), 3, 0, 3, 3},
		"Constant":  {nn.Constant(3), 3, 0, 3, 3},
	} {
		w := graph.Data[float64](nn.NewDense(rand.New(rand.NewPCG(1, 2)), in, out, nn.Weights(c.f), nn.Dtype(graph.Float64)).W.Value())
		mean, variance, low, high, fourth := 0.0, 0.0, math.Inf(1), math.Inf(-1), 0.0
		for _, x := range w {
			mean += x / float64(len(w))
			low, high = min(low, x), max(high, x)
		}
		for _, x := range w {
			variance += (x - mean) * (x - mean) / float64(len(w))
			fourth += math.Pow((x-mean)/max(c.sd, 1e-300), 4) / float64(len(w))
		}
		if math.Abs(mean-c.mean) > 4*c.sd/245+1e-9 || math.Abs(variance-c.sd*c.sd) > 0.025*c.sd*c.sd+1e-9 {
			t.Errorf("%s: mean %v and variance %v, want %v and %v", name, mean, variance, c.mean, c.sd*c.sd)
		}
		if low < c.low || high > c.high || c.high < 100 && high < c.high-0.01*(c.high-c.low) || c.low > -100 && low > c.low+0.01*(c.high-c.low) {
			t.Errorf("%s: from %v to %v, want %v to %v", name, low, high, c.low, c.high)
		}
		if math.IsInf(c.high, 1) && math.Abs(fourth-3) > 0.1 { // of a normal distribution
			t.Errorf("%s: a kurtosis of %v", name, fourth)
		}
	}
}

// What a layer tells its initialiser.
func TestFans(t *testing.T) {
	type seen struct {
		s       graph.Shape
		in, out int
	}
	var got seen
	spy := nn.Weights(func(_ *rand.Rand, s graph.Shape, in, out int) []float64 {
		got = seen{s, in, out}
		return make([]float64, s.Size())
	})
	r := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		make func()
		want seen
	}{
		{func() { nn.NewDense(r, 3, 5, spy) }, seen{graph.Of(3, 5), 3, 5}},
		{func() { nn.NewConv1D(r, 3, 5, 4, spy) }, seen{graph.Of(5, 3, 4), 12, 20}},
		{func() { nn.NewConv2D(r, 4, 6, 3, spy, nn.Groups(2)) }, seen{graph.Of(6, 2, 3, 3), 18, 27}},
		{func() { nn.NewConvTranspose2D(r, 4, 6, 3, spy) }, seen{graph.Of(4, 6, 3, 3), 54, 36}},
	} {
		if c.make(); got != c.want {
			t.Errorf("%+v, want %+v", got, c.want)
		}
	}
}

// The same source draws the same weights; biases follow FanIn whatever the weights do.
func TestInitRepeats(t *testing.T) {
	draw := func() *nn.Dense { return nn.NewDense(rand.New(rand.NewPCG(3, 4)), 4, 50, nn.Weights(nn.HeNormal)) }
	a, b := draw(), draw()
	if string(a.W.Value().Bytes()) != string(b.W.Value().Bytes()) || string(a.B.Value().Bytes()) != string(b.B.Value().Bytes()) {
		t.Error("two draws from one source differ")
	}
	most := float32(0)
	for _, x := range graph.Data[float32](a.B.Value()) {
		most = max(most, x, -x)
	}
	if most > 0.5 || most < 0.4 {
		t.Errorf("biases up to %v, want up to 1/√4", most)
	}
}

// Rows, or columns if there are fewer, are orthogonal and of length gain; the largest matrices are square, where Gram and Schmidt cancel
// most. Over many draws each element has mean 0 and variance gain²/max(rows, columns), so no direction is preferred.
func TestOrthogonal(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, s := range []graph.Shape{graph.Of(5, 3), graph.Of(3, 5), graph.Of(60, 60), graph.Of(4, 2, 3), graph.Of(1, 1), graph.Of(3), graph.Of()} {
		w := nn.Orthogonal(2)(r, s, 0, 0)
		rows := 1
		if s.Rank() > 1 {
			rows = s.Dim(0)
		}
		cols := s.Size() / rows
		at := func(i, k int) float64 { return w[i*cols+k] }
		if rows > cols {
			at = func(i, k int) float64 { return w[k*cols+i] }
		}
		for i := range min(rows, cols) {
			for j := range i + 1 {
				dot, want := 0.0, 0.0
				for k := range max(rows, cols) {
					dot += at(i, k) * at(j, k)
				}
				if i == j {
					want = 4
				}
				if math.Abs(dot-want) > 1e-13 {
					t.Errorf("%v: %d·%d is %v", s, i, j, dot)
				}
			}
		}
	}
	if w := nn.Orthogonal(1)(r, graph.Of(0, 3), 0, 0); len(w) != 0 {
		t.Errorf("%v", w)
	}
	const draws = 20000
	var mean, square [4]float64
	for range draws {
		for i, x := range nn.Orthogonal(1)(r, graph.Of(2, 2), 0, 0) {
			mean[i] += x / draws
			square[i] += x * x / draws
		}
	}
	for i := range mean {
		if math.Abs(mean[i]) > 0.02 || math.Abs(square[i]-0.5) > 0.01 {
			t.Errorf("element %d: mean %v, mean square %v, want 0 and ½", i, mean[i], square[i])
		}
	}
}

// As torch.nn.init.dirac_ has them.
func TestDirac(t *testing.T) {
	for _, c := range []struct {
		s      graph.Shape
		groups int
		ones   []int
	}{
		{graph.Of(2, 2, 3), 1, []int{1, 10}},
		{graph.Of(3, 2, 2, 2), 1, []int{3, 15}},
		{graph.Of(2, 3, 1), 1, []int{0, 4}},
		{graph.Of(4, 2, 3), 2, []int{1, 10, 13, 22}},
		{graph.Of(1, 1, 3, 3, 3), 1, []int{13}},
		{graph.Of(2, 3), 1, []int{0, 4}}, // the identity, as far as it goes
		{graph.Of(2, 2, 1), 0, []int{0, 3}},
		{graph.Of(0, 2, 1), 1, nil},
		{graph.Of(2, 2, 0), 1, nil},
	} {
		var got []int
		for i, x := range nn.Dirac(c.groups)(nil, c.s, 0, 0) {
			if x != 0 {
				got = append(got, i)
			}
			if x != 0 && x != 1 {
				t.Errorf("%v: %v", c.s, x)
			}
		}
		if !slices.Equal(got, c.ones) {
			t.Errorf("%v in %d groups: ones at %v, want %v", c.s, c.groups, got, c.ones)
		}
	}
}

func TestSparse(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		s        graph.Shape
		fraction float64
		zeros    int // in each of the rows
	}{
		{graph.Of(50, 40), 0.9, 36},
		{graph.Of(3, 5), 0.5, 3},
		{graph.Of(3, 5, 2), 0.25, 3},
		{graph.Of(3, 5), 0, 0},
		{graph.Of(3, 5), 1.5, 5},
		{graph.Of(3, 5), -1, 0},
		{graph.Of(8), 0.5, 4},
		{graph.Of(0, 8), 0.5, 0},
	} {
		w := nn.Sparse(c.fraction, 2)(r, c.s, 0, 0)
		rows := 1
		if c.s.Rank() > 1 {
			rows = c.s.Dim(0)
		}
		for row := range rows {
			zeros := 0
			for _, x := range w[row*len(w)/rows : (row+1)*len(w)/rows] {
				if x == 0 {
					zeros++
				}
			}
			if zeros != c.zeros {
				t.Errorf("%v: %d zeros in row %d, want %d", c.s, zeros, row, c.zeros)
			}
		}
	}
	sum, n, columns := 0.0, 0, map[int]int{}
	for i, x := range nn.Sparse(0.5, 2)(r, graph.Of(1000, 20), 0, 0) {
		if x != 0 {
			sum, n = sum+x*x, n+1
			columns[i%20]++
		}
	}
	if v := sum / float64(n); math.Abs(v-4) > 0.3 || n != 10000 {
		t.Errorf("variance %v of %d", v, n)
	}
	for i, k := range columns { // 500 of 1000 each, give or take 16
		if k < 430 || k > 570 {
			t.Errorf("column %d has %d of 1000", i, k)
		}
	}
}

func TestNewParam(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	a := nn.NewParam(r, graph.Of(3, 4), 16, 1, nn.Dtype(graph.Float64))
	for _, v := range graph.Data[float64](a.Value()) {
		if math.Abs(v) > 0.25 {
			t.Errorf("%v is not within 1/√16", v)
		}
	}
	if a.Type() != graph.T(graph.Float64, 3, 4) {
		t.Error(a.Type())
	}
	g := graph.New(graph.Training)
	g.Use(nn.NewParam(r, graph.Of(-3), 1, 1))
	if err := g.Err(); err == nil || strings.Contains(err.Error(), "\n") {
		t.Errorf("a negative size: %v", err)
	}
}
