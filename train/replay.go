package train

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/kedja-ml/kedja/checkpoint"
)

// Replay does the steps between two checkpoints of the run again and compares every bit of what comes of them: arrays, the loader's
// place, sums, the best so far. An error names what differs. Nothing is written, and the callbacks but OnStep hear nothing.
func (l *Loop) Replay(ctx context.Context, from, to *checkpoint.Checkpoint) (err error) {
	if from.Step >= to.Step {
		return fmt.Errorf("train: replay steps %d to %d, want an earlier and a later one", from.Step, to.Step)
	}
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
	for r.Step < to.Step && r.Stopped == "" {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := r.step(); err != nil {
			return err
		}
	}
	s, err := r.snapshot()
	if err != nil {
		return err
	}
	if names := to.Differs(s); len(names) > 0 {
		return fmt.Errorf("train: steps %d to %d give other bits when replayed: %s", from.Step, to.Step, strings.Join(names, ", "))
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
