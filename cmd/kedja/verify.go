package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/kedja-ml/kedja/train/console"
)

type verifyCmd struct {
	Dir     string `arg:"" type:"path" help:"Folder of a run, or one checkpoint."`
	Replay  string `help:"Do the steps from one checkpoint to another again and compare every bit." placeholder:"A:B"`
	Workers int    `default:"0" help:"Cores to use; all if 0. The result does not depend on it."`
}

// Run checks every sum of every checkpoint, and that the logs reach as far as the checkpoints count on.
func (c *verifyCmd) Run(ctx context.Context, to streams) error {
	if err := c.verify(ctx, to); err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	return nil
}

func (c *verifyCmd) verify(ctx context.Context, to streams) error {
	steps, err := console.Range(c.Replay)
	if err != nil {
		return err
	}
	ends, err := console.Check(c.Dir, to.out, steps...)
	if err != nil || steps == nil {
		return err
	}
	j, err := remake(&ends[0].Manifest)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Dir, err)
	}
	err = j.replay(ctx, to, ends, c.Workers)
	if errors.Is(err, context.Canceled) {
		return errors.New("interrupted")
	}
	return err
}
