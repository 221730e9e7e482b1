package nn_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/tools/gradcheck"
)

type lossOf func(in ...*graph.Node) *graph.Node

func ints(x *graph.Node, v []int32, dims ...int) *graph.Node {
	return x.Graph().Constant(graph.BufferOf(v, dims...))
}

func signsOf(x *graph.Node) *graph.Node {
	v := make([]float64, x.Shape().Size())
	for i := range v {
		v[i] = float64(1 - 2*(i%2))
	}
	return ops.Cast(x.Graph().Constant(graph.BufferOf(v, x.Shape().Dims()...)), x.Dtype())
}

var someLabels = []int32{2, 0, 3}

// classLosses are losses of logits [3, 4].
var classLosses = map[string]lossOf{
	"crossentropy": func(in ...*graph.Node) *graph.Node { return nn.CrossEntropy(in[0], ints(in[0], someLabels, 3)) },
	"smoothed": func(in ...*graph.Node) *graph.Node {
		return nn.CrossEntropyWith(in[0], ints(in[0], someLabels, 3), nn.ClassOptions{Smoothing: 0.1})
	},
	"ignoring": func(in ...*graph.Node) *graph.Node {
		return nn.CrossEntropyWith(in[0], ints(in[0], someLabels, 3), nn.ClassOptions{Ignore: new(0)}, nn.Mean)
	},
	"soft": func(in ...*graph.Node) *graph.Node {
		return nn.CrossEntropy(in[0], ops.Softmax(ops.Scale(0.5, in[0]), -1))
	},
	"nll": func(in ...*graph.Node) *graph.Node {
		return nn.NLL(ops.LogSoftmax(in[0], -1), ints(in[0], someLabels, 3), nn.None)
	},
	"focal":       func(in ...*graph.Node) *graph.Node { return nn.Focal(in[0], ints(in[0], someLabels, 3), 2) },
	"multimargin": func(in ...*graph.Node) *graph.Node { return nn.MultiMargin(in[0], ints(in[0], someLabels, 3), 1, 2) },
	"bcewithlogits": func(in ...*graph.Node) *graph.Node {
		return nn.BCEWithLogits(in[0], ops.Cast(ops.OneHot(ints(in[0], someLabels, 3), 4, graph.Bool), in[0].Dtype()))
	},
	"sigmoidfocal": func(in ...*graph.Node) *graph.Node {
		return nn.SigmoidFocal(in[0], ops.Cast(ops.OneHot(ints(in[0], someLabels, 3), 4, graph.Bool), in[0].Dtype()), 0.25, 1.5, nn.None)
	},
	"kldivlog": func(in ...*graph.Node) *graph.Node {
		return nn.KLDivLog(ops.LogSoftmax(in[0], -1), ops.LogSoftmax(ops.Scale(0.5, in[0]), -1), nn.BatchMean)
	},
	"hinge": func(in ...*graph.Node) *graph.Node { return nn.Hinge(in[0], signsOf(in[0])) },
	"ctc": func(in ...*graph.Node) *graph.Node {
		x := ops.Reshape(in[0], 3, 1, 4)
		return nn.CTC(ops.LogSoftmax(x, -1), ints(x, []int32{2, 1}, 1, 2), ints(x, []int32{3}, 1), ints(x, []int32{2}, 1), nn.CTCOptions{})
	},
}

