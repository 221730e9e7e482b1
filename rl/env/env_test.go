package env_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/internal/workers"
	"github.com/kedja-ml/kedja/rl/env"
	"github.com/kedja-ml/kedja/rl/env/classic"
	"github.com/kedja-ml/kedja/rl/env/envtest"
)

// Corridor has five places in a row. The agent begins at the first; 1 goes on, 0 goes back; the last place ends the episode.
type Corridor struct {
	s struct { // all of the state: a struct of fixed size with exported fields
		env.Episode
		At int32
	}
}

func (*Corridor) Spec() env.Spec {
	return env.Spec{Name: "corridor", Obs: []int{5}, Actions: env.Discrete(2)}
}

func (c *Corridor) Reset(_ uint64, obs []float32) {
	c.s.At = 0
	c.s.Begin()
	c.observe(obs)
}

func (c *Corridor) observe(obs []float32) {
	clear(obs)
	obs[c.s.At] = 1
}

func (c *Corridor) Step(a env.Action, obs []float32) (env.Outcome, error) {
	if err := c.s.Check("corridor", 2, a); err != nil {
		return env.Outcome{}, err
	}
	c.s.At = max(0, c.s.At+int32(2*a.Index-1))
	c.observe(obs)
	return c.s.Next(-1, c.s.At == 4, 30), nil
}

func (c *Corridor) AppendBinary(b []byte) ([]byte, error) { return env.Pack(b, &c.s) }
func (c *Corridor) UnmarshalBinary(b []byte) error        { return env.Unpack("corridor", b, &c.s) }

func TestCorridor(t *testing.T) {
	envtest.Check(t, func() env.Env { return new(Corridor) })
}

func Example() {
	var e env.Env = new(Corridor)
	obs := make([]float32, e.Spec().Size())
	e.Reset(1, obs)
	for over := false; !over; {
		o, err := e.Step(env.Action{Index: 1}, obs)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(obs, o.Reward, o.Terminated)
		over = o.Over()
	}
	_, err := e.Step(env.Action{Index: 1}, obs)
	fmt.Println(err)
	// Output:
	// [0 1 0 0 0] -1 false
	// [0 0 1 0 0] -1 false
	// [0 0 0 1 0] -1 false
	// [0 0 0 0 1] -1 true
	// corridor: the episode is over; Reset begins another
}

