package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/kedja-ml/kedja/checkpoint"
)

type verifyCmd struct {
	Dir     string `arg:"" type:"path" help:"Folder of a run, or one checkpoint."`
	Replay  string `help:"Do the steps from one checkpoint to another again and compare every bit." placeholder:"A:B"`
	Workers int    `default:"0" help:"Cores to use; all if 0. The result does not depend on it."`
}

// Run checks every sum of every checkpoint, and that the logs reach as far as the checkpoints count on.
func (c *verifyCmd) Run(ctx context.Context, to streams) error {
	paths := []string{c.Dir}
	if !exists(filepath.Join(c.Dir, "manifest.json")) {
		var err error
		if paths, err = checkpoints(c.Dir); err != nil {
			return fmt.Errorf("verify: %w", err)
		}
	}
	var bad []error
	for _, path := range paths {
		k, err := checkpoint.Read(path)
		if err == nil {
			err = logged(path, k)
		}
		if err != nil {
			bad = append(bad, err)
			continue
		}
		fmt.Fprintf(to.out, "%s: whole, %d arrays\n", filepath.Base(path), len(k.Weights)+len(k.State))
	}
	if len(bad) > 0 {
		return fmt.Errorf("verify: %d of %d checkpoints are damaged: %w", len(bad), len(paths), errors.Join(bad...))
	}
	if c.Replay == "" {
		return nil
	}
	return c.replay(ctx, to, paths)
}

// logged compares the lengths of logs, which lie in the folder above the checkpoints.
func logged(path string, k *checkpoint.Checkpoint) error {
	for _, l := range k.Logs {
		name := filepath.Join(filepath.Dir(filepath.Dir(path)), l.Name)
		i, err := os.Stat(name)
		if err != nil {
			return fmt.Errorf("checkpoint %s: its log: %w", path, err)
		}
		if i.Size() < l.Offset {
			return fmt.Errorf("checkpoint %s: %s has %d bytes, want at least %d", path, name, i.Size(), l.Offset)
		}
	}
	return nil
}

func (c *verifyCmd) replay(ctx context.Context, to streams, paths []string) error {
	a, b, ok := strings.Cut(c.Replay, ":")
	first, err := strconv.Atoi(a)
	last, err2 := strconv.Atoi(b)
	if !ok || err != nil || err2 != nil {
		return fmt.Errorf("verify: --replay %s, want the steps of two checkpoints, such as 200:400", c.Replay)
	}
	var ends [2]*checkpoint.Checkpoint
	var steps []string
	for _, path := range paths {
		k, err := checkpoint.Read(path)
		if err != nil {
			return err
		}
		steps = append(steps, strconv.Itoa(k.Step))
		for i, step := range []int{first, last} {
			if k.Step == step {
				ends[i] = k
			}
		}
	}
	if ends[0] == nil || ends[1] == nil {
		return fmt.Errorf("verify: --replay %s: there are checkpoints of steps %s", c.Replay, strings.Join(steps, ", "))
	}
	j, err := remake(&ends[0].Manifest)
	if err != nil {
		return fmt.Errorf("verify: %s: %w", c.Dir, err)
	}
	defer j.closed()
	j.Workers = c.Workers
	loop, err := j.loop()
	if err != nil {
		return err
	}
	err = loop.Replay(ctx, ends[0], ends[1])
	if errors.Is(err, context.Canceled) {
		return errors.New("interrupted")
	}
	if err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	fmt.Fprintf(to.out, "steps %d to %d give the same bits again\n", first, last)
	return nil
}
