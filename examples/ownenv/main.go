// Command ownenv lets an agent learn in an environment of one's own, a thermostat: go run ./examples/ownenv [-algo ppo].
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/kedja-ml/kedja/rl"
	"github.com/kedja-ml/kedja/rl/recipe"
)

func main() {
	algorithm := flag.String("algo", "dqn", "any of docs/rl.md for numbered actions")
	steps := flag.Int("steps", 10_000, "of the environment")
	flag.Parse()
	if _, err := learn(os.Stdout, *algorithm, *steps); err != nil {
		log.Fatal(err)
	}
}

// learn returns what the agent gets in new episodes.
func learn(to io.Writer, algorithm string, steps int) (float64, error) {
	r, err := recipe.Of(newThermostat, algorithm)
	if err != nil {
		return 0, err
	}
	if o, ok := r.Options.(*rl.QOptions); ok { // what the environment asks for: see soon, learn at a rate that falls while it plays
		o.Discount, o.NStep, o.RateSteps = 0.9, 1, steps/2
	}
	loop, err := r.Loop(1, 1) // seed, workers
	if err != nil {
		return 0, err
	}
	for loop.Steps < steps { // runner.Run does this too, with logs, evaluations and checkpoints
		if err := loop.Step(); err != nil {
			return 0, err
		}
		if loop.Steps%(steps/5) == 0 {
			e, err := rl.Evaluate(loop.Agent, r.NewEnv, 20, 1000) // 20 episodes that it never saw
			if err != nil {
				return 0, err
			}
			fmt.Fprintf(to, "step %5d  return %.1f, the worst %.1f\n", loop.Steps, e.Mean(), e.Worst())
		}
	}
	e, err := rl.Evaluate(loop.Agent, r.NewEnv, 100, 5000)
	return e.Mean(), err
}
