package diagnose_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/train"
	"github.com/kedja-ml/kedja/train/diagnose"
)

// A loss of (3, 4)·w has the gradient (3, 4), whose norm is 5, and plain gradient descent moves by rate times it.
func TestWatchMeasures(t *testing.T) {
	w := graph.NewParam("w", graph.BufferOf([]float32{6, 8}, 2))
	watch := diagnose.NewWatch(optim.NewSGD(func(yield func(string, *graph.Param) bool) { yield("w", w) }, optim.Constant(0.1), 0))
	g := graph.New(graph.Training)
	scale := g.Input("scale", graph.Float32)
	watch.Minimize(ops.Mul(scale, ops.Sum(ops.Mul(g.Use(w), g.Constant(graph.BufferOf([]float32{3, 4}, 2))))))
	p, err := exec.Compile(g, exec.In(scale))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []float32{1, 2, 0} {
		if _, err := p.Run([]float32{s}); err != nil {
			t.Fatal(err)
		}
	}
	// w is (6, 8), of norm 10, then 9.5, then 8.5.
	s := watch.Statistics()[0]
	near := func(a, b float64) bool { return math.Abs(a-b) < 1e-5 }
	if s.Name != "w" || s.Steps != 3 || s.Still != 1 || s.Unmoved != 1 || s.Gradient != 0 || !near(s.LargestGradient, 10) || !near(s.MeanGradient, 5) ||
		!near(s.MaxRatio, 1/9.5) || !near(s.MeanRatio, (0.05+1/9.5)/3) || !near(s.Weight, 8.5) || s.Ratio != 0 || s.Frozen() {
		t.Errorf("%+v", s)
	}
	watch.Reset()
	if s := watch.Statistics()[0]; s.Steps != 0 || s.MeanGradient == s.MeanGradient || !strings.Contains(watch.String(), "no step") {
		t.Errorf("%+v", s)
	}
}

// Watching changes no bit of what is trained.
func TestWatchChangesNothing(t *testing.T) {
	run := func(watched bool) string {
		m := newNet(1)
		l := newLoop(t, m, 0.01)
		if watched {
			l.Optimizer = diagnose.NewWatch(l.Optimizer)
		}
		if _, err := l.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		return bits(m)
	}
	if run(true) != run(false) {
		t.Error("other bits")
	}
}

func bits(m any) string {
	var b strings.Builder
	for name, v := range nn.Vars(m) {
		fmt.Fprintf(&b, "%s %x\n", name, v.Value().Bytes())
	}
	return b.String()
}

// A parameter that the loss does not reach, and one whose group has a rate of 0, are found.
func TestWatchFindsFrozenParameters(t *testing.T) {
	m := newNet(1)
	l := newLoop(t, m, 0.01)
	second := nn.Matching(nn.Params(m), func(name string) bool { return strings.HasPrefix(name, "Second") })
	rest := nn.Except(nn.Params(m), m.Second)
	watch := diagnose.NewWatch(optim.Groups{optim.NewAdam(rest, optim.Constant(0.01)), optim.NewSGD(second, optim.Constant(0), 0)})
	l.Optimizer = watch
	l.Loss = func(b []*graph.Node) train.Outputs { // cut off before the hidden layer
		h := ops.StopGradient(m.Hidden.Forward(b[0]))
		return train.Outputs{Loss: nn.CrossEntropy(m.Out.Forward(ops.Tanh(m.Second.Forward(ops.ReLU(h)))), b[1])}
	}
	if _, err := l.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	var still, frozen, moving []string
	for _, s := range watch.Statistics() {
		switch {
		case s.Still == s.Steps:
			still = append(still, s.Name)
		case s.Frozen():
			frozen = append(frozen, s.Name)
		default:
			moving = append(moving, s.Name)
		}
	}
	slices.Sort(still)
	slices.Sort(frozen)
	slices.Sort(moving)
	if got := fmt.Sprint(still, frozen, moving); got != "[Hidden.B Hidden.W] [Second.B Second.W] [Out.B Out.W]" {
		t.Errorf("%s\n%s", got, watch)
	}
	if s := watch.String(); strings.Count(s, "gradient always 0") != 2 || strings.Count(s, "frozen") != 2 {
		t.Error(s)
	}
}

func ExampleWatch() {
	r := rand.New(rand.NewPCG(1, 0))
	model := nn.Sequential{nn.NewDense(r, 2, 4), nn.Func(ops.ReLU), nn.NewDense(r, 4, 1)}
	watch := diagnose.NewWatch(optim.NewAdam(nn.Params(model), optim.Constant(1e-3)))

	g := graph.New(graph.Training)
	x, y := g.Input("x", graph.Float32, 2, 2), g.Input("y", graph.Float32, 2, 1)
	watch.Minimize(nn.MSE(model.Forward(x), y))
	step, err := exec.Compile(g, exec.In(x, y))
	if err != nil {
		fmt.Println(err)
		return
	}
	for range 10 {
		if _, err := step.Run([]float32{1, 2, 3, 4}, []float32{1, 0}); err != nil {
			fmt.Println(err)
		}
	}
	for _, s := range watch.Statistics() {
		fmt.Println(s.Name, s.Steps, "steps, moved:", !s.Frozen(), "by less than a hundredth a step:", s.MeanRatio < 0.01)
	}
	// Output:
	// 0.W 10 steps, moved: true by less than a hundredth a step: true
	// 0.B 10 steps, moved: true by less than a hundredth a step: true
	// 2.W 10 steps, moved: true by less than a hundredth a step: true
	// 2.B 10 steps, moved: true by less than a hundredth a step: true
}
