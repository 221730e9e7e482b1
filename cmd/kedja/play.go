package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/term"

	"github.com/kedja-ml/kedja/checkpoint"
	"github.com/kedja-ml/kedja/internal/whole"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/rl"
	"github.com/kedja-ml/kedja/rl/env"
	"github.com/kedja-ml/kedja/rl/env/catalog"
	"github.com/kedja-ml/kedja/rl/recipe"
	"github.com/kedja-ml/kedja/safetensors"
)

// playCmd shows an agent at play.
type playCmd struct {
	Env      string `arg:"" help:"Environment."`
	Weights  string `required:"" type:"path" help:"Folder of a run of train, or its weights."`
	Episodes int    `default:"1" help:"To play."`
	Seed     uint64 `default:"1" help:"Of the episodes."`
	GIF      string `name:"gif" type:"path" help:"Write the first episode to this file rather than showing it in the terminal."`
	Plot     string `type:"path" help:"Draw to this PNG what the agent held each action to be worth in the first episode."`
}

// Run plays greedily.
func (c *playCmd) Run(ctx context.Context, to streams) error {
	if err := c.play(ctx, to); err != nil {
		return fmt.Errorf("play: %w", err)
	}
	return nil
}

func (c *playCmd) play(ctx context.Context, to streams) error {
	if _, err := catalog.Find(c.Env); err != nil {
		return err
	}
	if c.Episodes < 1 {
		return fmt.Errorf("want at least 1 episode, not %d", c.Episodes)
	}
	a, r, err := loadAgent(c.Weights, c.Env)
	if err != nil {
		return err
	}
	e, err := r.NewEnv()
	if err != nil {
		return err
	}
	var film *env.Recorder
	if c.GIF != "" {
		const most = 2000
		if film, err = env.NewRecorder(e, most); err != nil {
			return err
		}
		e = film
	}
	var worth *valueCurve
	if c.Plot != "" {
		if worth, err = newValueCurve(a); err != nil {
			return fmt.Errorf("--plot: %w", err)
		}
	}
	screen, shows := env.As[env.Texter](e)
	shows = shows && film == nil
	for i := range c.Episodes {
		ret, steps, err := episode(ctx, a, e, env.EpisodeSeed(c.Seed, i, 0), func(obs []float32, o env.Outcome) error {
			if shows {
				show(to.out, screen.Text())
			}
			if worth == nil || i > 0 {
				return nil
			}
			if err := worth.add(obs, o); err != nil {
				return fmt.Errorf("--plot: %w", err)
			}
			return nil
		})
		if err != nil {
			return err
		}
		fmt.Fprintf(to.out, "return %s after %d steps\n", score(ret), steps)
		if film != nil && i == 0 {
			if err := whole.Write(c.GIF, func(w io.Writer) error { return film.WriteGIF(w, 3) }); err != nil {
				return fmt.Errorf("%s: %w", c.GIF, err)
			}
			fmt.Fprintf(to.out, "wrote %s\n", c.GIF)
			e, film = film.Unwrap(), nil
		}
		if worth != nil && i == 0 {
			if err := worth.draw(c.Plot, c.Env); err != nil {
				return err
			}
			fmt.Fprintf(to.out, "wrote %s\n", c.Plot)
		}
	}
	return nil
}

// episode plays one, and calls look at each state with the outcome that led there.
func episode(ctx context.Context, a rl.Agent, e env.Env, seed uint64, look func(obs []float32, o env.Outcome) error) (ret float64, steps int, err error) {
	s := e.Spec()
	obs, action := make([]float32, s.Size()), rl.Actions{}
	if s.Actions.N > 0 {
		action.Numbers = make([]int32, 1)
	} else {
		action.Vectors = make([]float32, s.Actions.Dim())
	}
	e.Reset(seed, obs)
	rl.Begin(a, true)
	var o env.Outcome
	for {
		if err := look(obs, o); err != nil || o.Over() {
			return ret, steps, err
		}
		if ctx.Err() != nil {
			return ret, steps, errors.New("interrupted")
		}
		if err := a.Greedy(obs, action); err != nil {
			return ret, steps, err
		}
		do := env.Action{Point: action.Vectors}
		if action.Numbers != nil {
			do.Index = int(action.Numbers[0])
		}
		if o, err = e.Step(do, obs); err != nil {
			return ret, steps, err
		}
		ret += float64(o.Reward)
		steps++
	}
}

// show draws over the last picture where the output is a terminal, for about the time that a step takes; elsewhere there is nothing to see.
func show(to io.Writer, text string) {
	if f, ok := to.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		fmt.Fprintf(f, "\x1b[H\x1b[2J%s\n", text)
		time.Sleep(20 * time.Millisecond)
	}
}

// loadAgent makes the agent that a file of weights describes, which must be one for the environment, and returns its recipe.
func loadAgent(path, envName string) (rl.Agent, *recipe.Recipe, error) {
	if i, err := os.Stat(path); err == nil && i.IsDir() {
		path = filepath.Join(path, agentWeights)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	f, err := safetensors.Decode(b)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	text, ok := f.Metadata["agent"]
	if !ok {
		return nil, nil, fmt.Errorf("%s: says nothing about an agent, want weights that kedja train %s wrote", path, envName)
	}
	var about aboutAgent
	if err := json.Unmarshal([]byte(text), &about); err != nil {
		return nil, nil, fmt.Errorf("%s: what it says about its agent: %w", path, err)
	}
	if about.Env != envName {
		return nil, nil, fmt.Errorf("%s: of an agent for %s, not for %s", path, about.Env, envName)
	}
	r, err := recipe.Find(envName, about.Algorithm, about.EnvOptions...)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	if err := json.Unmarshal(about.Options, r.Options); err != nil {
		return nil, nil, fmt.Errorf("%s: its options: %w", path, err)
	}
	s, err := r.Setup(0, 1)
	if err != nil {
		return nil, nil, err
	}
	if need, have := r.Options.Bytes(s), memoryBytes(); have > 0 && need > have {
		return nil, nil, fmt.Errorf("%s: a replay memory of %d bytes, and the machine has %d", path, need, have)
	}
	a, err := r.Options.New(s)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	if err := checkpoint.Assign(nn.Vars(a.Model()), f.Tensors); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	return a, &r, nil
}
