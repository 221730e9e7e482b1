package metrics_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/train/metrics"
)

var every = []string{
	"accuracy", "top2", "precision_micro", "precision_macro", "precision_weighted", "recall_micro", "recall", "f1", "f1_weighted", "auc",
	"auc_micro", "auc_weighted", "ece", "logloss", "perplexity", "mse", "rmse", "mae", "r2",
}

func make3(t *testing.T, name string) metrics.Metric {
	m, err := metrics.New(name, metrics.Classes{N: 3})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestNothingMeasuredIsNaN(t *testing.T) {
	for _, name := range every {
		if v := make3(t, name).Value(); v == v {
			t.Errorf("%s of nothing is %v", name, v)
		}
	}
}

// Nothing bad is taken in, and the error is one line.
func TestRefusals(t *testing.T) {
	f32 := func(dims ...int) graph.Buffer { return graph.NewBuffer(graph.T(graph.Float32, dims...)) }
	labels := func(v ...int32) graph.Buffer { return graph.BufferOf(v, len(v)) }
	for _, name := range every {
		m := make3(t, name)
		before, _ := json.Marshal(m)
		bad := map[string][2]graph.Buffer{
			"label 3 of example 1":       {f32(2, 3), labels(0, 3)},
			"label -1 of example 0":      {f32(2, 3), labels(-1, 0)},
			"predictions float32[2 4]":   {f32(2, 4), labels(0, 1)},
			"predictions float32[2]":     {f32(2), labels(0, 1)},
			"predictions float32[3 3]":   {f32(3, 3), labels(0, 1)},
			"predictions int32[2]":       {labels(0, 1), labels(0, 1)},
			"predictions float32[2 3 1]": {f32(2, 3, 1), labels(0, 1)},
		}
		if strings.Contains("mse rmse mae r2", name) {
			bad = map[string][2]graph.Buffer{
				"predictions float32[2]": {f32(2), f32(3)}, "predictions int32[2]": {labels(0, 1), f32(2)},
				"targets int32[2]": {f32(2), labels(0, 1)}, "predictions float32[2 1]": {f32(2, 1), f32(2)},
			}
		}
		for want, b := range bad {
			err := m.Add(b[0], b[1])
			if err == nil || !strings.Contains(err.Error(), want) && !strings.Contains(err.Error(), "want floats of one shape") || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s: %v, want %q", name, err, want)
			}
		}
		if after, _ := json.Marshal(m); string(after) != string(before) {
			t.Errorf("%s: changed by what it refused", name)
		}
		o, _ := metrics.New("accuracy", metrics.Classes{N: 7})
		if name == "accuracy" {
			o = make3(t, "mse")
		}
		if err := m.Merge(o); err == nil {
			t.Errorf("%s was merged with another metric", name)
		}
		for _, text := range []string{"", "[]", "[1]", `{"N":-1}`, `{"Right":2,"N":1}`, `{"Scores":"AA==","Labels":[1]}`, `{"Sum":{"Units":"xyz"}}`, `{"Columns":[{}],"N":1}`, `[-1,0,0,0,0,0,0,0,0]`, "7"} {
			if err := m.UnmarshalJSON([]byte(text)); err == nil && text != "[]" {
				t.Errorf("%s was read from %q", name, text)
			}
		}
	}
	for _, name := range []string{"", "acuracy", "top", "top0", "topx", "f1_", "f1_mean", "mse_macro", "accuracy_micro"} {
		if m, err := metrics.New(name, metrics.Classes{N: 3}); err == nil || !strings.Contains(err.Error(), "there is no metric") {
			t.Error(name, m, err)
		}
	}
	for _, m := range []metrics.Metric{metrics.NewF1(metrics.Classes{N: 3}, metrics.Positive), metrics.NewAUC(metrics.Classes{N: 3}, metrics.Positive), metrics.NewTopK(metrics.Classes{N: 3}, 4), metrics.NewAccuracy(metrics.Classes{N: 1})} {
		if err := m.Add(f32(1, 3), labels(0)); err == nil {
			t.Errorf("%T took what it is not for", m)
		}
	}
}

