package classic_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/kedja-ml/kedja/rl/env"
	"github.com/kedja-ml/kedja/rl/env/classic"
	"github.com/kedja-ml/kedja/rl/env/envtest"
)

func all() map[string]func() env.Env {
	return map[string]func() env.Env{
		"cartpole":               func() env.Env { return classic.NewCartPole() },
		"acrobot":                func() env.Env { return classic.NewAcrobot() },
		"mountaincar":            func() env.Env { return classic.NewMountainCar() },
		"mountaincar-continuous": func() env.Env { return classic.NewMountainCarContinuous() },
		"pendulum":               func() env.Env { return classic.NewPendulum() },
	}
}

func TestPromises(t *testing.T) {
	for name, newEnv := range all() {
		t.Run(name, func(t *testing.T) { envtest.Check(t, newEnv) })
	}
}

type step struct {
	From, To, Obs         []float64
	Action, Reward        float64
	Terminated, Truncated bool
}

type goldens map[string]struct {
	Single   []step
	Episodes []struct {
		Seed  uint64
		Obs   []float64
		Steps []step
	}
}

func put(e env.Env, s []float64) {
	switch e := e.(type) {
	case *classic.Acrobot:
		e.SetState([4]float64(s))
	case interface{ SetState([2]float64) }:
		e.SetState([2]float64(s))
	}
}

func state(e env.Env) []float64 {
	switch e := e.(type) {
	case *classic.Acrobot:
		s := e.State()
		return s[:]
	case interface{ State() [2]float64 }:
		s := e.State()
		return s[:]
	}
	return nil
}

func action(e env.Env, x float64) env.Action {
	if e.Spec().Actions.N > 0 {
		return env.Action{Index: int(x)}
	}
	return env.Action{Point: []float32{float32(x)}}
}

// follows takes a golden step from the golden state.
func follows(e env.Env, s step) error {
	put(e, s.From)
	obs := make([]float32, e.Spec().Size())
	o, err := e.Step(action(e, s.Action), obs)
	if err != nil {
		return err
	}
	got := make([]float64, len(obs))
	for i, x := range obs {
		got[i] = float64(x)
	}
	if worst := off(state(e), s.To); worst > 1e-12 {
		return fmt.Errorf("state %v, want %v: off by %v", state(e), s.To, worst)
	}
	for i, x := range obs { // numbers within 1e-12 of each other may lie on two sides of a boundary of float32
		if y := float32(s.Obs[i]); x != y && math.Nextafter32(x, y) != y {
			return fmt.Errorf("observation %v, want %v", got, s.Obs)
		}
	}
	if r, want := o.Reward, float32(s.Reward); r != want && math.Nextafter32(r, want) != want {
		return fmt.Errorf("reward %v, want %v", o.Reward, s.Reward)
	}
	if o.Terminated != s.Terminated || o.Truncated != s.Truncated {
		return fmt.Errorf("%+v, want %v, %v", o, s.Terminated, s.Truncated)
	}
	return nil
}

// Gymnasium's steps from the same states, and its episodes' first observations to the bit.
func TestOthers(t *testing.T) {
	data, err := os.ReadFile("testdata/others.json")
	if err != nil {
		t.Fatal(err)
	}
	var all4 goldens
	if err := json.Unmarshal(data, &all4); err != nil || len(all4) != 4 {
		t.Fatal(err, len(all4))
	}
	for name, golden := range all4 {
		e := all()[name]()
		obs := make([]float32, e.Spec().Size())
		ends, count := 0, 0
		for i, s := range golden.Single {
			e.Reset(0, obs)
			if name == "mountaincar-continuous" { // which computes in float32 from its second step on
				if _, err := e.Step(action(e, 0), obs); err != nil {
					t.Fatal(err)
				}
			}
			if err := follows(e, s); err != nil {
				t.Fatalf("%s, step %d from %v by %v: %v", name, i, s.From, s.Action, err)
			}
			count++
			if s.Terminated {
				ends++
			}
		}
		if count != 200 || ends == 0 != (name == "pendulum") {
			t.Errorf("%s: %d steps, %d ends", name, count, ends)
		}
		for _, ep := range golden.Episodes {
			e.Reset(ep.Seed, obs)
			for i, x := range obs {
				if float64(x) != ep.Obs[i] {
					t.Fatalf("%s, seed %d: first observation %v, want %v", name, ep.Seed, obs, ep.Obs)
				}
			}
			if !slices.Equal(state(e), ep.Steps[0].From) {
				t.Fatalf("%s, seed %d: first state %v, want %v", name, ep.Seed, state(e), ep.Steps[0].From)
			}
			for i, s := range ep.Steps {
				if err := follows(e, s); err != nil {
					t.Fatalf("%s, seed %d, step %d: %v", name, ep.Seed, i, err)
				}
			}
		}
	}
}

// How long episodes last without an end, and that the last step's time-out is no end.
func TestTimeLimits(t *testing.T) {
	for name, limit := range map[string]int{"acrobot": 500, "mountaincar": 200, "mountaincar-continuous": 999, "pendulum": 200} {
		e := all()[name]()
		obs := make([]float32, e.Spec().Size())
		e.Reset(3, obs)
		for i := 1; ; i++ {
			o, err := e.Step(action(e, 0), obs)
			if err != nil || o.Terminated || o.Truncated != (i == limit) {
				t.Fatal(name, i, o, err)
			}
			if o.Truncated {
				break
			}
		}
	}
}

// Everything can be seen, and what is seen changes when the state does.
func TestPictures(t *testing.T) {
	for name, newEnv := range all() {
		e := newEnv()
		obs := make([]float32, e.Spec().Size())
		e.Reset(1, obs)
		im, _ := env.As[env.Imager](e)
		tx, _ := env.As[env.Texter](e)
		was, text := im.Image(), tx.Text()
		a := env.Action{Index: 1}
		if e.Spec().Actions.Dim() == 1 {
			a = env.Action{Point: []float32{1}}
		}
		for range 15 {
			if o, err := e.Step(a, obs); err != nil || o.Over() {
				break
			}
		}
		if fmt.Sprint(was) == fmt.Sprint(im.Image()) || text == tx.Text() {
			t.Error(name, "looks the same")
		}
	}
}

func BenchmarkStep(b *testing.B) {
	for name, newEnv := range all() {
		b.Run(name, func(b *testing.B) {
			e := newEnv()
			obs := make([]float32, e.Spec().Size())
			e.Reset(1, obs)
			actions := []env.Action{action(e, 0), action(e, 1)}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if o, _ := e.Step(actions[i>>3&1], obs); o.Over() {
					e.Reset(uint64(i), obs)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1e6, "Msteps/s")
		})
	}
}
