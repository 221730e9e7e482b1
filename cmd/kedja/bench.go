package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kedja-ml/kedja/rl"
	"github.com/kedja-ml/kedja/rl/recipe"
	"github.com/kedja-ml/kedja/rl/runner"
)

// benchRL trains over seeds and says how well the last policies do.
type benchRL struct {
	Env      string   `default:"cartpole" help:"Environment."`
	Algo     []string `help:"Algorithms; the one that does best in the environment if empty."`
	Seeds    int      `default:"5" help:"How many."`
	First    uint64   `default:"1" help:"The first seed; the others follow it."`
	Steps    int      `default:"0" help:"Environment steps; those of the recipe if 0."`
	Episodes int      `default:"100" help:"Of the evaluation."`
	Set      []string `sep:"none" help:"NAME=VALUE, an option of the algorithms, the value in JSON." placeholder:"NAME=VALUE"`

	EnvOption []string `sep:"none" help:"NAME=VALUE, an option of the environment: docs/environments.md." placeholder:"NAME=VALUE"`

	Workers int `default:"1" help:"Cores to use. The result does not depend on it."`
}

// Run prints a line a seed, and then of each algorithm the mean, the interquartile mean and a 95 % interval.
func (c *benchRL) Run(ctx context.Context, to streams) error {
	if c.Seeds < 1 || c.Steps < 0 || c.Episodes < 1 || c.Workers < 1 {
		return errors.New("bench rl: want at least one seed, episode and worker, and no negative number of steps")
	}
	algos := c.Algo
	if len(algos) == 0 {
		algos = []string{""}
	}
	for _, name := range algos {
		if err := c.algorithm(ctx, to, name); err != nil {
			return fmt.Errorf("bench rl: %w", err)
		}
	}
	return nil
}

func (c *benchRL) algorithm(ctx context.Context, to streams, name string) error {
	var scores runner.Scores
	var r recipe.Recipe
	for seed := c.First; seed < c.First+uint64(c.Seeds); seed++ {
		t := trainAgent{Env: c.Env, Algo: name, Steps: c.Steps, Seed: seed, Episodes: c.Episodes, Set: c.Set, EnvOption: c.EnvOption, Workers: c.Workers}
		var err error
		if r, err = t.recipe(); err != nil {
			return err
		}
		p, err := t.play(r)
		if err != nil {
			return err
		}
		p.EvaluateEvery = 0
		start := time.Now()
		if err := p.Start(ctx); err != nil {
			if errors.Is(err, context.Canceled) {
				return errors.New("interrupted")
			}
			return err
		}
		e, err := rl.Evaluate(p.Loop.Agent, r.NewEnv, c.Episodes, evaluationSeed)
		if err != nil {
			return err
		}
		scores = append(scores, e.Mean())
		fmt.Fprintf(to.out, "%s  %s  seed %d  return %s, the worst %s, of %d episodes after %d steps  %.1f s\n", c.Env, r.Algorithm, seed,
			score(e.Mean()), score(e.Worst()), c.Episodes, p.Loop.Steps, time.Since(start).Seconds())
	}
	low, high := scores.Interval(0.95)
	fmt.Fprintf(to.out, "%s  %s  %d seeds  mean %s  worst %s  IQM %s  95 %% interval of it %s to %s\n", c.Env, r.Algorithm, c.Seeds,
		score(scores.Mean()), score(scores.Worst()), score(scores.IQM()), score(low), score(high))
	return nil
}