// Integers, booleans and whole floats are labels alike.
func TestDtypesOfLabels(t *testing.T) {
	p := graph.BufferOf([]float32{1, -1, 2, -2}, 4)
	for _, y := range []graph.Buffer{
		graph.BufferOf([]int32{1, 0, 0, 0}, 4), graph.BufferOf([]int64{1, 0, 0, 0}, 4), graph.BufferOf([]uint8{1, 0, 0, 0}, 4),
		graph.BufferOf([]bool{true, false, false, false}, 4), graph.BufferOf([]float32{1, 0, 0, 0}, 4), graph.BufferOf([]float64{1, 0, 0, 0}, 4),
	} {
		m := metrics.NewAccuracy(metrics.Classes{N: 2})
		if err := m.Add(p, y); err != nil || m.Value() != 0.75 {
			t.Error(y.Type, m.Value(), err)
		}
	}
	m := metrics.NewAccuracy(metrics.Classes{N: 2})
	if err := m.Add(p, graph.BufferOf([]float32{1, 0, 0.5, 0}, 4)); err == nil || !strings.Contains(err.Error(), "label 0.5 of example 2") {
		t.Error(err)
	}
}

func TestTiesAndNaN(t *testing.T) {
	nan := float32(math.NaN())
	p := graph.BufferOf([]float32{
		0, 0, 0, // a tie is the first
		nan, 1, 0, // below all others
		nan, nan, nan,
		0, 2, 2,
	}, 4, 3)
	y := graph.BufferOf([]int32{0, 1, 0, 2}, 4)
	for k, want := range map[int]float64{1: 0.75, 2: 1, 3: 1} {
		m := metrics.NewTopK(metrics.Classes{N: 3}, k)
		if err := m.Add(p, y); err != nil || m.Value() != want {
			t.Errorf("top %d: %v, want %v, %v", k, m.Value(), want, err)
		}
	}
	m := metrics.NewLogLoss(metrics.Classes{N: 3})
	if err := m.Add(p, y); err != nil || !math.IsNaN(m.Value()) {
		t.Error(m.Value(), err)
	}
}

// Large logits neither overflow nor lose what is small.
func TestLogLossOfLargeLogits(t *testing.T) {
	m := metrics.NewLogLoss(metrics.Classes{N: 2})
	if err := m.Add(graph.BufferOf([]float32{3e38, -3e38, 800, -800}, 4), graph.BufferOf([]int32{1, 0, 0, 0}, 4)); err != nil || m.Value() != 200 {
		t.Error(m.Value(), err)
	}
	m.Reset()
	if err := m.Add(graph.BufferOf([]float64{40, 0}, 1, 2), graph.BufferOf([]int32{0}, 1)); err != nil || math.Abs(m.Value()-math.Exp(-40)) > 1e-30 {
		t.Error(m.Value(), err)
	}
	// R² of targets whose spread is a millionth of their mean.
	r := rand.New(rand.NewPCG(1, 1))
	y, p := make([]float64, 1000), make([]float64, 1000)
	var errs, spread, mean float64
	for i := range y {
		y[i] = 1e9 + r.NormFloat64()
		p[i] = 1e9
		mean += (y[i] - 1e9) / 1000
	}
	for i := range y {
		errs += (y[i] - 1e9) * (y[i] - 1e9)
		spread += (y[i] - 1e9 - mean) * (y[i] - 1e9 - mean)
	}
	r2 := metrics.NewR2()
	if err := r2.Add(graph.BufferOf(p, 1000), graph.BufferOf(y, 1000)); err != nil || math.Abs(r2.Value()-(1-errs/spread)) > 1e-12 {
		t.Error(r2.Value(), 1-errs/spread, err)
	}
}

func TestCalibrationBins(t *testing.T) {
	m := metrics.NewCalibration(metrics.Classes{N: 2, Of: metrics.Probabilities}, 4)
	// Confidences 0.5, 0.75 (an edge, which belongs to the bin below it), 0.8 and 1.
	if err := m.Add(graph.BufferOf([]float64{0.5, 0.75, 0.2, 1}, 4), graph.BufferOf([]int32{0, 0, 0, 1}, 4)); err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(m.Bins()[1:])
	if want := "[{0.25 0.5 1 0.5 1} {0.5 0.75 1 0.75 0} {0.75 1 2 0.9 1}]"; got != want || math.Abs(m.Value()-(0.5+0.75+0.2)/4) > 1e-15 {
		t.Error(got, m.Value())
	}
}
