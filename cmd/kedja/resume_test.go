package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A run that is interrupted and resumed, twice, leaves the bytes of one that was not; resuming one that is done changes nothing.
func TestResume(t *testing.T) {
	args := []string{"train", "mnist", "--recipe", "fast", "--max-steps", "12", "--every", "4", "--holdout", "500"}
	whole, dir := t.TempDir(), t.TempDir()
	want := lastLine(works(t, append(args, "--out", whole, "--workers", "1")...))
	for i, steps := range []int{3, 6} {
		var stderr bytes.Buffer
		how := append(args, "--out", dir)
		if i > 0 {
			how = []string{"resume", dir}
		}
		code := command(&countdown{t.Context(), steps}, how, streams{&bytes.Buffer{}, &stderr})
		if got := oneLine(t, code, stderr.String()); !strings.HasPrefix(got, "interrupted after step ") {
			t.Fatal(got)
		}
	}
	for range 2 {
		if got := lastLine(works(t, "resume", dir, "--workers", "3")); got != want {
			t.Error(got, "want", want)
		}
		for _, name := range []string{"weights.safetensors", "metrics.jsonl", "curves.png", "confusion.png"} {
			a, err := os.ReadFile(filepath.Join(whole, name))
			b, err2 := os.ReadFile(filepath.Join(dir, name))
			if err != nil || err2 != nil || !bytes.Equal(a, b) {
				t.Error(name, "differs", err, err2)
			}
		}
	}
}

func TestResumeRefuses(t *testing.T) {
	empty := t.TempDir()
	file := filepath.Join(empty, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string]string{
		empty:                           "resume: " + empty + ": holds no checkpoints, want the folder of a run",
		file:                            "resume: " + file + ": is a file, want the folder of a run",
		filepath.Join(empty, "nowhere"): "no such file or directory",
	} {
		if got := fails(t, "resume", dir); !strings.Contains(got, want) {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
	if got := files(t, empty); got != "file" {
		t.Error("left behind:", got)
	}
}
