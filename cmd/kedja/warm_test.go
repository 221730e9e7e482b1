package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/safetensors"
	"github.com/kedja-ml/kedja/train"
)

// arrays reads a file of weights.
func arrays(t *testing.T, path string) map[string]string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := safetensors.Decode(b)
	if err != nil {
		t.Fatal(path, err)
	}
	m := map[string]string{}
	for _, a := range f.Tensors {
		m[a.Name] = string(a.Data)
	}
	return m
}

// A run begins with the weights of another one, all or some of them, and trains some or all; resuming it needs neither file nor flags.
func TestFineTune(t *testing.T) {
	dir := short(t)
	weights := filepath.Join(dir, "weights.safetensors")
	old := arrays(t, weights)
	tuned := filepath.Join(t.TempDir(), "tuned")
	args := append(bars(t), "--seed", "7", "--max-steps", "2", "--every", "1", "--keep", "0")
	works(t, append(args, "--out", tuned, "--from", dir, "--skip", "Out.", "--freeze", "Conv", "--freeze", "Hidden.W", "--rate", "0.1")...)
	first := arrays(t, filepath.Join(tuned, "checkpoints", "step-0000000000", "weights.safetensors"))
	last := arrays(t, filepath.Join(tuned, "weights.safetensors"))
	for name := range old {
		if drawn := strings.HasPrefix(name, "Out.W"); drawn == (first[name] == old[name]) && name != "Out.B" {
			t.Error(name, "at first")
		}
		if frozen := strings.HasPrefix(name, "Conv") || name == "Hidden.W"; frozen != (last[name] == first[name]) {
			t.Error(name, "at last")
		}
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	works(t, "resume", tuned)
	works(t, "verify", tuned, "--replay", "0:2")
	if again := arrays(t, filepath.Join(tuned, "weights.safetensors")); again["Out.W"] != last["Out.W"] {
		t.Error("resumed to other weights")
	}

	// A file, a folder with checkpoints alone, one checkpoint; names that are others.
	if err := os.Remove(filepath.Join(tuned, "weights.safetensors")); err != nil {
		t.Fatal(err)
	}
	one := filepath.Join(tuned, "checkpoints", "step-0000000001")
	for _, from := range []string{tuned, one, filepath.Join(one, "weights.safetensors")} {
		works(t, append(args, "--out", t.TempDir(), "--from", from)...)
	}
	other := filepath.Join(t.TempDir(), "x.safetensors")
	b, err := os.ReadFile(filepath.Join(one, "weights.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := safetensors.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range f.Tensors {
		f.Tensors[i].Name = "net." + strings.Replace(a.Name, "Hidden", "fc", 1)
	}
	if err := safetensors.WriteFile(other, f.Tensors[1:], nil); err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	works(t, append(args, "--out", out, "--from", other, "--rename", "net.=", "--rename", "net.fc=Hidden", "--partial")...)
	if got := arrays(t, filepath.Join(out, "checkpoints", "step-0000000000", "weights.safetensors")); got["Hidden.W"] != arrays(t, filepath.Join(one, "weights.safetensors"))["Hidden.W"] {
		t.Error("weights of another name were not taken")
	}

	bad := filepath.Join(t.TempDir(), "bad")
	if err := os.WriteFile(bad, []byte("no weights at all"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ args, want string }{
		{"--from " + other, "is missing"},
		{"--from " + other + " --rename net.=", "fc.B is unexpected"},
		{"--from " + other + " --partial", other + ": no weight is taken: none is called as one of Conv1.W"},
		{"--from " + bad, "train images: --from: " + bad + ": safetensors"},
		{"--from " + bad + "er", "no such file"},
		{"--from " + t.TempDir(), "holds no checkpoints"},
		{"--from " + other + " --skip Nothing", `no name begins with "Nothing": there are Conv1.W`},
		{"--freeze Nothing", `--freeze: no name begins with "Nothing"`},
		{"--freeze Conv --freeze Hidden --freeze Out", "no parameter is left to train"},
		{"--partial", "--rename, --skip and --partial want --from"},
		{"--rate 0", "want --rate above 0"},
	} {
		out := filepath.Join(t.TempDir(), "new")
		if got := fails(t, append(args, append(strings.Fields(c.args), "--out", out)...)...); !strings.Contains(got, c.want) {
			t.Errorf("%s: %s\nwant %s", c.args, got, c.want)
		}
		if exists(filepath.Join(out, train.CheckpointsFolder)) {
			t.Error(c.args, "began a run")
		}
	}
}

func TestOverfitOneBatch(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "none")
	if got := works(t, append(bars(t), "--epochs", "1", "--overfit-one-batch", "--out", dir)...); !strings.HasPrefix(got, "passed: the loss of one batch fell from 1.") {
		t.Error(got)
	}
	if got := fails(t, append(bars(t), "--overfit-one-batch", "--rate", "1e-9")...); !strings.Contains(got, "failed: the loss of one batch went from") || strings.Contains(got, "; - ") {
		t.Error(got)
	}
	if exists(dir) {
		t.Error("something was written")
	}
}

// A rate far too large diverges; the run goes back with a lower one, says so, and ends well.
func TestRecover(t *testing.T) {
	dir := t.TempDir()
	args := append(bars(t), "--max-steps", "60", "--validate", "10", "--rate", "1000")
	code, out, stderr := call(t, append(args, "--out", dir, "--recover", "40", "--recover-rate", "0.1")...)
	if code != 0 || !strings.Contains(stderr, "went back to step 0, from now on at 100 times the schedule's rate") {
		t.Fatal(code, stderr)
	}
	if got := lastLine(out); got < "test accuracy 0.5" {
		t.Error(got, stderr)
	}
	log, err := os.ReadFile(filepath.Join(dir, "metrics.jsonl"))
	if err != nil || !strings.Contains(string(log), "went back to step 0") {
		t.Error(string(log), err)
	}
	if code, _, got := call(t, append(args, "--out", t.TempDir(), "--recover", "1", "--recover-rate", "1")...); code != 1 || !strings.Contains(got, "1 recoveries did not help") {
		t.Error(got)
	}
}

// Early stopping ends with the best weights.
func TestPatience(t *testing.T) {
	dir := t.TempDir()
	out := works(t, append(bars(t), "--epochs", "300", "--validate", "5", "--rate", "4", "--patience", "2", "--out", dir)...)
	if !strings.Contains(out, "the best weights are those of step ") {
		t.Error(out)
	}
	if lines := strings.Count(out, "\n"); lines > 100 {
		t.Error("it did not stop", out)
	}
}
