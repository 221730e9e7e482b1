package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/kedja-ml/kedja/checkpoint"
	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/safetensors"
	"github.com/kedja-ml/kedja/train"
	"github.com/kedja-ml/kedja/train/metrics"
	"github.com/kedja-ml/kedja/train/plots"
	"github.com/kedja-ml/kedja/vision"
)

// outputs are what a run leaves beside checkpoints and logs. A picture of hundreds of classes would show nothing.
func (j *job) outputs() []string {
	names := []string{"weights.safetensors", "curves.png", "filters.png"}
	if j.test != nil && j.format.Classes <= 50 {
		names = append(names, "confusion.png")
	}
	return names
}

// report measures the model as it is now, and writes the files.
func (j *job) report(to streams, loop *train.Loop, start time.Time) error {
	weights := filepath.Join(j.Out, "weights.safetensors")
	if err := safetensors.WriteFile(weights, checkpoint.Tensors(nn.Vars(j.model)), j.about.metadata()); err != nil {
		return err
	}
	if w, ok := firstFilters(j.model); ok {
		filters, err := plots.Filters(w)
		if err == nil {
			err = plots.WriteImage(filepath.Join(j.Out, "filters.png"), filters)
		}
		if err != nil {
			return err
		}
	}
	reports, err := plots.ReadLog(filepath.Join(j.Out, train.LogFile))
	if err != nil {
		return err
	}
	if err := plots.WriteFile(filepath.Join(j.Out, "curves.png"), plots.Curves("loss", false, reports), plots.Curves("accuracy", true, reports)); err != nil {
		return err
	}
	var result string
	if j.test != nil {
		accuracy, err := j.measure(loop.Log)
		if err != nil {
			return err
		}
		result = fmt.Sprintf("test accuracy %.4f", accuracy)
	} else {
		m, err := train.Measure(loop.Validation.Data, loop.Validation.Batch, j.Workers, loop.Loss)
		if err != nil {
			return err
		}
		result = fmt.Sprintf("validation accuracy %.4f", m["accuracy"])
	}
	fmt.Fprintf(to.out, "wrote %s to %s in %.1f s\n%s\n", strings.Join(append(j.outputs(), train.LogFile), ", "), j.Out, time.Since(start).Seconds(), result)
	return nil
}

// measure looks at the test images.
func (j *job) measure(log *train.Log) (accuracy float64, err error) {
	images, err := vision.Views(j.test, j.moments, j.recipe.Views...)
	if err != nil {
		return 0, err
	}
	classes := metrics.Classes{N: j.format.Classes}
	confusion, loss := metrics.NewConfusion(classes), metrics.NewLogLoss(classes)
	err = train.Evaluate(images, max(1, 500/(1+len(j.recipe.Views))), j.Workers,
		func(in []*graph.Node) []*graph.Node { return []*graph.Node{vision.Agree(j.model, in[0])} },
		func(b data.Batch, out []graph.Buffer) error {
			return errors.Join(confusion.Add(out[0], b.Fields[1]), loss.Add(out[0], b.Fields[1]))
		})
	if err != nil {
		return 0, err
	}
	if slices.Contains(j.outputs(), "confusion.png") {
		if err := plots.WriteImage(filepath.Join(j.Out, "confusion.png"), plots.Confusion(confusion.Counts(), j.about.names())); err != nil {
			return 0, err
		}
	}
	return confusion.Value(), log.Write(map[string]any{"test_accuracy": confusion.Value(), "test_loss": loss.Value(), "seed": j.Seed})
}

// firstFilters finds the kernels that look at the image itself.
func firstFilters(model any) (w graph.Buffer, ok bool) {
	for _, p := range nn.Params(model) {
		if p.Type().Shape.Rank() == 4 {
			return p.Value(), true
		}
	}
	return graph.Buffer{}, false
}
