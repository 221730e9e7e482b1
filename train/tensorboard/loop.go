package tensorboard

import (
	"fmt"
	"maps"
	"slices"

	"github.com/kedja-ml/kedja/train"
)

var _ train.Logger = (*Writer)(nil)

// Report adds what a loop measured, as curves "loss/training", "loss/validation" and so on, which TensorBoard shows beside each other.
func (w *Writer) Report(r train.Report) error {
	for i, values := range []map[string]float64{r.Train, r.Validation} {
		for _, name := range slices.Sorted(maps.Keys(values)) {
			if err := w.Scalar(name+[...]string{"/training", "/validation"}[i], r.Step, values[name]); err != nil {
				return err
			}
		}
	}
	return nil
}

// Event adds what happened beside the steps, as a text.
func (w *Writer) Event(e train.Event) error {
	return w.Text("events", e.Step, fmt.Sprintf("step %d: %s", e.Step, e.What))
}
