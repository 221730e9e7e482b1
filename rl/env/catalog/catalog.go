// Package catalog finds environments by name.
package catalog

import (
	"fmt"
	"strings"

	"github.com/kedja-ml/kedja/internal/nearest"
	"github.com/kedja-ml/kedja/rl/env"
	"github.com/kedja-ml/kedja/rl/env/board"
	"github.com/kedja-ml/kedja/rl/env/classic"
	"github.com/kedja-ml/kedja/rl/env/minatar"
	"github.com/kedja-ml/kedja/rl/env/toy"
)

// Entry is an environment that can be made by name.
type Entry struct {
	Name, Doc string
	new       func(o *options) (env.Env, error)
}

// All lists the environments.
func All() []Entry {
	all := []Entry{
		{"cartpole", "CartPole-v1: keep a pole upright on a cart", whole(classic.NewCartPole)},
		{"acrobot", "Acrobot-v1: swing two links up by the joint between them", whole(classic.NewAcrobot)},
		{"mountaincar", "MountainCar-v0: climb out of a valley by swinging", whole(classic.NewMountainCar)},
		{"mountaincar-continuous", "MountainCarContinuous-v0: the same by a force of choice", whole(classic.NewMountainCarContinuous)},
		{"pendulum", "Pendulum-v1: swing a rod up and hold it, by a torque", whole(classic.NewPendulum)},
		{"cliff", "a grid with a cliff: walk along it to the goal; the best return is -13", grid(toy.Cliff())},
		{"lake", "FrozenLake-v1: cross slippery ice; the best return is 0.74", grid(toy.Lake())},
		{"rooms", "four rooms: find the way through them", grid(toy.Rooms())},
		{"bandit", "a bandit of ten arms: find the best", func(o *options) (env.Env, error) { return toy.NewBandit(option(o, "arms", 10), 1) }},
		{"memory", "a corridor of ten places: remember a cue to its end", func(o *options) (env.Env, error) { return toy.NewMemory(option(o, "length", 10)), nil }},
		{"tictactoe", "tic-tac-toe against who plays at random", func(*options) (env.Env, error) { return board.NewAgainst(board.TicTacToe{}, board.Random), nil }},
		{"connect4", "Connect Four against who looks two moves ahead", func(*options) (env.Env, error) { return board.NewAgainst(board.Connect4{}, board.Careful), nil }},
	}
	for _, g := range minatar.Games() {
		all = append(all, Entry{g.String(), g.Doc(), func(o *options) (env.Env, error) {
			s := minatar.Standard()
			return minatar.New(g, minatar.Options{
				Sticky: option(o, "sticky", s.Sticky), Ramping: option(o, "ramping", s.Ramping), Minimal: option(o, "minimal", s.Minimal),
			})
		}})
	}
	return all
}

// whole is of environments that cannot fail to be made.
func whole[E env.Env](newEnv func() E) func(*options) (env.Env, error) {
	return func(*options) (env.Env, error) { return newEnv(), nil }
}

func grid(m toy.Map) func(*options) (env.Env, error) {
	return func(o *options) (env.Env, error) {
		m := m
		m.Slip = option(o, "slip", m.Slip)
		return toy.NewGrid(m)
	}
}

// Names lists the names of All.
func Names() []string {
	var names []string
	for _, e := range All() {
		names = append(names, e.Name)
	}
	return names
}

// Find returns the entry of a name; for an unknown one the error names the nearest.
func Find(name string) (Entry, error) {
	for _, e := range All() {
		if e.Name == name {
			return e, nil
		}
	}
	names := Names()
	return Entry{}, fmt.Errorf("no environment %q; did you mean %s? There are %s", name, nearest.Name(name, names), strings.Join(names, ", "))
}

// Make returns a new environment of a name, changed by options NAME=VALUE: those that it has of its own, and, of every environment,
//
//	sticky=P    the action before is done again with probability P (MinAtar's games do that themselves, by 0.1)
//	limit=N     an episode is cut off after N steps
//	frames=N    an observation is the last N together
//
// An option that it does not have is an error that names those there are.
func Make(name string, settings ...string) (env.Env, error) {
	entry, err := Find(name)
	if err != nil {
		return nil, err
	}
	o, err := newOptions(settings)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	e, err := entry.new(o)
	if err != nil {
		return nil, err
	}
	if e, err = o.wrap(e); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return e, nil
}
