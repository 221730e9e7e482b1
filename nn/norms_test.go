package nn_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/tools/gradcheck"
)

// One group is layer normalisation of an example, as many as channels are instance normalisation; with a batch of one, batch
// normalisation is that, too.
func TestNormsAgree(t *testing.T) {
	d := nn.Dtype(graph.Float64)
	g := graph.New(graph.Training)
	x := g.Constant(gradcheck.Random(1, 4, 3, 2))
	group := func(n int) *graph.Node { return nn.NewGroupNorm(n, 4, d).Forward(x) }
	rows := ops.ReshapeTo(nn.NewLayerNorm(24, d).Forward(ops.Flatten(x, 1)), x.Shape())
	out, err := exec.Eval(
		ops.Max(ops.Abs(ops.Sub(group(1), rows))),
		ops.Max(ops.Abs(ops.Sub(group(4), nn.NewInstanceNorm(4, d).Forward(x)))),
		ops.Max(ops.Abs(ops.Sub(group(4), nn.NewBatchNorm(4, d).Forward(x)))),
	)
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range out {
		if v := exec.Scalar(e); v > 1e-12 {
			t.Errorf("%d: off by %v", i, v)
		}
	}
}

// Until it is trained, a weight-normed layer is the layer; its length is its gradient's business alone.
func TestWeightNorm(t *testing.T) {
	r, d := rand.New(rand.NewPCG(1, 2)), nn.Dtype(graph.Float64)
	dense, conv := nn.NewDense(r, 3, 4, d), nn.NewConv2D(r, 2, 3, 2, d)
	for name, c := range map[string]struct {
		l    nn.Layer
		w    *graph.Param
		axis int
		x    []int
	}{
		"dense": {dense, dense.W, -1, []int{2, 3}}, "dense by 1": {dense, dense.W, 1, []int{2, 3}}, "by inputs": {dense, dense.W, 0, []int{2, 3}},
		"conv": {conv, conv.W, 0, []int{1, 2, 3, 3}}, "by channels": {conv, conv.W, 1, []int{1, 2, 3, 3}},
	} {
		g := graph.New(graph.Training)
		x := g.Constant(gradcheck.Random(c.x...))
		m := nn.NewWeightNorm(c.l, c.w, c.axis)
		y := m.Forward(x)
		v := g.Use(c.w)
		along := autodiff.Dot([]*graph.Node{autodiff.Grad(ops.Sum(ops.Square(y)), v)[0]}, []*graph.Node{v}) // a longer V changes nothing
		out, err := exec.Eval(ops.Max(ops.Abs(ops.Sub(y, c.l.Forward(x)))), ops.Abs(along))
		if err != nil {
			t.Fatal(err)
		}
		if a, b := exec.Scalar(out[0]), exec.Scalar(out[1]); a > 1e-12 || b > 1e-12 {
			t.Errorf("%s: off by %v, slope along V %v", name, a, b)
		}
	}
}

// The weights that the layer gets stretch nothing by more than 1, while an optimiser pulls at them; evaluation assigns nothing.
func TestSpectralNorm(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	l := nn.NewDense(r, 6, 4, nn.Dtype(graph.Float64), nn.NoBias(), nn.Weights(nn.Normal(3)))
	m := nn.NewSpectralNorm(r, l, l.W, -1)
	m.Iterations = 3
	g := graph.New(graph.Training)
	x := g.Constant(gradcheck.Random(8, 6))
	loss := nn.MSE(m.Forward(x), ops.Scale(10, ops.MatMul(x, g.Constant(gradcheck.Random(6, 4)))))
	optim.NewAdam(nn.Params(m), optim.Constant(0.01)).Minimize(loss)
	step, err := exec.Compile(g, exec.Out(loss))
	if err != nil {
		t.Fatal(err)
	}
	before := l.W.Value()
	for range 50 {
		if _, err := step.Run(); err != nil {
			t.Fatal(err)
		}
	}
	if string(before.Bytes()) == string(l.W.Value().Bytes()) {
		t.Error("nothing was trained")
	}
	e := graph.New(graph.Evaluation)
	eye := make([]float64, 36)
	for i := range 6 {
		eye[7*i] = 1
	}
	w := m.Forward(e.Constant(graph.BufferOf(eye, 6, 6)))
	v := e.Fill(1, graph.T(graph.Float64, 6, 1))
	for range 100 {
		u := ops.MatMulT(w, v, true, false)
		v = ops.MatMul(w, u)
		v = ops.Div(v, ops.NormKeep(v, 2))
	}
	out, err := exec.Eval(ops.Norm(ops.MatMulT(w, v, true, false), 2))
	if err != nil {
		t.Fatal(err)
	}
	if s := exec.Scalar(out[0]); math.Abs(s-1) > 1e-3 {
		t.Errorf("a singular value of %v", s)
	}
	for v := range e.Assigned {
		t.Errorf("%s is assigned", v.Name())
	}
}

