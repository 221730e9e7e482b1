package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/kedja-ml/kedja/train/console"
)

// stopping is done when it has been asked so many times.
type stopping struct {
	context.Context
	left int
}

func (c *stopping) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

func run(ctx context.Context, t *testing.T, dir string) error {
	t.Helper()
	loop, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return console.Run(ctx, loop, dir, console.Streams{Out: io.Discard, Err: io.Discard})
}

// Interrupted and started again, the run leaves the same bytes.
func TestContinues(t *testing.T) {
	whole, dir := t.TempDir(), t.TempDir()
	if err := run(t.Context(), t, whole); err != nil {
		t.Fatal(err)
	}
	if err := run(&stopping{t.Context(), 70}, t, dir); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if err := run(t.Context(), t, dir); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"weights.safetensors", "metrics.jsonl", "curves.png"} {
		a, err := os.ReadFile(filepath.Join(whole, name))
		b, err2 := os.ReadFile(filepath.Join(dir, name))
		if err != nil || err2 != nil || len(a) == 0 || !bytes.Equal(a, b) {
			t.Error(name, "differs", err, err2)
		}
	}
}
