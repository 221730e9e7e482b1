package catalog_test

import (
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/rl/env"
	"github.com/kedja-ml/kedja/rl/env/catalog"
	"github.com/kedja-ml/kedja/rl/env/envtest"
)

// Options change an environment, which keeps the promises of one.
func TestOptions(t *testing.T) {
	e, err := catalog.Make("cartpole", "sticky=0.25", "limit=7", "frames=3")
	if err != nil {
		t.Fatal(err)
	}
	sticky, _ := env.As[*env.StickyActions](e)
	if e.Spec().Size() != 12 || sticky == nil || sticky.P != 0.25 {
		t.Error(e.Spec(), sticky)
	}
	obs, steps := make([]float32, 12), 0
	e.Reset(1, obs)
	for over := false; !over; steps++ {
		o, err := e.Step(env.Action{Index: steps % 2}, obs)
		if err != nil {
			t.Fatal(err)
		}
		over = o.Over()
	}
	if steps != 7 {
		t.Error("an episode of", steps)
	}
	envtest.Check(t, func() env.Env { // without sticky actions, whose draws go on in an episode that is begun again
		e, err := catalog.Make("cartpole", "limit=7", "frames=3")
		if err != nil {
			t.Fatal(err)
		}
		return e
	})
	bandit, err := catalog.Make("bandit", "arms=3")
	if err != nil || bandit.Spec().Actions.N != 3 {
		t.Error(bandit, err)
	}
	for name, n := range map[string]int{"minatar-breakout": 3, "minatar-seaquest": 6} {
		if g, err := catalog.Make(name, "minimal=true", "sticky=0", "ramping=false"); err != nil || g.Spec().Actions.N != n {
			t.Error(name, err)
		}
	}
	for _, grid := range []string{"cliff", "lake", "rooms"} {
		if _, err := catalog.Make(grid, "slip=0.3"); err != nil {
			t.Error(err)
		}
	}
}

func TestOptionsRefuse(t *testing.T) {
	for args, want := range map[string]string{
		"memory lenth=3":            `memory: no environment option "lenth"; did you mean length? There are length, sticky, limit, frames`,
		"memory length=x":           "memory: environment option length=x, want a whole number",
		"minatar-freeway minimal=1": "environment option minimal=1, want true or false",
		"minatar-freeway sticky=2":  "want a probability",
		"cartpole sticky=-1":        "cartpole: environment option sticky=-1, want a probability",
		"cartpole limit=0":          "environment option limit=0, want 1 to ",
		"cartpole frames=0":         "environment option frames=0, want 1 to ",
		"cartpole limit":            `environment option "limit", want NAME=VALUE`,
		"cartpole limit=3 limit=3":  `environment option "limit=3", want NAME=VALUE, each name once`,
		"bandit arms=0":             "0 arms, want at least 1",
		"cartpol limit=3":           "did you mean cartpole?",
	} {
		f := strings.Fields(args)
		if _, err := catalog.Make(f[0], f[1:]...); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %s", args, err, want)
		}
	}
}
