package diagnose_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/train"
	"github.com/kedja-ml/kedja/train/diagnose"
)

func TestOverfitOneBatch(t *testing.T) {
	m := newNet(1)
	l := newLoop(t, m, 0.02)
	before, at := bits(m), l.Data.Position()
	v, err := diagnose.OverfitOneBatch(t.Context(), l, diagnose.Overfit{})
	if err != nil || !v.Passed || v.Last > v.First/100 || !strings.HasPrefix(v.String(), "passed") || len(v.Reasons) != 0 {
		t.Error(v, err)
	}
	if bits(m) != before || l.Data.Position() != at {
		t.Error("the check left its traces")
	}
	w, err := diagnose.OverfitOneBatch(t.Context(), l, diagnose.Overfit{})
	if err != nil || w.Last != v.Last || w.Steps != v.Steps {
		t.Error("checked again, something else comes out:", w, err)
	}
	// What it trains afterwards is as if there had been no check.
	if _, err := l.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	after := bits(m)
	m = newNet(1)
	l = newLoop(t, m, 0.02)
	if _, err := l.Run(t.Context()); err != nil || bits(m) != after {
		t.Error("the run after the check has other bits", err)
	}
}

// Planted faults fail, each with its reason.
func TestOverfitOneBatchFindsFaults(t *testing.T) {
	for name, c := range map[string]struct {
		plant func(l *train.Loop, m *net)
		why   string
	}{
		"softmax before the cross-entropy": {func(l *train.Loop, m *net) {
			l.Loss = func(b []*graph.Node) train.Outputs {
				return train.Outputs{Loss: nn.CrossEntropy(ops.Softmax(m.Forward(b[0]), -1), b[1])}
			}
		}, "it may have a floor, such as that of probabilities"},
		"the wrong sign": {func(l *train.Loop, m *net) {
			l.Loss = func(b []*graph.Node) train.Outputs {
				return train.Outputs{Loss: ops.Exp(ops.Neg(nn.CrossEntropy(m.Forward(b[0]), b[1])))}
			}
			l.Optimizer = optim.Through(l.Optimizer, func(d []*graph.Node) []*graph.Node {
				for i := range d {
					d[i] = ops.Neg(d[i])
				}
				return d
			})
		}, "the loss rose"},
		"a loss without the model": {func(l *train.Loop, m *net) {
			l.Loss = func(b []*graph.Node) train.Outputs {
				return train.Outputs{Loss: nn.CrossEntropy(ops.StopGradient(m.Forward(b[0])), b[1])}
			}
		}, "the gradient of Hidden.W was always 0"},
		"a frozen layer": {func(l *train.Loop, m *net) {
			l.Optimizer = optim.NewAdam(nn.Params(m.Out), optim.Constant(1e-4))
		}, "Hidden.W is frozen"},
		"dead units": {func(l *train.Loop, m *net) {
			b := graph.Data[float32](m.Hidden.B.Value())
			for i := range b {
				b[i] = -100
			}
			m.Hidden.B.Set(graph.BufferOf(b, len(b)))
		}, "the gradient of Hidden.W was always 0"},
		"a rate of 0": {func(l *train.Loop, m *net) {
			l.Optimizer = optim.NewSGD(nn.Params(m), optim.Constant(0), 0)
		}, "Out.W did not move although its gradient was not 0"},
		"a rate far too high": {func(l *train.Loop, m *net) {
			l.Optimizer = optim.NewSGD(nn.Params(m), optim.Constant(1e4), 0)
		}, "the rate may be too high"},
		"NaN": {func(l *train.Loop, m *net) {
			l.Loss = func(b []*graph.Node) train.Outputs {
				return train.Outputs{Loss: ops.Mean(ops.Log(ops.Sub(m.Forward(b[0]), m.Forward(ops.Scale(1.0001, b[0])))))}
			}
		}, "NaN"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newNet(1)
			l := newLoop(t, m, 0.02)
			c.plant(l, m)
			before := bits(m)
			v, err := diagnose.OverfitOneBatch(t.Context(), l, diagnose.Overfit{Steps: 100})
			if err != nil || v.Passed || !strings.Contains(v.String(), c.why) {
				t.Errorf("%v, %v, want %q", v, err, c.why)
			}
			if bits(m) != before {
				t.Error("the check left its traces")
			}
		})
	}
	if _, err := diagnose.OverfitOneBatch(t.Context(), &train.Loop{}, diagnose.Overfit{}); err == nil {
		t.Error("an empty loop was checked")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := diagnose.OverfitOneBatch(ctx, newLoop(t, newNet(1), 0.01), diagnose.Overfit{}); err == nil {
		t.Error("a check that was cancelled has a verdict")
	}
	if v, err := diagnose.OverfitOneBatch(t.Context(), newLoop(t, newNet(1), 0.01), diagnose.Overfit{To: 10}); err != nil || !v.Passed || v.Steps != 1 || math.IsNaN(v.First) {
		t.Error(v, err)
	}
}

func ExampleOverfitOneBatch() {
	var t testing.T
	m := newNet(1)
	loop := newLoop(&t, m, 0.02)
	loop.Optimizer = optim.NewAdam(nn.Except(nn.Params(m), m.Hidden, m.Second), optim.Constant(1e-3)) // two layers are forgotten
	v, err := diagnose.OverfitOneBatch(context.Background(), loop, diagnose.Overfit{Steps: 50})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(v.Passed)
	for _, why := range v.Reasons {
		fmt.Println(why)
	}
	// Output:
	// false
	// Hidden.W is frozen: the optimiser does not have it
	// Hidden.B is frozen: the optimiser does not have it
	// Second.W is frozen: the optimiser does not have it
	// Second.B is frozen: the optimiser does not have it
}
