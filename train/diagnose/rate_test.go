package diagnose_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/train"
	"github.com/kedja-ml/kedja/train/diagnose"
	"github.com/kedja-ml/kedja/train/plots"
)

func build(t testing.TB, adam bool) func(rate optim.Rate) (*train.Loop, error) {
	return func(rate optim.Rate) (*train.Loop, error) {
		m := newNet(1)
		l := newLoop(t, m, 0)
		l.Optimizer = optim.NewSGD(nn.Params(m), rate, 0)
		if adam {
			l.Optimizer = optim.NewAdam(nn.Params(m), rate)
		}
		return l, nil
	}
}

// The suggested rate trains far better than one a hundred times smaller, and where the range diverged, training does not work.
func TestRateRange(t *testing.T) {
	for _, adam := range []bool{false, true} {
		r, err := diagnose.RateRange(t.Context(), 1e-5, 1e3, 200, build(t, adam))
		if err != nil {
			t.Fatal(err)
		}
		if to := os.Getenv("KEDJA_RATES"); to != "" {
			if err := plots.WriteFile(fmt.Sprintf("%s-%v.png", to, adam), r.Figure()); err != nil {
				t.Fatal(err)
			}
		}
		after := func(rate float64) float64 {
			l, err := build(t, adam)(optim.Constant(rate))
			if err != nil {
				t.Fatal(err)
			}
			var last []float64
			l.OnStep = func(s train.Step) error {
				if s.Step > 80 {
					last = append(last, s.Loss/20)
				}
				return nil
			}
			if _, err := l.Run(t.Context()); err != nil {
				return 1e9
			}
			sum := 0.0
			for _, v := range last {
				sum += v
			}
			return sum
		}
		good, low, high := after(r.Suggested), after(r.Suggested/100), after(r.Rates[len(r.Rates)-1])
		t.Logf("adam %v: suggested %.3g, diverged %v at %.3g; losses %.3f, %.3f at a hundredth, %.3f at the end", adam, r.Suggested, r.Diverged, r.Rates[len(r.Rates)-1], good, low, high)
		if good > 0.6*low || good > 0.6*high {
			t.Errorf("the suggested rate %v leaves a loss of %v, a hundredth of it %v, the last %v", r.Suggested, good, low, high)
		}
		var b bytes.Buffer
		if err := plots.Write(&b, r.Figure()); err != nil || b.Len() < 1000 {
			t.Error(b.Len(), err)
		}
	}
}

func TestRateRangeRefuses(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		steps     int
	}{{0, 1, 100}, {1, 1, 100}, {1e-3, 1, 19}, {-1, 1, 100}} {
		if _, err := diagnose.RateRange(t.Context(), c.low, c.high, c.steps, build(t, false)); err == nil || !strings.Contains(err.Error(), "want at least 20") {
			t.Error(err)
		}
	}
	// A loss that does not depend on the model falls at no rate.
	_, err := diagnose.RateRange(t.Context(), 1e-3, 10, 100, func(rate optim.Rate) (*train.Loop, error) {
		m := newNet(1)
		l := newLoop(t, m, 0)
		l.Loss = func(b []*graph.Node) train.Outputs {
			return train.Outputs{Loss: nn.CrossEntropy(ops.StopGradient(ops.Scale(0, m.Forward(b[0]))), b[1])}
		}
		l.Optimizer = optim.NewSGD(nn.Params(m), rate, 0)
		return l, nil
	})
	if err == nil || !strings.Contains(err.Error(), "falls at no rate") {
		t.Error(err)
	}
}

func ExampleRateRange() {
	var t testing.T
	r, err := diagnose.RateRange(context.Background(), 1e-4, 100, 100, func(rate optim.Rate) (*train.Loop, error) {
		model := newNet(1)
		loop := newLoop(&t, model, 0)
		loop.Optimizer = optim.NewSGD(nn.Params(model), rate, 0.9)
		return loop, nil
	})
	fmt.Println(r.Suggested > 0.01, r.Suggested < 10, err)
	_ = plots.Write(&bytes.Buffer{}, r.Figure()) // plots.WriteFile("rate.png", r.Figure())
	// Output: true true <nil>
}