func TestLossGradients(t *testing.T) {
	for name, f := range classLosses {
		t.Run(name, func(t *testing.T) { gradcheck.Check(t, gradcheck.F(f), gradcheck.Random(3, 4)) })
	}
	for name, f := range map[string]lossOf{
		"mse":      func(in ...*graph.Node) *graph.Node { return nn.MSE(in[0], in[1]) },
		"l1":       func(in ...*graph.Node) *graph.Node { return nn.L1(in[0], ops.Scale(3, in[1]), nn.Sum) },
		"huber":    func(in ...*graph.Node) *graph.Node { return nn.Huber(in[0], in[1], 0.9) },
		"smoothl1": func(in ...*graph.Node) *graph.Node { return nn.SmoothL1(in[0], in[1], 0.7, nn.None) },
		"gaussiannll": func(in ...*graph.Node) *graph.Node {
			return nn.GaussianNLL(in[0], in[1], ops.Affine(0.3, ops.Square(in[0]), 0.5))
		},
		"bce": func(in ...*graph.Node) *graph.Node { return nn.BCE(ops.Sigmoid(in[0]), ops.Sigmoid(in[1])) },
		"bceweighted": func(in ...*graph.Node) *graph.Node {
			return nn.BCEWithLogitsWeighted(in[0], ops.Sigmoid(in[1]), ops.Exp(ops.Slice(in[1], 0, 0, 1)))
		},
		"weights": func(in ...*graph.Node) *graph.Node {
			o := nn.ClassOptions{Weights: ops.Exp(ops.Reshape(ops.Slice(in[1], 0, 0, 1), 4)), Smoothing: 0.2, Ignore: new(0)}
			return nn.CrossEntropyWith(in[0], ints(in[0], someLabels, 3), o)
		},
		"kldiv": func(in ...*graph.Node) *graph.Node {
			return nn.KLDiv(ops.LogSoftmax(in[0], -1), ops.Softmax(in[1], -1))
		},
		"klnormal":       func(in ...*graph.Node) *graph.Node { return nn.KLNormal(in[0], in[1], nn.BatchMean) },
		"hingeembedding": func(in ...*graph.Node) *graph.Node { return nn.HingeEmbedding(ops.Square(in[0]), signsOf(in[1]), 1) },
		"tripletmargin":  func(in ...*graph.Node) *graph.Node { return nn.TripletMargin(in[0], in[1], ops.Tanh(in[1]), 2, true) },
		"similarity":     func(in ...*graph.Node) *graph.Node { return nn.CosineSimilarity(in[0], in[1], 0) },
		"cosineembedding": func(in ...*graph.Node) *graph.Node {
			return nn.CosineEmbedding(in[0], in[1], signsOf(ops.Sum(in[0], -1)), -0.9)
		},
		"infonce": func(in ...*graph.Node) *graph.Node { return nn.InfoNCE(in[0], in[1], 0.5) },
		"ntxent":  func(in ...*graph.Node) *graph.Node { return nn.NTXent(in[0], in[1], 0.5, nn.None) },
	} {
		other := graph.NewBuffer(graph.T(graph.Float64, 3, 4))
		r := rand.New(rand.NewPCG(7, 8))
		for i := range other.Len() {
			graph.Data[float64](other)[i] = r.NormFloat64()
		}
		t.Run(name, func(t *testing.T) { gradcheck.Check(t, gradcheck.F(f), gradcheck.Random(3, 4), other) })
	}
}

// Logits of ±1e4, in every pattern, give losses and gradients that are numbers, in float32.
func TestLossesOfLargeLogits(t *testing.T) {
	for name, f := range classLosses {
		for pattern := range 3 {
			x := graph.NewBuffer(graph.T(graph.Float32, 3, 4))
			for i := range x.Len() {
				graph.Data[float32](x)[i] = []float32{1e4, -1e4, 0}[(i*(pattern+1)+i/4+pattern)%3]
			}
			g := graph.New(graph.Training)
			in := g.Placeholder("x", x.Type)
			loss := f(in)
			p, err := exec.Compile(g, exec.In(in), exec.Out(loss, autodiff.Grad(ops.Sum(loss), in)[0]), exec.NoTrap())
			if err != nil {
				t.Fatal(err)
			}
			out, err := p.RunBuffers(x)
			if err != nil {
				t.Fatal(err)
			}
			for _, b := range out {
				for _, v := range graph.Data[float32](b) {
					if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
						t.Errorf("%s, pattern %d: %v", name, pattern, graph.Data[float32](b))
						break
					}
				}
			}
		}
	}
}

// Probabilities of 0 and 1 are bounded, and their gradients are numbers.
func TestBCEAtTheBounds(t *testing.T) {
	g := graph.New(graph.Training)
	p := g.Constant(graph.BufferOf([]float32{0, 0, 1, 1}, 4))
	y := g.Constant(graph.BufferOf([]float32{0, 1, 0, 1}, 4))
	out, err := exec.Eval(nn.BCE(p, y, nn.None), autodiff.Grad(nn.BCE(p, y, nn.Sum), p)[0])
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range [][]float32{{0, 100, 100, 0}, {1, 0, 0, -1}} {
		for j, v := range out[i].Data().([]float32) {
			if v != want[j] {
				t.Errorf("%d: %v, not %v", i, out[i].Data(), want)
				break
			}
		}
	}
}

