package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/kedja-ml/kedja/checkpoint"
	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/internal/nearest"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/train"
	"github.com/kedja-ml/kedja/train/console"
	"github.com/kedja-ml/kedja/train/tensorboard"
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
	Keep     int    `default:"3" help:"How many checkpoints to keep beside the best; all if 0."`

	Validate        int     `default:"0" help:"Steps between validations; an epoch if 0."`
	Patience        int     `default:"0" help:"Stop when validation has not become better for more than so many times in a row, and end with the best weights; never if 0."`
	Recover         int     `default:"3" help:"How often to go back to the best checkpoint, where a step gives NaN or the loss runs away."`
	RecoverPatience int     `default:"0" help:"Go back too when validation has been worse than the best for more than so many times in a row; never if 0."`
	RecoverRate     float64 `default:"0.5" help:"What going back multiplies the learning rate by."`
	Rate            float64 `default:"1" help:"What the recipe's learning rate is multiplied by."`
	Accumulate      int     `default:"1" help:"Batches whose gradients make one update."`

	From    string            `type:"path" help:"Begin with the weights of a run's folder, a checkpoint or a safetensors file."`
	Rename  map[string]string `help:"With --from: OLD=NEW for names that begin with OLD." placeholder:"OLD=NEW"`
	Skip    []string          `help:"With --from: leave out weights whose names begin with this; they are drawn." placeholder:"PREFIX"`
	Partial bool              `help:"With --from: allow weights that only one side has."`
	Freeze  []string          `help:"Do not train parameters whose names begin with this." placeholder:"PREFIX"`

	TensorBoard bool `name:"tensorboard" help:"Write events for TensorBoard too."`

	Workers int    `json:"-" default:"0" help:"Cores to use; all if 0. The result does not depend on it."`
	Overfit bool   `json:"-" name:"overfit-one-batch" help:"Train on one batch alone to see whether the model can learn it by heart; nothing is written."`
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
	about    *about       // of the images; nil where the command knows them
	close    func() error // of the data; may be nil
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
			command, l.Recipe, nearest.Name(l.Recipe, names), strings.Join(names, ", "))
	}
	if slices.Min([]int{l.Epochs, l.Holdout, l.MaxSteps, l.Workers, l.Every, l.Keep, l.Validate, l.Patience, l.Recover, l.RecoverPatience, l.Accumulate}) < 0 {
		return recipe.Recipe{}, fmt.Errorf("train %s: want no negative numbers", command)
	}
	if !(l.Rate > 0) || math.IsInf(l.Rate, 0) || !(l.RecoverRate > 0 && l.RecoverRate <= 1) {
		return recipe.Recipe{}, fmt.Errorf("train %s: want --rate above 0, and --recover-rate above 0 and at most 1", command)
	}
	if l.From == "" && (len(l.Rename) > 0 || len(l.Skip) > 0 || l.Partial) {
		return recipe.Recipe{}, fmt.Errorf("train %s: --rename, --skip and --partial want --from", command)
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
func (j *job) divide(all data.Dataset) (err error) {
	if j.fit, j.held, err = data.Divide(all, j.recipe.Holdout, 1); err != nil {
		return fmt.Errorf("train %s: %w", j.name, err)
	}
	return nil
}

// kept is what a checkpoint holds of a command, by which kedja resume makes its job again.
type kept struct {
	Command  string `json:"command"`
	Settings any    `json:"settings"`
}

// closed gives the data back.
func (j *job) closed() {
	if j.close != nil {
		_ = j.close() // it was only read
	}
}

// loop makes the training loop.
func (j *job) loop() (*train.Loop, error) {
	j.model = j.recipe.Model(rand.New(rand.NewPCG(j.Seed, 0)), j.format)
	o := recipe.Options{Seed: j.Seed, Workers: j.Workers, Accumulate: j.Accumulate}
	if len(j.Freeze) > 0 {
		if err := known(j.model, j.Freeze); err != nil {
			return nil, fmt.Errorf("train %s: --freeze: %w", j.name, err)
		}
		o.Trained = func(name string) bool { return !begins(name, j.Freeze) }
	}
	loop, rate, err := j.recipe.Loop(j.model, j.fit, j.held, j.moments, o)
	if err != nil {
		return nil, fmt.Errorf("train %s: %w", j.name, err)
	}
	rate.SetFactor(j.Rate)
	loop.Checkpoints = &train.Checkpoints{Every: j.Every, Inexact: j.inexact, Parts: map[string]any{"kedja": kept{j.name, j.settings}}}
	if loop.Validation != nil {
		loop.Validation.Every = j.Validate
	}
	if j.Patience > 0 {
		loop.Stop = &train.EarlyStop{Patience: j.Patience}
	}
	if j.Recover > 0 {
		loop.Recovery = &train.Recovery{
			Patience: j.RecoverPatience, Above: 10 * math.Log(float64(j.format.Classes)), Most: j.Recover, Rate: rate, Factor: j.RecoverRate,
		}
	}
	return loop, nil
}

// run trains in the folder, or goes on there, and writes what comes of it.
func (j *job) run(ctx context.Context, to streams, resume bool) error {
	start := time.Now()
	defer j.closed()
	if j.Overfit {
		return j.overfit(ctx, to)
	}
	if j.Out == "" {
		j.Out = filepath.Join("runs", j.name)
	}
	if err := newFolder(j.Out, slices.Concat(j.outputs(), []string{train.LogFile, train.TimesFile})...); err != nil {
		return fmt.Errorf("train %s: %w", j.name, err)
	}
	loop, err := j.loop()
	if err != nil {
		return err
	}
	if j.From != "" && !resume {
		if err := j.warm(); err != nil {
			return fmt.Errorf("train %s: --from: %w", j.name, err)
		}
	}
	folder, err := loop.Open(j.Out, checkpoint.Options{Last: j.Keep})
	if err != nil {
		return err
	}
	defer folder.Close()
	if j.TensorBoard {
		events, err := tensorboard.Open(j.Out)
		if err != nil {
			return err
		}
		defer events.Close()
		loop.Loggers = append(loop.Loggers, events)
	}

	done := console.Show(loop, console.Streams{Out: to.out, Err: to.err})
	defer done()
	steps, err := loop.Checkpoints.Store.Steps()
	if err != nil {
		return err
	}
	begin := loop.Run
	if resume {
		begin = loop.Resume
	} else if len(steps) > 0 {
		return fmt.Errorf("train %s: %w", j.name, holdsRun(j.Out, steps[len(steps)-1]))
	}
	out, err := begin(ctx)
	done()
	if errors.Is(err, context.Canceled) {
		return interrupted(out.Step, loop.Steps, j.Out)
	}
	if err != nil {
		return err
	}
	if err := console.Settle(loop, to.out); err != nil {
		return err
	}
	return j.report(to, loop, start)
}

// holdsRun refuses to begin in a folder where a run can be resumed.
func holdsRun(folder string, step int) error {
	return fmt.Errorf("%s holds a run, at step %d: kedja resume %s goes on with it, --out names another folder", folder, step, folder)
}

// interrupted is how a run ends that can be resumed.
func interrupted(step, of int, folder string) error {
	return fmt.Errorf("interrupted after step %d of %d; kedja resume %s goes on", step, of, folder)
}
