package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"reflect"
	"time"

	"github.com/alecthomas/kong"

	"github.com/kedja-ml/kedja/checkpoint"
	"github.com/kedja-ml/kedja/internal/whole"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/rl"
	"github.com/kedja-ml/kedja/rl/env/catalog"
	"github.com/kedja-ml/kedja/rl/recipe"
	"github.com/kedja-ml/kedja/rl/runner"
	"github.com/kedja-ml/kedja/safetensors"
	"github.com/kedja-ml/kedja/train"
	"github.com/kedja-ml/kedja/train/progress"
)

// trainAgent lets an agent learn in an environment. What JSON holds of it is kept in checkpoints.
type trainAgent struct {
	Algo     string   `help:"Algorithm; the one that does best in the environment if empty."`
	Seed     uint64   `default:"1" help:"Of weights, play and sampling."`
	Steps    int      `default:"0" help:"Environment steps; those of the recipe if 0."`
	Envs     int      `default:"0" help:"Environments side by side; those of the recipe if 0."`
	Evaluate int      `default:"0" help:"Steps between evaluations, which play greedily; a twentieth of all if 0."`
	Episodes int      `default:"100" help:"Of the evaluation at the end."`
	Every    int      `default:"20000" help:"Steps between checkpoints; at the end alone if 0."`
	Keep     int      `default:"2" help:"How many checkpoints to keep; all if 0."`
	Set      []string `sep:"none" help:"NAME=VALUE, an option of the algorithm, the value in JSON." placeholder:"NAME=VALUE"`

	EnvOption []string `json:",omitempty" sep:"none" help:"NAME=VALUE, an option of the environment: docs/environments.md." placeholder:"NAME=VALUE"`

	Workers int    `json:"-" default:"1" help:"Cores to use. The result does not depend on it."`
	Out     string `json:"-" type:"path" help:"Folder for checkpoints, weights, metrics and curves; runs/ and the environment's name if empty."`

	Env     string          `kong:"-"`
	Options json.RawMessage `kong:"-"` // of the algorithm, as the run began with them
	inexact bool
}

// trainAgents has a trainAgent for each environment of the catalogue, as a command of its name.
func trainAgents() any {
	var commands []reflect.StructField
	for i, e := range catalog.All() {
		commands = append(commands, reflect.StructField{
			Name: fmt.Sprintf("Env%d", i), Type: reflect.TypeFor[trainAgent](),
			Tag: reflect.StructTag(fmt.Sprintf(`cmd:"" name:%q help:%q`, e.Name, "Train an agent in "+e.Doc+".")),
		})
	}
	return reflect.New(reflect.StructOf(commands)).Interface()
}

// evaluationSeed is far from all training seeds: evaluation episodes are new to the agent.
const evaluationSeed = 1_000_000

// The files of a run beside checkpoints and logs.
const (
	agentWeights = "weights.safetensors"
	evaluation   = "evaluation.json"
	returns      = "returns.png"
)

// Run trains an agent from the beginning.
func (c *trainAgent) Run(ctx context.Context, to streams, k *kong.Context) error {
	c.Env = k.Selected().Name
	if err := c.run(ctx, to, false); err != nil {
		return fmt.Errorf("train %s: %w", c.Env, err)
	}
	return nil
}

// recipe is the one that is named, with what the flags change of it.
func (c *trainAgent) recipe() (recipe.Recipe, error) {
	r, err := recipe.Find(c.Env, c.Algo, c.EnvOption...)
	if err != nil {
		return r, err
	}
	if c.Steps < 0 || c.Envs < 0 || c.Evaluate < 0 || c.Every < 0 || c.Keep < 0 || c.Episodes < 1 || c.Workers < 1 {
		return r, errors.New("want at least one step, environment, episode and worker, and no negative number")
	}
	c.Algo = r.Algorithm
	r.Steps, r.Envs = cmp.Or(c.Steps, r.Steps), cmp.Or(c.Envs, r.Envs)
	if c.Options != nil {
		if err := json.Unmarshal(c.Options, r.Options); err != nil {
			return r, err
		}
	} else {
		for _, s := range c.Set {
			if err := r.Set(s); err != nil {
				return r, err
			}
		}
		if c.Options, err = json.Marshal(r.Options); err != nil {
			return r, err
		}
	}
	s, err := r.Setup(c.Seed, c.Workers)
	if err != nil {
		return r, err
	}
	if need, have := r.Options.Bytes(s), memoryBytes(); have > 0 && need > have {
		return r, fmt.Errorf("the replay memory takes %d bytes, and the machine has %d", need, have)
	}
	return r, nil
}

// play makes the run of a recipe.
func (c *trainAgent) play(r recipe.Recipe) (*runner.Run, error) {
	loop, err := r.Loop(c.Seed, c.Workers)
	if err != nil {
		return nil, err
	}
	every := c.Evaluate
	if every == 0 {
		every = max(1, r.Steps/20)
	}
	return &runner.Run{
		Loop: loop, NewEnv: r.NewEnv, Steps: r.Steps, EvaluateEvery: every, Episodes: min(20, c.Episodes), EvaluationSeed: evaluationSeed,
		Every: c.Every, LogEvery: every, Parts: map[string]any{"kedja": kept{c.Env, c}}, Inexact: c.inexact,
	}, nil
}

