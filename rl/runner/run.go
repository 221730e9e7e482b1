// Package runner lets an agent play, and keeps what comes of it: logs, evaluations and checkpoints, from which a run that was stopped goes on
// to the same bits as if it had not been.
package runner

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kedja-ml/kedja/checkpoint"
	"github.com/kedja-ml/kedja/rl"
	"github.com/kedja-ml/kedja/rl/env"
	"github.com/kedja-ml/kedja/train"
)

// A Run plays until so many steps are done. The first three fields are needed.
type Run struct {
	Loop   *rl.Loop
	NewEnv func() (env.Env, error) // for evaluations
	Steps  int

	EvaluateEvery int // steps; never if 0
	Episodes      int // of an evaluation
	// EvaluationSeed is that of the first episodes of every evaluation.
	EvaluationSeed uint64

	Store   *checkpoint.Store // nil for no checkpoints
	Every   int               // steps between them; at the end and when the run is stopped alone if 0
	Parts   map[string]any    // kept in each, as JSON: what it takes to build this Run again
	Inexact bool              // whether to go on where the bits may come out differently

	Log      *train.Log // episodes, evaluations and what the agent reports; its bytes depend on the settings alone
	Times    *train.Log // the clock
	LogEvery int        // steps between reports of the agent

	// OnStep is told of every step, OnEvaluation of every evaluation.
	OnStep       func(step int)
	OnEvaluation func(step int, e rl.Evaluation)

	start time.Time
	saved int // step of the last checkpoint, plus one
}

func (r *Run) check() error {
	switch {
	case r.Loop == nil || r.Loop.Agent == nil || r.Loop.Envs == nil:
		return errors.New("runner: want a loop with an agent and environments")
	case r.Steps < 1:
		return fmt.Errorf("runner: %d steps, want at least 1", r.Steps)
	case r.EvaluateEvery < 0 || r.Every < 0 || r.LogEvery < 0:
		return errors.New("runner: want no negative number of steps between evaluations, checkpoints or reports")
	case r.EvaluateEvery > 0 && (r.NewEnv == nil || r.Episodes < 1):
		return errors.New("runner: evaluations want an environment and at least one episode")
	}
	return nil
}

// Start begins a run; checkpoints of an earlier one are an error.
func (r *Run) Start(ctx context.Context) error {
	if err := r.check(); err != nil {
		return err
	}
	if r.Store != nil {
		steps, err := r.Store.Steps()
		if err != nil {
			return err
		}
		if len(steps) > 0 {
			return fmt.Errorf("runner: there is a checkpoint of step %d already: resume it, or choose another folder", steps[len(steps)-1])
		}
	}
	for _, l := range r.journals() {
		if err := l.Cut(0); err != nil {
			return err
		}
	}
	if err := r.save(); err != nil { // something to resume from whatever happens
		return err
	}
	return r.run(ctx)
}

// Resume goes on from the newest checkpoint that is whole.
func (r *Run) Resume(ctx context.Context) error {
	if err := r.check(); err != nil {
		return err
	}
	if r.Store == nil {
		return errors.New("runner: nothing to resume from: want a Store")
	}
	c, _, err := r.Store.Latest()
	if err != nil {
		return err
	}
	if err := r.restore(c); err != nil {
		return err
	}
	return r.run(ctx)
}

// run plays what is left. When ctx is done, a checkpoint is written after the step in hand, and the error is that of ctx.
func (r *Run) run(ctx context.Context) error {
	r.start = time.Now()
	l := r.Loop
	for l.Steps < r.Steps {
		if err := ctx.Err(); err != nil {
			return errors.Join(err, r.save())
		}
		before := l.Steps
		if err := r.step(); err != nil {
			return err
		}
		if due(before, l.Steps, r.EvaluateEvery) {
			if err := r.evaluate(); err != nil {
				return err
			}
		}
		if r.Store != nil && due(before, l.Steps, r.Every) && l.Steps < r.Steps {
			s, err := r.snapshot()
			if err == nil {
				r.saved = l.Steps + 1
				err = r.Store.Begin(s)
			}
			if err != nil {
				return err
			}
		}
	}
	return r.save()
}

// due reports whether a multiple of every was passed.
func due(before, now, every int) bool { return every > 0 && now/every > before/every }

// step plays one step and logs what there is to log.
func (r *Run) step() error {
	l := r.Loop
	before := l.Steps
	if err := l.Step(); err != nil {
		return err
	}
	if r.OnStep != nil {
		r.OnStep(l.Steps)
	}
	v := l.Envs
	for i, n := range v.Length {
		if v.Terminated[i] || v.Truncated[i] {
			if err := write(r.Log, episode{l.Steps, v.Return[i], n}); err != nil {
				return err
			}
		}
	}
	if due(before, l.Steps, r.LogEvery) {
		report := map[string]any{"step": l.Steps}
		for k, v := range l.Agent.Report() {
			report[k] = v
		}
		return write(r.Log, report)
	}
	return nil
}

// episode is a line of the log.
type episode struct {
	Step   int     `json:"step"`
	Return float64 `json:"return"`
	Length int     `json:"length"`
}

func write(l *train.Log, v any) error {
	if l == nil {
		return nil
	}
	return l.Write(v)
}

func (r *Run) evaluate() error {
	l := r.Loop
	e, err := rl.Evaluate(l.Agent, r.NewEnv, r.Episodes, r.EvaluationSeed)
	if err != nil {
		return err
	}
	if r.OnEvaluation != nil {
		r.OnEvaluation(l.Steps, e)
	}
	err = write(r.Log, map[string]any{"step": l.Steps, "eval_return": e.Mean(), "eval_worst": e.Worst()})
	if err != nil {
		return err
	}
	return write(r.Times, map[string]any{"step": l.Steps, "seconds": time.Since(r.start).Seconds()})
}
