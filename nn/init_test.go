package nn_test

import (
	"math"
	"math/rand/v2"
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
		"Constant":      {nn.Constant(3), 3, 0, 3, 3},
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
