package main

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/train"
	"github.com/kedja-ml/kedja/vision"
)

const left = "checkpoints confusion.png curves.png filters.png metrics.jsonl times.jsonl weights.safetensors"

// lastLine is what a command printed last.
func lastLine(out string) string {
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	return lines[len(lines)-1]
}

func picture(t *testing.T, path string) image.Image {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(path, err)
	}
	return m
}

func TestTrainMNIST(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	out := works(t, "train", "mnist", "--recipe", "fast", "--max-steps", "50", "--out", dir)
	accuracy := regexp.MustCompile(`^test accuracy (0\.\d{4})$`).FindStringSubmatch(lastLine(out))
	if accuracy == nil || accuracy[1] < "0.8" {
		t.Error(out)
	}
	if !strings.HasPrefix(out, "epoch 1  loss ") {
		t.Error(out)
	}
	if got := files(t, dir); got != left {
		t.Error(got)
	}
	ms := logged(t, filepath.Join(dir, "metrics.jsonl"))
	if len(ms) != 2 || ms[0]["epoch"] != 0 || ms[0]["step"] != 50 || ms[0]["validation_accuracy"] < 0.8 || ms[0]["validation_loss"] <= 0 {
		t.Fatal(ms)
	}
	if ms[1]["seed"] != 1 || math.Abs(ms[1]["test_accuracy"]-ms[0]["validation_accuracy"]) > 0.1 || ms[1]["test_loss"] <= 0 {
		t.Error(ms[1])
	}
	for name, atLeast := range map[string]image.Point{"confusion.png": {440, 440}, "curves.png": {400, 250}, "filters.png": {500, 140}} {
		m := picture(t, filepath.Join(dir, name))
		seen := map[uint32]bool{}
		for y := range m.Bounds().Dy() {
			for x := range m.Bounds().Dx() {
				r, g, b, _ := m.At(x, y).RGBA()
				seen[r>>8<<16|g&0xff00|b>>8] = true
			}
		}
		if s := m.Bounds().Size(); s.X < atLeast.X || s.Y < atLeast.Y || len(seen) < 10 {
			t.Error(name, s, len(seen), "colours")
		}
	}

	// The weights can be used, and they were those that were measured.
	path := filepath.Join(dir, "weights.safetensors")
	digit := filepath.Join(t.TempDir(), "digit.png")
	writeDigit(t, digit, 0, 5)
	if out := works(t, "predict", "mnist", digit, "--weights", path); len(strings.Split(strings.TrimSpace(out), "\n")) != 3 {
		t.Error(out)
	}
}

// One step from the seed's random weights: Adam's first moves no weight by more than its rate. An earlier run's files are replaced.
func TestTrainMNISTFromTheSeed(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "weights.safetensors"), []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	if out := works(t, "train", "mnist", "--seed", "3", "--max-steps", "1", "--workers", "3", "--out", dir); !regexp.MustCompile(`^test accuracy [01]\.\d{4}$`).MatchString(lastLine(out)) {
		t.Error(out)
	}
	data, err := os.ReadFile(filepath.Join(dir, "weights.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	got, start := vision.NewCNN(rand.New(rand.NewPCG(9, 9)), vision.Digits), vision.NewCNN(rand.New(rand.NewPCG(3, 0)), vision.Digits)
	if err := train.Decode(data, got); err != nil {
		t.Fatal(err)
	}
	first := map[string]*graph.Param{}
	for name, p := range nn.Params(start) {
		first[name] = p
	}
	moved := false
	for name, p := range nn.Params(got) {
		was := graph.Data[float32](first[name].Value())
		for i, v := range graph.Data[float32](p.Value()) {
			d := math.Abs(float64(v - was[i]))
			moved = moved || d > 0
			if !(d < 1.01*4e-3) { // the rate's peak
				t.Fatalf("%s moved from %v to %v in one step", name, was[i], v)
			}
		}
	}
	if !moved {
		t.Error("a step moves nothing")
	}
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

func TestInterruptedMNIST(t *testing.T) {
	dir := t.TempDir()
	kept := filepath.Join(dir, "weights.safetensors")
	if err := os.WriteFile(kept, []byte("of an earlier run"), 0o644); err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	code := command(&countdown{t.Context(), 3}, []string{"train", "mnist", "--out", dir}, streams{&bytes.Buffer{}, &stderr})
	message := oneLine(t, code, stderr.String())
	if message != "interrupted after step 3 of 2265; kedja resume "+dir+" goes on" {
		t.Error(message)
	}
	if got := files(t, dir); got != "checkpoints metrics.jsonl times.jsonl weights.safetensors" {
		t.Error(got)
	}
	if got := files(t, filepath.Join(dir, "checkpoints")); got != "lock step-0000000000 step-0000000003" {
		t.Error(got)
	}
	if data, _ := os.ReadFile(kept); string(data) != "of an earlier run" {
		t.Error("an interrupted run replaced the weights of a finished one")
	}
	logged(t, filepath.Join(dir, "metrics.jsonl"))
	if got := fails(t, "train", "mnist", "--out", dir); got != "train mnist: "+dir+" holds a run, at step 3: kedja resume "+dir+" goes on with it, --out names another folder" {
		t.Error(got)
	}
}

// A name that is taken by a folder is found before hours of training, not after.
func TestOutputsTaken(t *testing.T) {
	for _, args := range [][]string{{"train", "mnist", "--max-steps", "1"}, {"train", "cartpole", "--steps", "10"}} {
		for _, name := range []string{"metrics.jsonl", "weights.safetensors"} {
			dir := t.TempDir()
			if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
				t.Fatal(err)
			}
			if got := fails(t, append(args, "--out", dir)...); !strings.Contains(got, filepath.Join(dir, name)) || !strings.Contains(got, "is a directory") {
				t.Error(args, got)
			}
			if got := files(t, dir); got != name {
				t.Error(args, "left behind:", got)
			}
		}
	}
}
