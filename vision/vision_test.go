package vision_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/vision"
	"github.com/kedja-ml/kedja/vision/augment"
	"github.com/kedja-ml/kedja/vision/mnist"
)

func ExampleCNN() {
	m := vision.NewCNN(rand.New(rand.NewPCG(1, 0)), vision.Digits)
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
	vision.Normalize(x, []uint8{0, 255}, mnist.Moments())
	fmt.Printf("%.4f\n", x)
	// Output: [-0.4242 2.8215]
}

func ExamplePrepare() {
	_, tests, err := mnist.Load()
	if err != nil {
		fmt.Println(err)
		return
	}
	set, err := vision.Prepare(tests, mnist.Moments(), augment.Affine{Shift: 2, Rotate: 12, Scale: 0.08})
	if err != nil {
		fmt.Println(err)
		return
	}
	row, err := data.Get(set, 0)
	fmt.Println(set.Len(), set.Types(), graph.Data[int32](row[1]), err)
	// Output: 10000 [float32[1 28 28] int32[]] [7] <nil>
}

// Every array of parameters gets a gradient, most elements of it from a batch of 16 at random: nothing is cut off. Units of ReLU that are
// silent, and dropout, leave some without.
func TestGradientsReachEveryParameter(t *testing.T) {
	m := vision.NewCNN(rand.New(rand.NewPCG(1, 0)), vision.Digits)
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
		m := vision.NewCNN(rand.New(rand.NewPCG(seed, 0)), vision.Digits)
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
	m := vision.NewCNN(rand.New(rand.NewPCG(1, 0)), vision.Digits)
	for _, shape := range [][]int{{2, 1, 20, 20}, {2, 3, 28, 28}, {2, 784}} {
		g := graph.New(graph.Evaluation)
		if m.Forward(g.Input("x", graph.Float32, shape...)); g.Err() == nil {
			t.Error(shape, "is taken")
		}
	}
}

func TestPrepare(t *testing.T) {
	fit, _, err := mnist.Load()
	if err != nil {
		t.Fatal(err)
	}
	set, err := vision.Prepare(fit, mnist.Moments(), augment.Affine{Shift: 2, Rotate: 12, Scale: 0.08})
	if err != nil {
		t.Fatal(err)
	}
	row := func() []graph.Buffer {
		return []graph.Buffer{graph.NewBuffer(set.Types()[0]), graph.NewBuffer(set.Types()[1])}
	}
	one, two := row(), row()
	a, b := graph.Data[float32](one[0]), graph.Data[float32](two[0])
	read := func(i int, seed uint64, row []graph.Buffer) {
		if err := set.Read(i, seed, row); err != nil || graph.Data[int32](row[1])[0] != int32(fit.Labels[i]) {
			t.Fatal(i, seed, err)
		}
	}
	var sum, squares float64
	const n = 500
	for i := range n {
		read(i, 0, one)
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
		read(7, seed, one)
		read(7, seed, two)
		if !slices.Equal(a, b) {
			t.Fatal(seed)
		}
		if read(7, seed+1, two); slices.Equal(a, b) {
			t.Error("seeds", seed, seed+1, "give one image")
		}
	}
	if n := testing.AllocsPerRun(20, func() { read(3, 0, one); read(3, 5, one) }); n != 0 {
		t.Error(n, "allocations")
	}
}

// Each channel is normalised by its own moments, and all are varied alike.
func TestPrepareChannels(t *testing.T) {
	levels := make([]uint8, 2*3*5*4)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range levels {
		levels[i] = uint8(r.Uint32())
	}
	copy(levels[20:40], levels[:20]) // the second channel of the first image is like the first one
	set, err := data.Arrays(graph.BufferOf(levels, 2, 3, 5, 4), graph.BufferOf([]int32{4, 9}, 2))
	if err != nil {
		t.Fatal(err)
	}
	m := data.Moments{Mean: []float64{0.5, 0.25, 0.5}, Deviation: []float64{0.2, 0.1, 0}}
	images, err := vision.Prepare(set, m, augment.Affine{Shift: 1})
	if err != nil {
		t.Fatal(err)
	}
	row := []graph.Buffer{graph.NewBuffer(images.Types()[0]), graph.NewBuffer(images.Types()[1])}
	x := graph.Data[float32](row[0])
	for seed := range uint64(5) {
		if err := images.Read(0, seed, row); err != nil || graph.Data[int32](row[1])[0] != 4 {
			t.Fatal(err)
		}
		for i := range 20 {
			if one, two := 0.2*float64(x[i])+0.5, 0.1*float64(x[20+i])+0.25; math.Abs(one-two) > 1e-6 {
				t.Errorf("seed %d, pixel %d: %v and %v", seed, i, one, two)
			}
		}
	}
	if err := images.Read(1, 0, row); err != nil {
		t.Fatal(err)
	}
	for i, p := range levels[60+40:] { // a deviation of 0 only shifts
		if want := float64(p)/255 - 0.5; math.Abs(float64(x[40+i])-want) > 1e-6 {
			t.Errorf("%v, want %v", x[40+i], want)
		}
	}
	for want, f := range map[string]func() (data.Dataset, error){
		"moments of 1 channels": func() (data.Dataset, error) { return vision.Prepare(set, mnist.Moments(), nil) },
		"want levels uint8":     func() (data.Dataset, error) { return vision.Prepare(images, m, nil) },
	} {
		if _, err := f(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
