package vision_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/vision"
	"github.com/kedja-ml/kedja/vision/mnist"
)

func ExampleCNN() {
	m := vision.NewCNN(rand.New(rand.NewPCG(1, 0)))
	g := graph.New(graph.Evaluation)
	logits := m.Forward(g.Input("x", graph.Float32, 64, 1, 28, 28))
	n := 0
	for name, p := range nn.Params(m) {
		n += p.Type().Shape.Size()
		fmt.Println(name, p.Type().Shape)
	}
	fmt.Println(logits.Shape(), n, "parameters", g.Err())
	// Output:
	// Conv1.W [24 1 5 5]
	// Conv1.B [24]
	// Conv2.W [32 24 3 3]
	// Conv2.B [32]
	// Hidden.W [1568 256]
	// Hidden.B [256]
	// Out.W [256 10]
	// Out.B [10]
	// [64 10] 411802 parameters <nil>
}

func ExampleNormalize() {
	x := make([]float32, 2)
	vision.Normalize(x, []uint8{0, 255})
	fmt.Printf("%.4f\n", x)
	// Output: [-0.4242 2.8215]
}

func ExampleDigits() {
	fit, _, err := mnist.Load()
	if err != nil {
		fmt.Println(err)
		return
	}
	d := vision.NewDigits(fit)
	plain, varied := make([]float32, 784), make([]float32, 784)
	fmt.Println(d.Len(), d.Example(1, 0, plain), d.Example(1, 99, varied), slices.Equal(plain, varied))
	// Output: 60000 0 0 false
}

// Every array of parameters gets a gradient, most elements of it from a batch of 16 at random: nothing is cut off. Units of ReLU that are
// silent, and dropout, leave some without.
func TestGradientsReachEveryParameter(t *testing.T) {
	m := vision.NewCNN(rand.New(rand.NewPCG(1, 0)))
	g := graph.New(graph.Training)
	g.SetRNG(graph.NewRNG(1))
	x, y := g.Input("x", graph.Float32, 16, 1, 28, 28), g.Input("y", graph.Int32, 16)
	loss := nn.CrossEntropy(m.Forward(x), y)
	var names []string
	var uses []*graph.Node
	for name, p := range nn.Params(m) {
		names, uses = append(names, name), append(uses, g.Use(p))
	}
	plan, err := exec.Compile(g, exec.In(x, y), exec.Out(append(autodiff.Grad(loss, uses...), loss)...))
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(2, 3))
	images, labels := make([]float32, 16*784), make([]int32, 16)
	for i := range images {
		images[i] = float32(r.NormFloat64())
	}
	for i := range labels {
		labels[i] = int32(i % 10)
	}
	out, err := plan.RunBuffers(graph.BufferOf(images, 16, 1, 28, 28), graph.BufferOf(labels, 16))
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range names {
		zero := 0
		d := graph.Data[float32](out[i])
		for _, v := range d {
			if v == 0 {
				zero++
			}
		}
		if out[i].Type != uses[i].Type() || zero > len(d)/2 {
			t.Errorf("%s: %v, %d of %d elements have no gradient", name, out[i].Type, zero, len(d))
		}
	}
	if l := graph.Data[float32](out[len(names)])[0]; l < 1 || l > 5 { // ln 10 = 2.3 at random
		t.Error("loss", l)
	}
}

// A network is by its generator alone, drops nothing in evaluation, and reads an image the same alone and among others.
func TestCNN(t *testing.T) {
	logits := func(seed uint64, n int) []float32 {
		m := vision.NewCNN(rand.New(rand.NewPCG(seed, 0)))
		g := graph.New(graph.Evaluation)
		x := g.Input("x", graph.Float32, n, 1, 28, 28)
		plan, err := exec.Compile(g, exec.In(x), exec.Out(m.Forward(x)))
		if err != nil {
			t.Fatal(err)
		}
		images := make([]float32, n*784)
		for i := range images {
			images[i] = float32(math.Sin(float64(i)))
		}
		out, err := plan.RunBuffers(graph.BufferOf(images, n, 1, 28, 28))
		if err != nil {
			t.Fatal(err)
		}
		return slices.Clone(graph.Data[float32](out[0]))
	}
	five := logits(1, 5)
	if len(five) != 50 || !slices.Equal(five, logits(1, 5)) || slices.Equal(five, logits(2, 5)) {
		t.Error("a network is not by its seed")
	}
	if one := logits(1, 1); !slices.Equal(one, five[:10]) {
		t.Error("an image alone is read as", one, "among others as", five[:10])
	}
	m := vision.NewCNN(rand.New(rand.NewPCG(1, 0)))
	for _, shape := range [][]int{{2, 1, 20, 20}, {2, 3, 28, 28}, {2, 784}} {
		g := graph.New(graph.Evaluation)
		if m.Forward(g.Input("x", graph.Float32, shape...)); g.Err() == nil {
			t.Error(shape, "is taken")
		}
	}
}

func TestDigits(t *testing.T) {
	fit, _, err := mnist.Load()
	if err != nil {
		t.Fatal(err)
	}
	d := vision.NewDigits(fit)
	a, b := make([]float32, 784), make([]float32, 784)
	var sum, squares float64
	const n = 500
	for i := range n {
		if y := d.Example(i, 0, a); y != int32(fit.Labels[i]) {
			t.Fatal(i, y)
		}
		for k, p := range fit.Image(i) {
			if want := (float64(p)/255 - 0.1307) / 0.3081; math.Abs(float64(a[k])-want) > 1e-6 {
				t.Fatal(i, k, a[k], want)
			}
			sum, squares = sum+float64(a[k]), squares+float64(a[k])*float64(a[k])
		}
	}
	if mean := sum / (n * 784); math.Abs(mean) > 0.05 || math.Abs(squares/(n*784)-1) > 0.05 {
		t.Errorf("mean %.3f, mean square %.3f", mean, squares/(n*784))
	}
	for seed := uint64(1); seed < 50; seed++ { // by the seed alone, into memory that held something else
		clear(b)
		y, z := d.Example(7, seed, a), d.Example(7, seed, b)
		if y != z || y != int32(fit.Labels[7]) || !slices.Equal(a, b) {
			t.Fatal(seed, y, z)
		}
		d.Example(7, seed+1, b)
		if slices.Equal(a, b) {
			t.Error("seeds", seed, seed+1, "give one image")
		}
	}
	if n := testing.AllocsPerRun(20, func() { d.Example(3, 0, a); d.Example(3, 5, a) }); n != 0 {
		t.Error(n, "allocations")
	}
}
