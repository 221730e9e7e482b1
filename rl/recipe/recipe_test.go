package recipe

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/rl"
	"github.com/kedja-ml/kedja/rl/env/catalog"
)

// Every algorithm plays a few steps in every environment whose actions it is for, and is the same again when its options come from JSON.
func TestAll(t *testing.T) {
	pairs := 0
	for _, e := range catalog.All() {
		made, err := catalog.Make(e.Name)
		if err != nil {
			t.Fatal(err)
		}
		if image(e.Name) && e.Name != "minatar-breakout" { // whose networks take long to build
			continue
		}
		for _, a := range Algorithms() {
			r, err := Find(e.Name, a.Name)
			if boxes := made.Spec().Actions.N == 0; boxes != a.Boxes {
				if err == nil || !strings.Contains(err.Error(), a.Name+" is not for the actions of "+e.Name) {
					t.Error(e.Name, a.Name, err)
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			pairs++
			r.Envs = 2
			if e.Name != "cartpole" && e.Name != "pendulum" && e.Name != "minatar-breakout" {
				continue
			}
			b, err := json.Marshal(r.Options)
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(b, r.Options); err != nil {
				t.Fatal(err)
			}
			loop, err := r.Loop(1, 1)
			if err != nil {
				t.Fatal(e.Name, a.Name, err)
			}
			for range 5 {
				if err := loop.Step(); err != nil {
					t.Fatal(e.Name, a.Name, err)
				}
			}
			s, err := r.Setup(1, 1)
			if err != nil || r.Options.Bytes(s) < 1 || r.Steps < 1 {
				t.Error(e.Name, a.Name, r.Steps, err)
			}
		}
	}
	if pairs < 20 {
		t.Error(pairs)
	}
}

func TestSet(t *testing.T) {
	r, err := Find("cartpole", "rainbow")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{"Hidden=[7]", "Returns=[-3,4]", "Rate=0.5", "Double=false", `Objective="mean"`} {
		if err := r.Set(s); err != nil {
			t.Error(err)
		}
	}
	if o := r.Options.(*rl.QOptions); fmt.Sprintf("%v %v %v %v %s", o.Hidden, o.Returns, o.Rate, o.Double, o.Objective) != "[7] [-3 4] 0.5 false mean" {
		t.Error(o)
	}
	for s, want := range map[string]string{
		"Hiden=[7]": `rainbow has no option "Hiden", did you mean "Hidden"? There are Hidden, Filters, LayerNorm, `, "Hidden": "want NAME=VALUE", "=1": "want NAME=VALUE",
		"Rate=x": "want NAME=VALUE, the value in JSON", `Rate="x"`: "option Rate=", "Hidden=7": "option Hidden=7",
	} {
		if err := r.Set(s); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v, want %s", err, want)
		}
	}
	for _, name := range []string{"dqn", ""} {
		if r, err := Find("cartpole", name); err != nil || r.Algorithm != "dqn" {
			t.Error(r, err)
		}
	}
	for name, want := range map[string]string{"pendulum": "sac", "minatar-asterix": "pqn", "connect4": "dqn"} {
		if r, err := Find(name, ""); err != nil || r.Algorithm != want {
			t.Error(name, r, err)
		}
	}
	if _, err := Find("pendulum", "sca"); err == nil || !strings.Contains(err.Error(), `no algorithm "sca", did you mean "sac"? For pendulum there are sac, td3, ddpg`) {
		t.Error(err)
	}
}