func ExampleVec() {
	v, err := env.NewVec(func() (env.Env, error) { return new(Corridor), nil }, 2, 1, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	for range 4 {
		v.Index[0], v.Index[1] = 1, 0 // the first copy goes on, the second back
		if err := v.Step(); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println("led to:", v.Next[:5], v.Next[5:])
	fmt.Println("now:   ", v.Obs[:5], v.Obs[5:]) // the first copy has begun another episode
	fmt.Println(v.Terminated, v.Return, v.Length)
	// Output:
	// led to: [0 0 0 0 1] [1 0 0 0 0]
	// now:    [1 0 0 0 0] [1 0 0 0 0]
	// [true false] [-4 -4] [4 4]
}

func cartPoles(t testing.TB, n, workers int, seed uint64) *env.Vec {
	v, err := env.NewVec(func() (env.Env, error) { return classic.NewCartPole(), nil }, n, seed, workers)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func act(t testing.TB, v *env.Vec, r *rand.Rand) {
	for i := range v.Index {
		v.Index[i] = int32(r.IntN(2))
	}
	if err := v.Step(); err != nil {
		t.Fatal(err)
	}
}

// A Vec is what its copies are one by one, whatever the workers.
func TestVecIsItsCopies(t *testing.T) {
	const n = 13
	for _, w := range []int{1, 2, 3, 8} {
		workers.Shuffle(uint64(w))
		v := cartPoles(t, n, w, 5)
		r := rand.New(rand.NewPCG(1, 1))
		var singles [n]classic.CartPole
		var obs, next [n][4]float32
		var episodes [n]uint64
		var ret [n]float64
		for i := range singles {
			singles[i].Reset(env.EpisodeSeed(5, i, 0), obs[i][:])
		}
		ends := 0
		for range 300 {
			act(t, v, r)
			for i := range singles {
				o, err := singles[i].Step(env.Action{Index: int(v.Index[i])}, next[i][:])
				if err != nil {
					t.Fatal(err)
				}
				ret[i] += float64(o.Reward)
				if !slices.Equal(v.Next[4*i:4*i+4], next[i][:]) || v.Terminated[i] != o.Terminated || v.Truncated[i] != o.Truncated ||
					v.Reward[i] != o.Reward || v.Return[i] != ret[i] || v.Length[i] != int(ret[i]) {
					t.Fatal(i, next[i], o, ret[i])
				}
				if obs[i] = next[i]; o.Over() {
					ends++
					episodes[i]++
					ret[i] = 0
					singles[i].Reset(env.EpisodeSeed(5, i, episodes[i]), obs[i][:])
				}
				if !slices.Equal(v.Obs[4*i:4*i+4], obs[i][:]) {
					t.Fatal(i, v.Obs[4*i:4*i+4], obs[i])
				}
			}
		}
		if ends < 3*n {
			t.Error("too few episodes:", ends)
		}
	}
	workers.Shuffle(0)
}

func TestVecGoesOn(t *testing.T) {
	v := cartPoles(t, 5, 1, 9)
	r := rand.New(rand.NewPCG(2, 2))
	for range 137 {
		act(t, v, r)
	}
	state, err := v.AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	w := cartPoles(t, 5, 3, 10)
	act(t, w, r)
	if err := w.UnmarshalBinary(state); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(w.Obs, v.Obs) {
		t.Fatal("other observations")
	}
	one, two := rand.New(rand.NewPCG(3, 3)), rand.New(rand.NewPCG(3, 3))
	for range 200 {
		act(t, v, one)
		act(t, w, two)
		if !slices.Equal(w.Obs, v.Obs) || !slices.Equal(w.Next, v.Next) || !slices.Equal(w.Return, v.Return) || !slices.Equal(w.Length, v.Length) {
			t.Fatal("it goes on otherwise")
		}
	}
	a, _ := v.AppendBinary(nil)
	b, _ := w.AppendBinary(nil)
	if !bytes.Equal(a, b) {
		t.Error("other states")
	}
	for i := range state {
		if err := w.UnmarshalBinary(state[:i]); err == nil || strings.Contains(err.Error(), "\n") {
			t.Fatal(i, err)
		}
	}
	other, err := env.NewVec(func() (env.Env, error) { return new(Corridor), nil }, 5, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	for want, err := range map[string]error{
		`corridor: a saved state of "cartpole"`:                  other.UnmarshalBinary(state),
		"cartpole: a saved state of 5 copies, want 4":            cartPoles(t, 4, 1, 1).UnmarshalBinary(state),
		"cartpole: 1 bytes follow the saved state":               w.UnmarshalBinary(append(slices.Clone(state), 0)),
		"cartpole: a saved state of 0 bytes, which is cut short": w.UnmarshalBinary(nil),
	} {
		if err == nil || err.Error() != want {
			t.Error(err, "want", want)
		}
	}
}

// A wrong action of one copy changes nothing in any.
func TestVecRefuses(t *testing.T) {
	v := cartPoles(t, 3, 2, 1)
	before, _ := v.AppendBinary(nil)
	v.Index[2] = 2
	if err := v.Step(); err == nil || err.Error() != "copy 2: cartpole: action 2, want 0 to 1" {
		t.Error(err)
	}
	if after, _ := v.AppendBinary(nil); !bytes.Equal(before, after) {
		t.Error("it changed something")
	}
	newEnv := func() (env.Env, error) { return new(Corridor), nil }
	for want, f := range map[string]func() (*env.Vec, error){
		"env: 0 copies for 1 workers, want at least one of each": func() (*env.Vec, error) { return env.NewVec(newEnv, 0, 1, 1) },
		"env: 1 copies for 0 workers, want at least one of each": func() (*env.Vec, error) { return env.NewVec(newEnv, 1, 1, 0) },
		"env: want an environment to copy": func() (*env.Vec, error) {
			return env.NewVec(func() (env.Env, error) { return nil, nil }, 1, 1, 1)
		},
	} {
		if _, err := f(); err == nil || err.Error() != want {
			t.Error(err, "want", want)
		}
	}
}

func TestVecAllocatesNothing(t *testing.T) {
	v := cartPoles(t, 64, 2, 1)
	var before, after runtime.MemStats
	least := ^uint64(0)
	for range 5 {
		runtime.ReadMemStats(&before)
		for range 100 {
			if err := v.Step(); err != nil {
				t.Fatal(err)
			}
		}
		runtime.ReadMemStats(&after)
		least = min(least, after.Mallocs-before.Mallocs)
	}
	if least > 0 {
		t.Error(least, "allocations in 100 steps")
	}
}

func BenchmarkVec(b *testing.B) {
	for _, w := range []int{1, 2} {
		b.Run(fmt.Sprintf("workers=%d", w), func(b *testing.B) {
			v := cartPoles(b, 1024, w, 1)
			b.ReportAllocs()
			for b.Loop() {
				for i := range v.Index { // towards where the pole falls, so that episodes last some 40 steps
					v.Index[i] = 0
					if v.Obs[4*i+2] > 0 {
						v.Index[i] = 1
					}
				}
				_ = v.Step()
			}
			b.ReportMetric(float64(b.N)*1024/b.Elapsed().Seconds()/1e6, "Msteps/s")
		})
	}
}
