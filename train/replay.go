package train

import (
	"context"
	"errors"
	"fmt"

	"github.com/kedja-ml/kedja/checkpoint"
)

// Replay does the steps between two checkpoints of the run again and compares every bit of what comes of them: arrays, the loader's
// place, sums, the best so far. An error names what differs. Nothing is written, and the callbacks but OnStep hear nothing.
func (l *Loop) Replay(ctx context.Context, from, to *checkpoint.Checkpoint) (err error) {
	var a, b progress
	if err := errors.Join(from.Get(part, &a), to.Get(part, &b)); err != nil {
		return err
	}
	if a.Recoveries != b.Recoveries {
		return fmt.Errorf("train: between steps %d and %d the run went back to a checkpoint of then: such steps cannot be replayed", from.Step, to.Step)
	}
	again := l.alone()
	r, err := again.begin(from)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, again.Data.Close()) }()
	err = checkpoint.Replay(from, to, func() (bool, error) {
		if ctx.Err() != nil {
			return true, context.Cause(ctx)
		}
		err := r.step()
		return r.Step >= to.Step || r.Stopped != "", err
	}, r.snapshot)
	if err != nil {
		return fmt.Errorf("train: %w", err)
	}
	return nil
}

// alone is the loop without what it writes, and with all of its state.
func (l *Loop) alone() *Loop {
	c := *l
	c.Checkpoints, c.Log, c.Times, c.Loggers, c.OnReport, c.OnEvent = nil, nil, nil, nil, nil, nil
	if c.Recovery = nil; l.Recovery != nil && l.Recovery.Rate != nil {
		c.Extra = append([]Stateful{l.Recovery.Rate}, l.Extra...)
	}
	return &c
}