// Whole channels go, a quarter of them, and the rest is 4/3.
func TestChannelDropout(t *testing.T) {
	for _, c := range []struct {
		l nn.Layer
		s []int
	}{
		{nn.Dropout1D{P: 0.25}, []int{50, 200, 3}}, {nn.Dropout2D{P: 0.25}, []int{50, 200, 3, 2}}, {nn.Dropout3D{P: 0.25}, []int{50, 200, 2, 1, 3}},
	} {
		g := graph.New(graph.Training)
		x := g.Fill(3, graph.T(graph.Float64, c.s...))
		out, err := exec.Eval(ops.Flatten(c.l.Forward(x), 2))
		if err != nil {
			t.Fatal(err)
		}
		y := out[0].Data().([]float64)
		n, dropped := len(y)/10000, 0
		for i := range 10000 {
			for _, v := range y[i*n : (i+1)*n] {
				if v != y[i*n] || v != 0 && v != 4 {
					t.Fatalf("%T: channel %d is %v", c.l, i, y[i*n:(i+1)*n])
				}
			}
			if y[i*n] == 0 {
				dropped++
			}
		}
		if dropped < 2370 || dropped > 2630 { // 2500, give or take 43
			t.Errorf("%T: %d of 10000 dropped", c.l, dropped)
		}
	}
}

// What is dropped becomes a·α′ + b, the rest a·x + b; mean and variance stay, whatever the rate.
func TestAlphaDropout(t *testing.T) {
	const limit = -1.7580993408473766
	for _, p := range []float64{0, 0.1, 0.5, 0.9} {
		g := graph.New(graph.Training)
		x := ops.NormalOf(g, graph.T(graph.Float64, 200000))
		out, err := exec.Eval(x, nn.AlphaDropout{P: p}.Forward(x))
		if err != nil {
			t.Fatal(err)
		}
		a := 1 / math.Sqrt((1-p)*(1+p*limit*limit))
		b := -a * p * limit
		dropped, mean, square := 0, 0.0, 0.0
		in, y := out[0].Data().([]float64), out[1].Data().([]float64)
		for i, v := range y {
			mean, square = mean+v/float64(len(y)), square+v*v/float64(len(y))
			if gone := math.Abs(v-(a*limit+b)) < 1e-12; gone {
				dropped++
			} else if math.Abs(v-(a*in[i]+b)) > 1e-12 {
				t.Fatalf("P %v: %v becomes %v", p, in[i], v)
			}
		}
		if share := float64(dropped) / float64(len(y)); math.Abs(share-p) > 0.005 || math.Abs(mean) > 0.015 || math.Abs(square-1) > 0.04 {
			t.Errorf("P %v: %v dropped, mean %v, mean square %v", p, share, mean, square)
		}
	}
}

// Running statistics are no way for gradients.
func TestStatisticsHaveNoGradient(t *testing.T) {
	g := graph.New(graph.Training)
	x := g.Constant(gradcheck.Random(3, 2, 2))
	d := nn.Dtype(graph.Float64)
	b, i := nn.NewBatchNorm(2, d), nn.NewInstanceNorm(2, d, nn.Tracking(true))
	b.Forward(x)
	i.Forward(x)
	sum := ops.Sum(x)
	for _, s := range []*graph.State{b.Mean, b.Var, i.Mean, i.Var} {
		sum = ops.Add(sum, ops.Sum(g.Use(s)))
	}
	out, err := exec.Eval(autodiff.Grad(sum, x)...)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range out[0].Data().([]float64) {
		if v != 1 {
			t.Fatalf("gradient %v", out[0].Data())
		}
	}
}

func TestRMSNormEps(t *testing.T) {
	if a, b := nn.NewRMSNorm(1).Eps, nn.NewRMSNorm(1, nn.Dtype(graph.Float64)).Eps; a != 1.1920928955078125e-07 || b != 2.220446049250313e-16 {
		t.Errorf("%v and %v", a, b)
	}
}
