// Package recipe says how each algorithm of package rl is set for each environment: options that were found to learn there. They are plain
// structs, which JSON keeps with a run and its weights, and which Set changes by name.
package recipe

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/kedja-ml/kedja/internal/nearest"
	"github.com/kedja-ml/kedja/rl"
	"github.com/kedja-ml/kedja/rl/env"
	"github.com/kedja-ml/kedja/rl/env/catalog"
)

// A Recipe is an algorithm that is set for an environment.
type Recipe struct {
	Env, Algorithm string
	Steps          int     // of a run
	Envs           int     // that are played side by side
	Epsilon        float64 // probability of a random action in a second evaluation, as published scores were made; none if 0
	Options        Options // pointer to a struct

	newEnv func() (env.Env, error)
}

// Options make an agent.
type Options interface {
	New(s rl.Setup) (rl.Agent, error)
	Bytes(s rl.Setup) int64 // of its memory
}

// An Algorithm is a name that Find knows.
type Algorithm struct {
	Name, Doc string
	Boxes     bool // whether actions are vectors; numbered if not
	recipe    func(envName string) Recipe
}

// Algorithms lists them.
func Algorithms() []Algorithm {
	return []Algorithm{
		{"dqn", "deep Q-learning with what makes it stable", false, value(func(*rl.QOptions) {})},
		{"plain-dqn", "deep Q-learning as it was first", false, value(plain)},
		{"double", "plain, and one network chooses the action that the other values", false, value(double)},
		{"dueling", "dqn by a duelling network", false, value(dueling)},
		{"n-step", "plain, with rewards summed over three steps", false, value(nstep)},
		{"per", "dqn by prioritised replay", false, value(prioritised)},
		{"noisy", "dqn that explores by noisy layers", false, value(noisy)},
		{"c51", "categorical distributions of returns", false, value(categorical)},
		{"qr-dqn", "quantiles of returns", false, value(quantile)},
		{"munchausen", "rewards raised by the log-policy", false, value(munchausen)},
		{"rainbow", "categorical, duelling, noisy, prioritised, over three steps", false, value(rainbow)},
		{"ppo", "proximal policy optimisation", false, rollout("ppo", ppo)},
		{"a2c", "advantage actor-critic", false, rollout("a2c", a2c)},
		{"reinforce", "REINFORCE with a baseline", false, rollout("reinforce", reinforce)},
		{"recurrent-ppo", "proximal policy optimisation by a network that remembers", false, rollout("recurrent-ppo", recurrent)},
		{"pqn", "Q-learning without memory or target network", false, rollout("pqn", pqn)},
		{"sac", "soft actor-critic, whose entropy weight is learned", true, box("sac")},
		{"td3", "twin delayed deterministic policy gradient", true, box("td3")},
		{"ddpg", "deep deterministic policy gradient", true, box("ddpg")},
	}
}

// Names are those of the algorithms for actions that are vectors, or numbered.
func Names(boxes bool) (names []string) {
	for _, a := range Algorithms() {
		if a.Boxes == boxes {
			names = append(names, a.Name)
		}
	}
	return names
}

// Find returns the recipe of an algorithm for an environment of the catalogue, changed by options as [catalog.Make] has them. The algorithm "" is
// the one that does best there.
func Find(envName, algorithm string, options ...string) (Recipe, error) {
	return Of(func() (env.Env, error) { return catalog.Make(envName, options...) }, algorithm)
}

// Of is Find for an environment of one's own.
func Of(newEnv func() (env.Env, error), algorithm string) (Recipe, error) {
	e, err := newEnv()
	if err != nil {
		return Recipe{}, err
	}
	envName, boxes := e.Spec().Name, e.Spec().Actions.N == 0
	if algorithm == "" {
		switch algorithm = "dqn"; {
		case boxes:
			algorithm = "sac"
		case image(envName):
			algorithm = "pqn"
		}
	}
	for _, a := range Algorithms() {
		if a.Name == algorithm && a.Boxes == boxes {
			r := a.recipe(envName)
			r.Env, r.Algorithm, r.newEnv = envName, algorithm, newEnv
			return r, nil
		}
		if a.Name == algorithm {
			return Recipe{}, fmt.Errorf("%s is not for the actions of %s; there are %s", algorithm, envName, strings.Join(Names(boxes), ", "))
		}
	}
	names := Names(boxes)
	return Recipe{}, fmt.Errorf("no algorithm %q, did you mean %q? For %s there are %s", algorithm, nearest.Name(algorithm, names), envName, strings.Join(names, ", "))
}

// Set changes one option: NAME=VALUE, the value in JSON, such as Hidden=[64,64].
func (r *Recipe) Set(assignment string) error {
	name, value, ok := strings.Cut(assignment, "=")
	if !ok || name == "" || !json.Valid([]byte(value)) {
		return fmt.Errorf("option %q, want NAME=VALUE, the value in JSON", assignment)
	}
	b, err := json.Marshal(map[string]json.RawMessage{name: json.RawMessage(value)})
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(r.Options); err != nil {
		if strings.Contains(err.Error(), "unknown field") {
			return fmt.Errorf("%s has no option %q, did you mean %q? There are %s", r.Algorithm, name, nearest.Name(name, r.names()), strings.Join(r.names(), ", "))
		}
		return fmt.Errorf("option %s: %w", assignment, err)
	}
	return nil
}

// names are those of the options.
func (r *Recipe) names() (names []string) {
	b, err := json.Marshal(r.Options)
	if err != nil {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(b))
	for depth := 0; ; {
		t, err := d.Token()
		if err != nil {
			return names
		}
		switch t := t.(type) {
		case json.Delim:
			if t == '{' || t == '[' {
				depth++
			} else {
				depth--
			}
		case string:
			if depth == 1 {
				names = append(names, t)
				var skip json.RawMessage
				if err := d.Decode(&skip); err != nil {
					return names
				}
			}
		}
	}
}

// Setup is what the recipe's agent is made for.
func (r *Recipe) Setup(seed uint64, workers int) (rl.Setup, error) {
	e, err := r.newEnv()
	if err != nil {
		return rl.Setup{}, err
	}
	return rl.Setup{Spec: e.Spec(), Envs: r.Envs, Seed: seed, Workers: workers}, nil
}

// Loop makes the agent and its environments.
func (r *Recipe) Loop(seed uint64, workers int) (*rl.Loop, error) {
	s, err := r.Setup(seed, workers)
	if err != nil {
		return nil, err
	}
	v, err := env.NewVec(r.NewEnv, r.Envs, seed, 1)
	if err != nil {
		return nil, err
	}
	a, err := r.Options.New(s)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.Algorithm, err)
	}
	return &rl.Loop{Agent: a, Envs: v}, nil
}

// NewEnv makes another environment.
func (r *Recipe) NewEnv() (env.Env, error) { return r.newEnv() }
