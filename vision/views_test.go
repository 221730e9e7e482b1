package vision_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/vision"
	"github.com/kedja-ml/kedja/vision/augment"
	"github.com/kedja-ml/kedja/vision/mnist"
)

func ExampleViews() {
	_, tests, err := mnist.Load()
	if err != nil {
		fmt.Println(err)
		return
	}
	set, err := vision.Views(tests, mnist.Moments(), augment.Pose{Right: 1}, augment.Pose{Turn: 6})
	if err != nil {
		fmt.Println(err)
		return
	}
	row, err := data.Get(set, 0)
	fmt.Println(set.Len(), set.Types(), graph.Data[int32](row[1]), err)
	// Output: 10000 [float32[3 1 28 28] int32[]] [7] <nil>
}

func ExampleAgree() {
	// A model that compares the two pixels of an image, seen in two views.
	differ := nn.Func(func(x *graph.Node) *graph.Node { return nn.Flatten{}.Forward(x) })
	g := graph.New(graph.Evaluation)
	x := g.Constant(graph.BufferOf([]float32{0, 0, float32(math.Log(3)), 0}, 1, 2, 1, 1, 2))
	out, err := exec.Eval(vision.Agree(differ, x))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, v := range out[0].Data().([]float32) { // (1/2 + 3/4)/2 and the rest
		fmt.Printf("%.3f ", math.Exp(float64(v)))
	}
	// Output: 0.625 0.375
}

// The first view is the image as it is, each other one what its variation makes of it, in all channels alike.
func TestViews(t *testing.T) {
	const h, w = 5, 4
	r := rand.New(rand.NewPCG(1, 1))
	levels := make([]uint8, 3*2*h*w)
	for i := range levels {
		levels[i] = uint8(r.IntN(256))
	}
	set, err := data.Arrays(graph.BufferOf(levels, 3, 2, h, w), graph.BufferOf([]int32{4, 0, 7}, 3))
	if err != nil {
		t.Fatal(err)
	}
	m := data.Moments{Mean: []float64{0.2, 0.4}, Deviation: []float64{0.3, 0.5}}
	how := []vision.Variation{augment.Pose{Turn: 30, Lean: 0.2}, augment.Affine{Shift: 2}}
	views, err := vision.Views(set, m, how...)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := vision.Prepare(set, m, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		row, err := data.Get(views, i)
		if err != nil {
			t.Fatal(err)
		}
		one, err := data.Get(plain, i)
		if err != nil {
			t.Fatal(err)
		}
		want := graph.Data[float32](one[0])
		for _, v := range how {
			for c := range 2 {
				part := make([]float32, h*w)
				v.Apply(part, levels[(2*i+c)*h*w:][:h*w], h, w, float32(1/(255*m.Deviation[c])), float32(-m.Mean[c]/m.Deviation[c]), 1)
				want = append(want, part...)
			}
		}
		if got := graph.Data[float32](row[0]); fmt.Sprint(got) != fmt.Sprint(want) || graph.Data[int32](row[1])[0] != graph.Data[int32](one[1])[0] {
			t.Errorf("example %d is %v, want %v", i, got, want)
		}
	}
	if _, err := vision.Views(set, mnist.Moments()); err == nil {
		t.Error("moments of one channel are taken for two")
	}
}

// What a model says of views is the mean of what it says of each.
func TestAgree(t *testing.T) {
	m := vision.NewFlatNet(rand.New(rand.NewPCG(1, 0)), vision.Digits, []int{4}, []int{5})
	const n, views = 3, 4
	images := waves(n * views * 784)
	logits := read(t, m, images, n*views, 1, 28, 28)
	g := graph.New(graph.Evaluation)
	x := g.Input("x", graph.Float32, n, views, 1, 28, 28)
	plan, err := exec.Compile(g, exec.In(x), exec.Out(vision.Agree(m, x)))
	if err != nil {
		t.Fatal(err)
	}
	out, err := plan.RunBuffers(graph.BufferOf(images, n, views, 1, 28, 28))
	if err != nil {
		t.Fatal(err)
	}
	for i, got := range graph.Data[float32](out[0]) {
		mean := 0.0
		for v := range views {
			z, sum := logits[(i/10*views+v)*10:][:10], 0.0
			for _, l := range z {
				sum += math.Exp(float64(l))
			}
			mean += math.Exp(float64(z[i%10])) / sum / views
		}
		if math.Abs(math.Exp(float64(got))-mean) > 1e-5 {
			t.Errorf("class %d of image %d has the probability %v, want %v", i%10, i/10, math.Exp(float64(got)), mean)
		}
	}
	g = graph.New(graph.Evaluation)
	vision.Agree(m, g.Input("x", graph.Float32, 2, 1, 28, 28))
	if err := g.Err(); err == nil || !strings.Contains(err.Error(), "agree: x [2 1 28 28]: want [N, views, channels, h, w]") {
		t.Error(err)
	}
}
