package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/kedja-ml/kedja/checkpoint"
	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/train"
	"github.com/kedja-ml/kedja/vision"
	"github.com/kedja-ml/kedja/vision/recipe"
)

// learning is how a classifier of images is trained: the flags that all such commands share. What JSON holds of it is kept in checkpoints.
type learning struct {
	Recipe   string `default:"default" help:"How to train: ${recipes}."`
	Epochs   int    `default:"0" help:"Passes over the training images; the recipe's own number if 0."`
	Seed     uint64 `default:"1" help:"Of weights, order, augmentation and dropout."`
	Holdout  int    `default:"0" help:"Training images kept apart for the validation curve; the recipe's own number if 0."`
	MaxSteps int    `default:"0" hidden:"" help:"Stop after so many steps."`
	Every    int    `default:"200" help:"Steps between checkpoints."`

	Workers int    `json:"-" default:"0" help:"Cores to use; all if 0. The result does not depend on it."`
	Out     string `json:"-" type:"path" help:"Folder for checkpoints, weights, metrics and pictures; runs/ and the command's name if empty."`
}

// A job is a run that is ready to begin or to go on.
type job struct {
	learning
	name     string // of the command
	settings any    // the command, as a checkpoint keeps it
	recipe   recipe.Recipe
	model    nn.Layer
	format   vision.Format
	moments  data.Moments
	fit      data.Dataset // levels and labels
	held     data.Dataset
	test     data.Dataset // nil if there is none
	inexact  bool
}

// chosen is the recipe with what the flags change of it.
func (l learning) chosen(command string, all []recipe.Recipe) (recipe.Recipe, error) {
	var names []string
	for _, r := range all {
		names = append(names, r.Name)
	}
	k := slices.Index(names, l.Recipe)
	if k < 0 {
		return recipe.Recipe{}, fmt.Errorf("train %s: there is no recipe %q, did you mean %q? There are %s",
			command, l.Recipe, nearest(l.Recipe, names), strings.Join(names, ", "))
	}
	if l.Epochs < 0 || l.Holdout < 0 || l.MaxSteps < 0 || l.Workers < 0 || l.Every < 0 {
		return recipe.Recipe{}, fmt.Errorf("train %s: want no negative numbers", command)
	}
	r := all[k]
	if l.Epochs != 0 {
		r.Epochs, r.Steps = l.Epochs, 0
	}
	if l.MaxSteps != 0 {
		r.Steps = l.MaxSteps
	}
	if l.Holdout != 0 {
		r.Holdout = l.Holdout
	}
	return r, nil
}

// divide keeps images apart to validate on.
func (j *job) divide(all data.Dataset) error {
	fit, held, err := data.Holdout(all.Len(), j.recipe.Holdout, 1)
	if err != nil {
		return fmt.Errorf("train %s: %w", j.name, err)
	}
	if j.fit, err = data.Subset(all, fit); err != nil {
		return err
	}
	j.held, err = data.Subset(all, held)
	return err
}

// kept is what a checkpoint holds of a command, by which kedja resume makes its job again.
type kept struct {
	Command  string `json:"command"`
	Settings any    `json:"settings"`
}

// loop makes the training loop.
func (j *job) loop() (*train.Loop, error) {
	j.model = j.recipe.Model(rand.New(rand.NewPCG(j.Seed, 0)), j.format)
	loop, _, err := j.recipe.Loop(j.model, j.fit, j.held, j.moments, recipe.Options{Seed: j.Seed, Workers: j.Workers})
	if err != nil {
		return nil, fmt.Errorf("train %s: %w", j.name, err)
	}
	loop.Checkpoints = &train.Checkpoints{Every: j.Every, Inexact: j.inexact, Parts: map[string]any{"kedja": kept{j.name, j.settings}}}
	return loop, nil
}

