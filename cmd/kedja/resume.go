package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/kedja-ml/kedja/checkpoint"
	"github.com/kedja-ml/kedja/rl/env/catalog"
	"github.com/kedja-ml/kedja/train/console"
)

type resumeCmd struct {
	Dir     string `arg:"" type:"path" help:"Folder of a run."`
	Inexact bool   `help:"Go on even where the program or the processor is another, so that the bits may differ."`
	Workers int    `default:"0" help:"Cores to use; all if 0. The result does not depend on it."`
}

// Run goes on from the newest whole checkpoint.
func (c *resumeCmd) Run(ctx context.Context, to streams) error {
	k, err := newest(c.Dir)
	if err != nil {
		return fmt.Errorf("resume: %w", err)
	}
	j, err := remake(&k.Manifest)
	if err != nil {
		return fmt.Errorf("resume: %s: %w", c.Dir, err)
	}
	return j.resume(ctx, to, c)
}

// A resumable is the run that a command began.
type resumable interface {
	resume(ctx context.Context, to streams, how *resumeCmd) error
	replay(ctx context.Context, to streams, ends []*checkpoint.Checkpoint, workers int) error
}

func (j *job) resume(ctx context.Context, to streams, how *resumeCmd) error {
	j.Out, j.Workers, j.inexact = how.Dir, how.Workers, how.Inexact
	return j.run(ctx, to, true)
}

func (j *job) replay(ctx context.Context, to streams, ends []*checkpoint.Checkpoint, workers int) error {
	defer j.closed()
	j.Workers = workers
	loop, err := j.loop()
	if err != nil {
		return err
	}
	return console.Replay(ctx, loop, ends, to.out)
}

// newest finds the newest checkpoint of a run that is whole, without opening the store: nothing is locked, made or removed.
func newest(dir string) (*checkpoint.Checkpoint, error) {
	all, err := console.Checkpoints(dir)
	if err != nil {
		return nil, err
	}
	for _, path := range slices.Backward(all) {
		var c *checkpoint.Checkpoint
		if c, err = checkpoint.Read(path); err == nil {
			return c, nil
		}
	}
	return nil, fmt.Errorf("no whole checkpoint: %w", err)
}

// remake makes the run that a checkpoint's settings describe.
func remake(m *checkpoint.Manifest) (resumable, error) {
	var k struct {
		Command  string
		Settings json.RawMessage
	}
	raw, ok := m.Parts["kedja"]
	if !ok {
		return nil, fmt.Errorf("the checkpoints were not made by kedja train: the program that made them resumes them")
	}
	if err := json.Unmarshal(raw, &k); err != nil {
		return nil, err
	}
	var c interface{ job() (*job, error) }
	switch k.Command {
	case "mnist":
		c = &trainMNIST{}
	case "images":
		c = &trainImages{}
	default:
		if slices.Contains(catalog.Names(), k.Command) {
			a := &trainAgent{}
			return a, json.Unmarshal(k.Settings, a)
		}
		return nil, fmt.Errorf("a run of train %q, which this program does not know", k.Command)
	}
	if err := json.Unmarshal(k.Settings, c); err != nil {
		return nil, err
	}
	return c.job()
}
