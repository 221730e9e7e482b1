package metrics_test

import (
	"fmt"
	"strings"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/train/metrics"
)

// Five examples of three classes.
var (
	logits = graph.BufferOf([]float32{2, 0, 0, 0, 3, 0, 1, 2, 0, 0, 0, 1, 0, 0, 2}, 5, 3)
	labels = graph.BufferOf([]int32{0, 1, 0, 2, 2}, 5)
)

func show(ms ...metrics.Metric) {
	var values []string
	for _, m := range ms {
		if err := m.Add(logits, labels); err != nil {
			fmt.Println(err)
		}
		values = append(values, fmt.Sprintf("%.4f", m.Value()))
	}
	fmt.Println(strings.Join(values, " "))
}

func ExampleNewAccuracy() {
	c := metrics.Classes{N: 3}
	show(metrics.NewAccuracy(c), metrics.NewTopK(c, 2))
	// Output: 0.8000 1.0000
}

func ExampleConfusion() {
	m := metrics.NewConfusion(metrics.Classes{N: 3})
	show(m)
	fmt.Println(m.Counts())
	// Output:
	// 0.8000
	// [[1 1 0] [0 1 0] [0 0 2]]
}

func ExampleNewF1() {
	c := metrics.Classes{N: 3}
	f1 := metrics.NewF1(c, metrics.Macro)
	show(metrics.NewPrecision(c, metrics.Macro), metrics.NewRecall(c, metrics.Macro), f1)
	fmt.Printf("%.4f\n", f1.Values())
	// Output:
	// 0.8333 0.8333 0.7778
	// [0.6667 0.6667 1.0000]
}

func ExampleAUC() {
	show(metrics.NewAUC(metrics.Classes{N: 3}, metrics.Macro))
	// Output: 1.0000
}

func ExampleCalibration() {
	m := metrics.NewCalibration(metrics.Classes{N: 3}, 5)
	show(m)
	for _, b := range m.Bins()[2:] {
		fmt.Printf("(%.1f, %.1f] %d examples, %.2f sure, %.2f right\n", b.Low, b.High, b.N, b.Confidence, b.Accuracy)
	}
	// Output:
	// 0.1507
	// (0.4, 0.6] 1 examples, 0.58 sure, 1.00 right
	// (0.6, 0.8] 3 examples, 0.75 sure, 0.67 right
	// (0.8, 1.0] 1 examples, 0.91 sure, 1.00 right
}

func ExampleNewLogLoss() {
	c := metrics.Classes{N: 3}
	show(metrics.NewLogLoss(c), metrics.NewPerplexity(c))
	// Output: 0.5066 1.6597
}

func ExampleR2() {
	p, y := graph.BufferOf([]float64{1, 2, 4}, 3), graph.BufferOf([]float64{1, 2, 3}, 3)
	for _, m := range []metrics.Metric{metrics.NewMSE(), metrics.NewRMSE(), metrics.NewMAE(), metrics.NewR2()} {
		if err := m.Add(p, y); err != nil {
			fmt.Println(err)
		}
		fmt.Printf("%.4f ", m.Value())
	}
	// Output: 0.3333 0.5774 0.3333 0.5000
}

// Parts of a data set are measured apart and merged: the bits are those of all at once.
func ExampleNew() {
	var parts []metrics.Metric
	for range 2 {
		m, err := metrics.New("f1_weighted", metrics.Classes{N: 3})
		if err != nil {
			fmt.Println(err)
			return
		}
		parts = append(parts, m)
	}
	_ = parts[0].Add(logits.Part(0, 6).As(graph.Of(2, 3)), labels.Part(0, 2))
	_ = parts[1].Add(logits.Part(6, 15).As(graph.Of(3, 3)), labels.Part(2, 5))
	fmt.Println(parts[0].Merge(parts[1]), parts[0].Value())
	_, err := metrics.New("f2", metrics.Classes{N: 3})
	fmt.Println(err)
	// Output:
	// <nil> 0.8
	// metrics: there is no metric "f2", there are accuracy top<k> precision recall f1 precision_micro precision_macro precision_weighted recall_micro recall_macro recall_weighted f1_micro f1_macro f1_weighted auc auc_micro auc_macro auc_weighted ece logloss perplexity mse rmse mae r2
}