// run trains in the folder, or goes on there, and writes what comes of it.
func (j *job) run(ctx context.Context, to streams, resume bool) error {
	start := time.Now()
	if j.Out == "" {
		j.Out = filepath.Join("runs", j.name)
	}
	if err := newFolder(j.Out, slices.Concat(outputs(j.test != nil), []string{train.LogFile, train.TimesFile})...); err != nil {
		return fmt.Errorf("train %s: %w", j.name, err)
	}
	loop, err := j.loop()
	if err != nil {
		return err
	}
	folder, err := loop.Open(j.Out, checkpoint.Options{Last: 3})
	if err != nil {
		return err
	}
	defer folder.Close()

	bar := newBar(to, loop.Steps, "training")
	loop.OnStep = func(s train.Step) error { return bar.Set(s.Step) }
	loop.OnReport = func(r train.Report) error {
		_ = bar.Clear()
		fmt.Fprintf(to.out, "epoch %d  loss %.4f  accuracy %.4f", r.Epoch+1, r.Train["loss"], r.Train["accuracy"])
		if r.Validation != nil {
			fmt.Fprintf(to.out, "  validation loss %.4f  accuracy %.4f", r.Validation["loss"], r.Validation["accuracy"])
		}
		fmt.Fprintf(to.out, "  %.1f s\n", r.Seconds)
		return nil
	}
	loop.OnEvent = func(e train.Event) error {
		_ = bar.Clear()
		fmt.Fprintf(to.err, "kedja: step %d: %s\n", e.Step, e.What)
		return nil
	}
	steps, err := loop.Checkpoints.Store.Steps()
	if err != nil {
		return err
	}
	begin := loop.Run
	if resume {
		begin = loop.Resume
	} else if len(steps) > 0 {
		return fmt.Errorf("train %s: %s holds a run, at step %d: kedja resume %s goes on with it, --out names another folder",
			j.name, j.Out, steps[len(steps)-1], j.Out)
	}
	out, err := begin(ctx)
	if err != nil {
		_ = bar.Clear()
		if errors.Is(err, context.Canceled) {
			err = fmt.Errorf("interrupted after step %d of %d; kedja resume %s goes on", out.Step, loop.Steps, j.Out)
		}
		return err
	}
	_ = bar.Finish()
	if loop.EMA != nil {
		loop.EMA.Swap()
	}
	return j.report(to, loop.Log, start)
}

// outputs are what a run leaves beside checkpoints and logs.
func outputs(tested bool) []string {
	names := []string{"weights.safetensors", "curves.png", "filters.png"}
	if tested {
		names = append(names, "confusion.png")
	}
	return names
}

// report measures the model as it is now, and writes the files.
func (j *job) report(to streams, log *train.Log, start time.Time) error {
	if err := train.Save(filepath.Join(j.Out, "weights.safetensors"), j.model); err != nil {
		return err
	}
	if name, w, ok := firstFilters(j.model); ok {
		if err := drawFilters(filepath.Join(j.Out, "filters.png"), w); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if err := drawCurves(filepath.Join(j.Out, "curves.png"), filepath.Join(j.Out, train.LogFile)); err != nil {
		return err
	}
	if j.test == nil {
		fmt.Fprintf(to.out, "wrote %s to %s in %.1f s\n", strings.Join(outputs(false), ", "), j.Out, time.Since(start).Seconds())
		return nil
	}
	images, err := vision.Prepare(j.test, j.moments, nil)
	if err != nil {
		return err
	}
	loss, confusion, err := confuse(j.model, images, j.format.Classes, j.Workers)
	if err != nil {
		return err
	}
	if err := drawConfusion(filepath.Join(j.Out, "confusion.png"), confusion); err != nil {
		return err
	}
	right := 0
	for c := range confusion {
		right += confusion[c][c]
	}
	accuracy := float64(right) / float64(images.Len())
	if err := log.Write(map[string]any{"test_accuracy": accuracy, "test_loss": loss, "seed": j.Seed}); err != nil {
		return err
	}
	fmt.Fprintf(to.out, "wrote %s to %s in %.1f s\n", strings.Join(slices.Concat(outputs(true), []string{train.LogFile}), ", "), j.Out, time.Since(start).Seconds())
	fmt.Fprintf(to.out, "test accuracy %.4f\n", accuracy)
	return nil
}

// firstFilters finds the kernels that look at the image itself.
func firstFilters(model any) (name string, w graph.Buffer, ok bool) {
	for name, p := range nn.Params(model) {
		if p.Type().Shape.Rank() == 4 {
			return name, p.Value(), true
		}
	}
	return "", graph.Buffer{}, false
}

// confuse counts how often each class was read as each, by true and then by predicted class, and measures the mean cross-entropy.
func confuse(model nn.Layer, images data.Dataset, classes, workers int) (loss float64, confusion [][]int, err error) {
	confusion = make([][]int, classes)
	for c := range confusion {
		confusion[c] = make([]int, classes)
	}
	err = train.Evaluate(images, 500, workers,
		func(in []*graph.Node) []*graph.Node { return []*graph.Node{ops.LogSoftmax(model.Forward(in[0]), -1)} },
		func(b data.Batch, out []graph.Buffer) error {
			logp := graph.Data[float32](out[0])
			for k, label := range graph.Data[int32](b.Fields[1]) {
				row := logp[k*classes : (k+1)*classes]
				best := 0
				for c, v := range row {
					if v > row[best] {
						best = c
					}
				}
				loss -= float64(row[label]) / float64(images.Len())
				confusion[label][best]++
			}
			return nil
		})
	return loss, confusion, err
}