func (c *trainAgent) run(ctx context.Context, to streams, resume bool) error {
	start := time.Now()
	r, err := c.recipe()
	if err != nil {
		return err
	}
	if c.Out == "" {
		c.Out = filepath.Join("runs", c.Env)
	}
	if err := newFolder(c.Out, train.LogFile, train.TimesFile, agentWeights, evaluation, returns); err != nil {
		return err
	}
	p, err := c.play(r)
	if err != nil {
		return err
	}
	folder, err := p.Open(c.Out, checkpoint.Options{Last: c.Keep})
	if err != nil {
		return err
	}
	defer folder.Close()
	steps, err := p.Store.Steps()
	if err != nil {
		return err
	}
	begin := p.Start
	if resume {
		begin = p.Resume
	} else if len(steps) > 0 {
		return holdsRun(c.Out, steps[len(steps)-1])
	}
	bar := progress.New(to.err, "playing")
	p.OnStep = func(step int) { bar.Set(step, r.Steps) }
	p.OnEvaluation = func(step int, e rl.Evaluation) {
		bar.Clear()
		fmt.Fprintf(to.out, "step %d  return %s, the worst %s, over %d episodes  %.1f s\n", step, score(e.Mean()), score(e.Worst()), len(e.Returns), time.Since(start).Seconds())
	}
	err = begin(ctx)
	bar.Done()
	if errors.Is(err, context.Canceled) {
		return interrupted(p.Loop.Steps, r.Steps, c.Out)
	}
	if err != nil {
		return err
	}
	return c.report(to, r, p, start)
}

// about is what a file of weights tells about the agent.
type aboutAgent struct {
	Env, Algorithm string
	EnvOptions     []string `json:",omitempty"`
	Options        json.RawMessage
}

// report plays new episodes and writes the files.
func (c *trainAgent) report(to streams, r recipe.Recipe, p *runner.Run, start time.Time) error {
	a := p.Loop.Agent
	e, err := rl.Evaluate(a, r.NewEnv, c.Episodes, evaluationSeed)
	if err != nil {
		return err
	}
	about, err := json.Marshal(aboutAgent{c.Env, c.Algo, c.EnvOption, c.Options})
	if err != nil {
		return err
	}
	meta := map[string]string{"format": "kedja", "agent": string(about)}
	if err := safetensors.WriteFile(filepath.Join(c.Out, agentWeights), checkpoint.Tensors(nn.Vars(a.Model())), meta); err != nil {
		return err
	}
	m := map[string]any{"env": c.Env, "algo": c.Algo, "seed": c.Seed, "steps": p.Loop.Steps, "mean": e.Mean(), "worst": e.Worst(), "returns": e.Returns}
	if r.Epsilon > 0 {
		n := p.Loop.Envs.Spec().Actions.N
		e, err := rl.Evaluate(rl.WithEpsilon(a, n, r.Epsilon, evaluationSeed), r.NewEnv, c.Episodes, evaluationSeed)
		if err != nil {
			return err
		}
		m["epsilon"], m["mean_with_epsilon"], m["returns_with_epsilon"] = r.Epsilon, e.Mean(), e.Returns
		fmt.Fprintf(to.out, "with random actions at a probability of %v: return %s over %d episodes\n", r.Epsilon, score(e.Mean()), c.Episodes)
	}
	if len(c.EnvOption) > 0 {
		m["env_options"] = c.EnvOption
	}
	if err := writeJSON(filepath.Join(c.Out, evaluation), m); err != nil {
		return err
	}
	if err := drawReturns(filepath.Join(c.Out, returns), filepath.Join(c.Out, train.LogFile), c.Env); err != nil {
		return err
	}
	fmt.Fprintf(to.out, "wrote %s, %s, %s and %s to %s in %.1f s\n", agentWeights, train.LogFile, evaluation, returns, c.Out, time.Since(start).Seconds())
	fmt.Fprintf(to.out, "eval return %s over %d episodes after %d steps\n", score(e.Mean()), c.Episodes, p.Loop.Steps)
	return nil
}

// resume goes on with a run.
func (c *trainAgent) resume(ctx context.Context, to streams, how *resumeCmd) error {
	c.Out, c.Workers, c.inexact = how.Dir, max(1, how.Workers), how.Inexact
	return c.run(ctx, to, true)
}

// replay does steps again.
func (c *trainAgent) replay(_ context.Context, to streams, ends []*checkpoint.Checkpoint, workers int) error {
	c.Workers = max(1, workers)
	r, err := c.recipe()
	if err != nil {
		return err
	}
	p, err := c.play(r)
	if err != nil {
		return err
	}
	if err := p.Replay(ends[0], ends[1]); err != nil {
		return err
	}
	fmt.Fprintf(to.out, "steps %d to %d give the same bits again\n", ends[0].Step, ends[1].Step)
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
