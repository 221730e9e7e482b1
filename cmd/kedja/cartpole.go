package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/kedja-ml/kedja/internal/whole"
	"github.com/kedja-ml/kedja/rl"
	"github.com/kedja-ml/kedja/rl/env"
	"github.com/kedja-ml/kedja/rl/env/classic"
	"github.com/kedja-ml/kedja/train"
	"github.com/kedja-ml/kedja/train/progress"
)

type trainCartPole struct {
	Seed     uint64 `default:"1" help:"Of weights, play and sampling."`
	Steps    int    `default:"0" help:"Environment steps; those of the settings if 0."`
	Workers  int    `default:"1" help:"Cores to use. The result does not depend on it."`
	Out      string `default:"runs/cartpole" type:"path" help:"Folder for weights and metrics."`
	Episodes int    `default:"100" hidden:"" help:"Of the evaluation."`
}

// evaluationSeed is far from all training seeds: evaluation episodes are new to the agent.
const evaluationSeed = 1_000_000

// counted counts the steps of an environment.
type counted struct {
	env.Env
	steps int
}

func (c *counted) Step(a env.Action, obs []float32) (env.Outcome, error) {
	c.steps++
	return c.Env.Step(a, obs)
}

// Run trains an agent and lets it play. An interrupted run leaves whole lines of metrics and the weights it had.
func (c *trainCartPole) Run(ctx context.Context, to streams) error {
	cfg := rl.CartPoleDQN()
	cfg.Seed, cfg.Workers = c.Seed, c.Workers
	if c.Steps != 0 {
		cfg.Steps = c.Steps
	}
	if cfg.Steps < 1 || cfg.Workers < 1 || c.Episodes < 1 {
		return errors.New("train cartpole: want at least one step, worker and episode")
	}
	if err := newFolder(c.Out, "metrics.jsonl", "weights.safetensors", "evaluation.json"); err != nil {
		return fmt.Errorf("train cartpole: %w", err)
	}
	log, err := train.NewLog(filepath.Join(c.Out, "metrics.jsonl"))
	if err != nil {
		return err
	}
	defer log.Close()
	start := time.Now()
	e := &counted{Env: classic.NewCartPole()}
	agent, err := rl.NewDQN(e.Spec().Size(), e.Spec().Actions.N, cfg)
	if err != nil {
		return err
	}
	bar := progress.New(to.err, "playing")
	playing, stop := context.WithCancel(ctx)
	defer stop()
	var failed error
	err = agent.Train(playing, e, func(step int, ret float64) {
		bar.Set(step, cfg.Steps)
		if failed = log.Write(map[string]any{"step": step, "return": ret}); failed != nil {
			stop()
		}
	})
	if err = cmp.Or(failed, err); err != nil {
		bar.Done()
		if errors.Is(err, context.Canceled) {
			err = interrupted(c.Out, agent.Q, e.steps, cfg.Steps)
		}
		return err
	}
	bar.Done()
	returns, err := agent.Evaluate(classic.NewCartPole(), c.Episodes, evaluationSeed)
	if err != nil {
		return err
	}
	var mean float64
	for _, r := range returns {
		mean += r / float64(len(returns))
	}
	if err := train.Save(filepath.Join(c.Out, "weights.safetensors"), agent.Q); err != nil {
		return err
	}
	if err := writeJSON(filepath.Join(c.Out, "evaluation.json"), map[string]any{"seed": c.Seed, "steps": cfg.Steps, "mean": mean, "returns": returns}); err != nil {
		return err
	}
	fmt.Fprintf(to.out, "wrote weights.safetensors, metrics.jsonl and evaluation.json to %s in %.1f s\n", c.Out, time.Since(start).Seconds())
	fmt.Fprintf(to.out, "eval return %.1f over %d episodes after %d steps\n", mean, len(returns), cfg.Steps)
	return nil
}

func writeJSON(path string, v any) error {
	err := whole.Write(path, func(w io.Writer) error {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "\t")
		return enc.Encode(v)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
