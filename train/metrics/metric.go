package metrics

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/kedja-ml/kedja/graph"
)

// A Metric measures examples that come in batches. It is for one goroutine at a time: measure in several with a metric each, and merge.
type Metric interface {
	// Add takes a batch. After an error the metric is as it was.
	Add(predictions, targets graph.Buffer) error
	// Value is what is measured of all examples since the last Reset; NaN where it is not defined, as before the first.
	Value() float64
	Reset()
	// Merge adds what another metric of the same kind and settings was given.
	Merge(Metric) error
	// The JSON holds what was added, not the settings: it is read into a metric that was made with the same ones.
	json.Marshaler
	json.Unmarshaler
}

// names lists what New knows, with the metrics of numbers last.
var names = []string{
	"accuracy", "top<k>", "precision", "recall", "f1", "precision_micro", "precision_macro", "precision_weighted", "recall_micro",
	"recall_macro", "recall_weighted", "f1_micro", "f1_macro", "f1_weighted", "auc", "auc_micro", "auc_macro", "auc_weighted", "ece",
	"logloss", "perplexity", "mse", "rmse", "mae", "r2",
}

// New makes a metric from its name: accuracy, top5 or another k, precision, recall, f1, auc, ece (15 bins), logloss and perplexity of
// classes; mse, rmse, mae and r2 of numbers. Precision, recall, f1 and auc end in _micro, _macro or _weighted; without, they are of class
// 1 of two, and macro averages of more.
func New(name string, c Classes) (Metric, error) {
	base, end, averaged := strings.Cut(name, "_")
	average := Positive
	if c.N > 2 {
		average = Macro
	}
	if averaged {
		i := slices.Index([]string{"micro", "macro", "weighted"}, end)
		if i < 0 {
			return nil, unknown(name)
		}
		average = []Average{Micro, Macro, Weighted}[i]
	}
	var m Metric
	switch base {
	case "precision":
		m = NewPrecision(c, average)
	case "recall":
		m = NewRecall(c, average)
	case "f1":
		m = NewF1(c, average)
	case "auc":
		m = NewAUC(c, average)
	}
	if m == nil && !averaged {
		m = plain(name, c)
	}
	if m == nil {
		return nil, unknown(name)
	}
	return m, nil
}

// plain makes the metrics that have no averages.
func plain(name string, c Classes) Metric {
	switch name {
	case "accuracy":
		return NewAccuracy(c)
	case "ece":
		return NewCalibration(c, 15)
	case "logloss":
		return NewLogLoss(c)
	case "perplexity":
		return NewPerplexity(c)
	case "mse":
		return NewMSE()
	case "rmse":
		return NewRMSE()
	case "mae":
		return NewMAE()
	case "r2":
		return NewR2()
	}
	if digits, ok := strings.CutPrefix(name, "top"); ok {
		if k, err := strconv.Atoi(digits); err == nil && k > 0 {
			return NewTopK(c, k)
		}
	}
	return nil
}

func unknown(name string) error {
	return fmt.Errorf("metrics: there is no metric %q, there are %s", name, strings.Join(names, " "))
}

// other is the metric to merge with, if it is of the same type.
func other[M Metric](mine M, m Metric) (M, error) {
	o, ok := m.(M)
	if !ok {
		return o, fmt.Errorf("metrics: a %T cannot be merged with a %T", mine, m)
	}
	return o, nil
}

// decode reads JSON that has no other fields than v.
func decode(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("metrics: not what was saved: %w", err)
	}
	return nil
}
