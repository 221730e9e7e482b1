package console

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/kedja-ml/kedja/train"
	"github.com/kedja-ml/kedja/train/progress"
)

// Streams are where a run writes: what was measured to Out; the bar and what happened beside the steps to Err.
type Streams struct{ Out, Err io.Writer }

// Show lets a loop tell what it does, in place of its OnStep, OnReport and OnEvent. The bar is taken away by done.
func Show(l *train.Loop, to Streams) (done func()) {
	bar := progress.New(to.Err, "training")
	l.OnStep = bar.Step
	l.OnReport = func(r train.Report) error {
		bar.Clear()
		fmt.Fprintf(to.Out, "epoch %d", r.Epoch+1)
		numbers(to.Out, "", r.Train)
		numbers(to.Out, "validation ", r.Validation)
		fmt.Fprintf(to.Out, "  %.1f s\n", r.Seconds)
		return nil
	}
	l.OnEvent = func(e train.Event) error {
		bar.Clear()
		fmt.Fprintf(to.Err, "step %d: %s\n", e.Step, strings.TrimPrefix(e.What, fmt.Sprintf("step %d: ", e.Step)))
		return nil
	}
	return bar.Done
}

// numbers prints the loss and then the others by name.
func numbers(to io.Writer, of string, values map[string]float64) {
	names := slices.SortedFunc(maps.Keys(values), func(a, b string) int {
		if (a == "loss") != (b == "loss") {
			return map[bool]int{true: -1, false: 1}[a == "loss"]
		}
		return strings.Compare(a, b)
	})
	for i, name := range names {
		if i > 0 {
			of = ""
		}
		fmt.Fprintf(to, "  %s%s %.4f", of, name, values[name])
	}
}
