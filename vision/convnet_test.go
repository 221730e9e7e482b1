package vision_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/vision"
)

func ExampleConvNet() {
	m := vision.NewConvNet(rand.New(rand.NewPCG(1, 0)), vision.Digits, []int{16}, []int{24, 24}, []int{24, 24})
	g := graph.New(graph.Evaluation)
	logits := m.Forward(g.Input("x", graph.Float32, 64, 1, 28, 28))
	n := 0
	for _, p := range nn.Params(m) {
		n += p.Type().Shape.Size()
	}
	fmt.Println(logits.Shape(), n, "parameters", g.Err())
	// Output: [64 10] 19882 parameters <nil>
}

func ExampleNewFlatNet() {
	m := vision.NewFlatNet(rand.New(rand.NewPCG(1, 0)), vision.Digits, []int{16}, []int{32}, []int{64})
	fmt.Println(m.Out.W.Type())
	// Output: float32[2304 10]
}

// read runs a network on n images of h×w in evaluation.
func read(t *testing.T, m nn.Layer, images []float32, n, c, h, w int) []float32 {
	t.Helper()
	g := graph.New(graph.Evaluation)
	x := g.Input("x", graph.Float32, n, c, h, w)
	plan, err := exec.Compile(g, exec.In(x), exec.Out(m.Forward(x)))
	if err != nil {
		t.Fatal(err)
	}
	out, err := plan.RunBuffers(graph.BufferOf(images, n, c, h, w))
	if err != nil {
		t.Fatal(err)
	}
	return slices.Clone(graph.Data[float32](out[0]))
}

func waves(n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(math.Sin(float64(i) * float64(i)))
	}
	return x
}

// Images may have any size down to the smallest; below it the first layer that has no room says so.
func TestSizesOfConvNet(t *testing.T) {
	stages := [][]int{{4}, {5, 6}, {7}}
	for least, use := range map[int][][]int{5: stages[:1], 6: stages[:2], 8: stages} {
		for _, s := range [][2]int{{least, least}, {least, 29}, {31, least}, {28, 28}} {
			r, f := rand.New(rand.NewPCG(1, 0)), vision.Format{Channels: 2, Height: s[0], Width: s[1], Classes: 3}
			for _, m := range []nn.Layer{vision.NewConvNet(r, f, use...), vision.NewFlatNet(r, f, use...)} {
				five := read(t, m, waves(5*2*s[0]*s[1]), 5, 2, s[0], s[1])
				if len(five) != 15 || !slices.Equal(five[:3], read(t, m, waves(2*s[0]*s[1]), 1, 2, s[0], s[1])) {
					t.Error(s, "an image alone is read otherwise than among others")
				}
			}
		}
		g := graph.New(graph.Evaluation)
		vision.NewConvNet(rand.New(rand.NewPCG(1, 0)), vision.Digits, use...).Forward(g.Input("x", graph.Float32, 1, 1, least-1, 28))
		if g.Err() == nil {
			t.Error(len(use), "stages read images of", least-1)
		}
	}
}

// The mean over places does not see where a pattern lies: moved by what two poolings keep apart, and away from the edges, an image is read
// the same, up to rounding. Nearer than that it is not.
func TestConvNetSeesNoPlace(t *testing.T) {
	m := vision.NewConvNet(rand.New(rand.NewPCG(1, 0)), vision.Digits, []int{4}, []int{5, 6}, []int{7})
	at := func(dy, dx int) []float32 {
		x := make([]float32, 60*60)
		for i, v := range waves(64) {
			x[(24+dy+i/8)*60+24+dx+i%8] = v
		}
		return read(t, m, x, 1, 1, 60, 60)
	}
	apart := func(a, b []float32) (most float64) {
		for i := range a {
			most = max(most, math.Abs(float64(a[i]-b[i])))
		}
		return most
	}
	here := at(0, 0)
	if d := apart(here, at(4, -8)); d > 1e-6 {
		t.Error("moved by pooled pixels, logits differ by", d)
	}
	if d := apart(here, at(1, 0)); d < 1e-5 {
		t.Error("moved by one pixel, logits differ by no more than", d)
	}
}

// One step of training changes every parameter and every running statistic.
func TestStepOfConvNet(t *testing.T) {
	m := vision.NewConvNet(rand.New(rand.NewPCG(1, 0)), vision.Digits, []int{4}, []int{5, 6}, []int{7})
	was := map[string]string{}
	for name, v := range nn.Vars(m) {
		was[name] = string(v.Value().Bytes())
	}
	g := graph.New(graph.Training)
	x, y := g.Input("x", graph.Float32, 8, 1, 28, 28), g.Input("y", graph.Int32, 8)
	optim.NewSGD(nn.Params(m), optim.Constant(0.1), 0).Minimize(nn.CrossEntropy(m.Forward(x), y))
	plan, err := exec.Compile(g, exec.In(x, y))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := plan.RunBuffers(graph.BufferOf(waves(8*784), 8, 1, 28, 28), graph.BufferOf([]int32{0, 1, 2, 3, 4, 5, 6, 7}, 8)); err != nil {
		t.Fatal(err)
	}
	count := 0
	for name, v := range nn.Vars(m) {
		count++
		if was[name] == string(v.Value().Bytes()) {
			t.Error(name, "stays as it was")
		}
	}
	if want := 4*5 + 2; count != want {
		t.Error(count, "variables, want", want)
	}
}
