// Package catalog finds environments by name.
package catalog

import (
	"fmt"
	"strings"

	"github.com/kedja-ml/kedja/internal/nearest"
	"github.com/kedja-ml/kedja/rl/env"
	"github.com/kedja-ml/kedja/rl/env/classic"
)

// Entry is an environment that can be made by name.
type Entry struct {
	Name, Doc string
	New       func() env.Env
}

// All lists the environments.
func All() []Entry {
	return []Entry{
		{"cartpole", "CartPole-v1: keep a pole upright on a cart", func() env.Env { return classic.NewCartPole() }},
		{"acrobot", "Acrobot-v1: swing two links up by the joint between them", func() env.Env { return classic.NewAcrobot() }},
		{"mountaincar", "MountainCar-v0: climb out of a valley by swinging", func() env.Env { return classic.NewMountainCar() }},
		{"mountaincar-continuous", "MountainCarContinuous-v0: the same by a force of choice", func() env.Env { return classic.NewMountainCarContinuous() }},
		{"pendulum", "Pendulum-v1: swing a rod up and hold it, by a torque", func() env.Env { return classic.NewPendulum() }},
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

// Make returns a new environment of a name.
func Make(name string) (env.Env, error) {
	e, err := Find(name)
	if err != nil {
		return nil, err
	}
	return e.New(), nil
}