// CTC is −ln of the sum of the probabilities of all sequences of steps that spell the target, counted one by one.
func TestCTCByCounting(t *testing.T) {
	const steps, classes = 5, 3
	r := rand.New(rand.NewPCG(3, 4))
	for _, target := range [][]int32{{}, {1}, {2}, {1, 2}, {1, 1}, {2, 1, 2}, {1, 1, 1}, {1, 2, 1, 2, 1}, {1, 1, 1, 1}} {
		logits := make([]float64, steps*classes)
		for i := range logits {
			logits[i] = r.NormFloat64()
		}
		g := graph.New(graph.Training)
		logp := ops.LogSoftmax(g.Constant(graph.BufferOf(logits, steps, 1, classes)), -1)
		n := len(target)
		length := func(n int) *graph.Node { return ints(logp, []int32{int32(n)}, 1) }
		out, err := exec.Eval(nn.CTC(logp, ints(logp, target, 1, n), length(steps), length(n), nn.CTCOptions{}, nn.Sum), logp)
		if err != nil {
			t.Fatal(err)
		}
		lp, total := out[1].Data().([]float64), 0.0
		for code := range 243 { // 3⁵ sequences
			var spelled []int32
			sum, last := 0.0, int32(0)
			for step := range steps {
				c := int32(code)
				code /= classes
				c -= int32(code) * classes
				if sum += lp[step*classes+int(c)]; c != 0 && c != last {
					spelled = append(spelled, c)
				}
				last = c
			}
			same := len(spelled) == n
			for i := 0; same && i < n; i++ {
				same = spelled[i] == target[i]
			}
			if same {
				total += math.Exp(sum)
			}
		}
		if got, want := exec.Scalar(out[0]), -math.Log(total); got != want && !(math.Abs(got-want) < 1e-12) {
			t.Errorf("%v: %v, not %v", target, got, want)
		}
	}
}

// Labels beyond a target's length may be anything, and steps beyond the input's do not count.
func TestCTCPadding(t *testing.T) {
	g := graph.New(graph.Training)
	logp := ops.LogSoftmax(g.Constant(gradcheck.Random(5, 2, 4)), -1)
	lengths, n := ints(logp, []int32{4, 3}, 2), ints(logp, []int32{1, 2}, 2)
	short := nn.CTC(logp, ints(logp, []int32{3, 0, 1, 2}, 2, 2), lengths, n, nn.CTCOptions{}, nn.None)
	long := nn.CTC(logp, ints(logp, []int32{3, -1, 99, 1, 2, -7}, 2, 3), lengths, n, nn.CTCOptions{}, nn.None)
	out, err := exec.Eval(short, long, autodiff.Grad(ops.Sum(short), logp)[0])
	if err != nil {
		t.Fatal(err)
	}
	a, b, d := out[0].Data().([]float64), out[1].Data().([]float64), out[2].Data().([]float64)
	for i := range a {
		if math.Abs(a[i]-b[i]) > 1e-12 {
			t.Errorf("%v and %v", a, b)
		}
	}
	for i, beyond := range map[int]bool{3 * 8: false, 3*8 + 4: true, 4 * 8: true, 4*8 + 4: true} {
		if (d[i] == 0 && d[i+1] == 0 && d[i+2] == 0 && d[i+3] == 0) != beyond {
			t.Errorf("gradient %v at element %d", d[i:i+4], i)
		}
	}
}

// What cannot be aligned costs +Inf, or nothing, and has no gradient; one repeat needs a blank between.
func TestCTCImpossible(t *testing.T) {
	for _, zero := range []bool{false, true} {
		g := graph.New(graph.Training)
		logp := ops.LogSoftmax(g.Constant(gradcheck.Random(2, 1, 3)), -1)
		loss := nn.CTC(logp, ints(logp, []int32{1, 1}, 1, 2), ints(logp, []int32{2}, 1), ints(logp, []int32{2}, 1),
			nn.CTCOptions{ZeroInfinity: zero})
		out, err := exec.Eval(loss, autodiff.Grad(loss, logp)[0])
		if err != nil {
			t.Fatal(err)
		}
		want := math.Inf(1)
		if zero {
			want = 0
		}
		if v := exec.Scalar(out[0]); v != want {
			t.Errorf("%v, not %v", v, want)
		}
		for _, d := range out[1].Data().([]float64) {
			if d != 0 {
				t.Errorf("gradient %v", out[1].Data())
			}
		}
	}
}

// Zeros have a cosine of 0 with all, and a gradient of numbers: what is shorter than 1e-8 counts as that long.
func TestCosineOfZeros(t *testing.T) {
	g := graph.New(graph.Training)
	x := g.Constant(graph.BufferOf([]float64{0, 0, 3e-9, 4e-9, 3e-7, 4e-7}, 3, 2))
	y := g.Constant(graph.BufferOf([]float64{1, 0, 0, 1, 0, 2}, 3, 2))
	cos := nn.CosineSimilarity(x, y, -1)
	out, err := exec.Eval(cos, autodiff.Grad(ops.Sum(cos), x)[0])
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{0, 0.4, 0.8} {
		if v := out[0].Data().([]float64)[i]; math.Abs(v-want) > 1e-12 {
			t.Errorf("cosines %v", out[0].Data())
		}
	}
	if d := out[1].Data().([]float64); math.Abs(d[0]-1e8) > 1 || d[1] != 0 {
		t.Errorf("gradient %v", d)
	}
}
