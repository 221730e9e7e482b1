package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/kedja-ml/kedja/train"
	"github.com/kedja-ml/kedja/train/diagnose"
)

// overfit looks whether the model learns one batch by heart. The rate's schedule is stretched over the steps that it takes, and labels are not
// smoothed, whose loss has a floor.
func (j *job) overfit(ctx context.Context, to streams) error {
	const steps = 500
	j.recipe.Epochs, j.recipe.Steps = steps, steps // an epoch has one step at least
	loop, err := j.loop()
	if err != nil {
		return err
	}
	loop.Loss = train.Classify(j.model)
	v, err := diagnose.OverfitOneBatch(ctx, loop, diagnose.Overfit{Steps: steps})
	if errors.Is(err, context.Canceled) {
		return errors.New("interrupted")
	}
	if err != nil {
		return err
	}
	if !v.Passed {
		return fmt.Errorf("train %s: %v", j.name, v)
	}
	fmt.Fprintln(to.out, v)
	return nil
}
