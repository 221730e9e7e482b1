package console

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/data/synth"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/train"
	"github.com/kedja-ml/kedja/train/plots"
	"github.com/kedja-ml/kedja/train/tensorboard"
)

// moons is a run of 60 steps.
func moons() (*train.Loop, error) {
	points, err := synth.Moons(150, 0.1, 1)
	if err != nil {
		return nil, err
	}
	fit, held, err := data.Divide(points, 50, 1)
	if err != nil {
		return nil, err
	}
	batches, err := data.NewLoader(fit, data.Config{Batch: 10, Order: data.Shuffled{Seed: 1}})
	if err != nil {
		return nil, err
	}
	model := nn.NewDense(rand.New(rand.NewPCG(1, 0)), 2, 2)
	params := nn.Params(model)
	return &train.Loop{
		Model: model, Loss: train.Classify(model), Optimizer: optim.NewAdam(params, optim.Constant(0.05)), Data: batches, Steps: 60,
		Validation:  &train.Validation{Data: held, Batch: 50, Every: 10, Metric: "accuracy", Larger: true},
		EMA:         optim.NewEMA(params, 0.9),
		Checkpoints: &train.Checkpoints{Every: 20},
	}, nil
}

func program(ctx context.Context, args ...string) (stdout string, err error) {
	var out bytes.Buffer
	err = command(ctx, args, "", moons, Streams{&out, io.Discard})
	return out.String(), err
}

// countdown is a context that is cancelled when it has been asked so many times.
type countdown struct {
	context.Context
	left int
}

func (c *countdown) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

// One program trains, is interrupted, goes on, checks and replays.
func TestCommand(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	if _, err := program(&countdown{t.Context(), 33}, dir); !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "after step 33 of 60") {
		t.Fatal(err)
	}
	out, err := program(t.Context(), dir)
	if err != nil || strings.Contains(out, "epoch 3 ") || !strings.Contains(out, "epoch 6  loss 0.") ||
		!strings.Contains(out, "  validation loss 0.") || !strings.HasSuffix(out, "wrote weights.safetensors, curves.png and metrics.jsonl to "+dir+"\n") {
		t.Error(out, err)
	}
	for _, name := range []string{"weights.safetensors", "curves.png", "metrics.jsonl", "times.jsonl"} {
		if i, err := os.Stat(filepath.Join(dir, name)); err != nil || i.Size() == 0 {
			t.Error(name, err)
		}
	}
	want := "step-0000000033: whole, 12 arrays\nstep-0000000040: whole, 12 arrays\nstep-0000000060: whole, 12 arrays\n"
	if out, err := program(t.Context(), "-check", dir); err != nil || !strings.HasSuffix(out, want) {
		t.Error(out, err)
	}
	if out, err := program(t.Context(), "-replay", "33:60", dir); err != nil || !strings.HasSuffix(out, want+"steps 33 to 60 give the same bits again\n") {
		t.Error(out, err)
	}
	for _, c := range []struct{ args, want string }{
		{"-replay 33:50 " + dir, "no checkpoint of step 50: there are checkpoints of steps "},
		{"-replay 33 " + dir, "--replay 33, want the steps of two checkpoints"},
		{"-replay a:b " + dir, "--replay a:b, want the steps of two checkpoints"},
		{"-check " + filepath.Join(dir, "curves.png"), "curves.png: is a file, want the folder of a run"},
		{"-check " + filepath.Dir(dir), "holds no checkpoints, want the folder of a run"},
		{"one two", "want one"},
	} {
		if _, err := program(t.Context(), strings.Fields(c.args)...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v\nwant %s", c.args, err, c.want)
		}
	}
	if _, err := program(t.Context(), "-h"); !errors.Is(err, flag.ErrHelp) {
		t.Error(err)
	}
}

// A checkpoint that the run removes while it is looked through is no damage.
func TestCheckBesideRun(t *testing.T) {
	dir := t.TempDir()
	if _, err := program(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	out := removing{filepath.Join(dir, train.CheckpointsFolder, "step-0000000040")}
	if _, err := Check(dir, out); err != nil {
		t.Error(err)
	}
	if _, err := Check(dir, out, 40); err == nil || !strings.Contains(err.Error(), "no checkpoint of step 40") {
		t.Error(err)
	}
}

// removing removes a folder when something is written.
type removing struct{ path string }

func (r removing) Write(b []byte) (int, error) { return len(b), os.RemoveAll(r.path) }

// Events for TensorBoard are as many after an interrupt as without one; their clocks differ.
func TestTensorBoard(t *testing.T) {
	whole, dir := t.TempDir(), t.TempDir()
	if _, err := program(t.Context(), "-tensorboard", whole); err != nil {
		t.Fatal(err)
	}
	if _, err := program(&countdown{t.Context(), 33}, "-tensorboard", dir); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if _, err := program(t.Context(), "-tensorboard", dir); err != nil {
		t.Fatal(err)
	}
	a, err := os.Stat(filepath.Join(whole, tensorboard.Name))
	b, err2 := os.Stat(filepath.Join(dir, tensorboard.Name))
	if err != nil || err2 != nil || a.Size() != b.Size() || a.Size() < 1000 {
		t.Error(a, b, err, err2)
	}
}

// What is written at the end is the mean of the weights, where the loop keeps one.
func TestSettle(t *testing.T) {
	l, err := moons()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := Run(t.Context(), l, dir, Streams{io.Discard, io.Discard}); err != nil {
		t.Fatal(err)
	}
	again, err := moons()
	if err != nil {
		t.Fatal(err)
	}
	if err := train.Load(filepath.Join(dir, "weights.safetensors"), again.Model); err != nil {
		t.Fatal(err)
	}
	m, err := train.Measure(l.Validation.Data, 50, 1, train.Classify(again.Model.(nn.Layer)))
	if err != nil {
		t.Fatal(err)
	}
	reports, err := plots.ReadLog(filepath.Join(dir, train.LogFile))
	if err != nil {
		t.Fatal(err)
	}
	if last := reports[len(reports)-1].Validation; m["accuracy"] != last["accuracy"] || m["loss"] != last["loss"] {
		t.Error(m, "and the run validated", last)
	}
}
