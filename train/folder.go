package train

import (
	"context"
	"errors"
	"io"
	"path/filepath"

	"github.com/kedja-ml/kedja/checkpoint"
)

// The names in the folder of a run.
const (
	CheckpointsFolder = "checkpoints"
	LogFile           = "metrics.jsonl"
	TimesFile         = "times.jsonl"
)

// Open makes dir the folder of the run: it holds the checkpoints, the log and the times, which become fields of the loop. Those of
// Checkpoints, if it is there, stay. One process at a time has a folder open; close it after the run.
func (l *Loop) Open(dir string, keep checkpoint.Options) (io.Closer, error) {
	store, err := checkpoint.Open(filepath.Join(dir, CheckpointsFolder), keep)
	if err != nil {
		return nil, err
	}
	opened := closers{store}
	var logs [2]*Log
	for i, name := range []string{LogFile, TimesFile} {
		if logs[i], err = OpenLog(filepath.Join(dir, name)); err != nil {
			return nil, errors.Join(err, opened.Close())
		}
		opened = append(opened, logs[i])
	}
	if l.Checkpoints == nil {
		l.Checkpoints = &Checkpoints{}
	}
	l.Checkpoints.Store, l.Log, l.Times = store, logs[0], logs[1]
	return opened, nil
}

type closers []io.Closer

func (c closers) Close() (err error) {
	for _, x := range c {
		err = errors.Join(err, x.Close())
	}
	return err
}

// Continue is Resume where there is a checkpoint to go on from, and Run where there is none.
func (l *Loop) Continue(ctx context.Context) (Outcome, error) {
	if l.Checkpoints == nil || l.Checkpoints.Store == nil {
		return l.Run(ctx)
	}
	steps, err := l.Checkpoints.Store.Steps()
	if err != nil {
		return Outcome{}, err
	}
	if len(steps) > 0 {
		return l.Resume(ctx)
	}
	return l.Run(ctx)
}
