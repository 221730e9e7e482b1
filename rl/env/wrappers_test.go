package env_test

import (
	"bytes"
	"fmt"
	"image/gif"
	"math"
	"slices"
	"testing"

	"github.com/kedja-ml/kedja/rl/env"
	"github.com/kedja-ml/kedja/rl/env/board"
	"github.com/kedja-ml/kedja/rl/env/classic"
	"github.com/kedja-ml/kedja/rl/env/envtest"
)

func TestWrappersKeepThePromises(t *testing.T) {
	for name, newEnv := range map[string]func() env.Env{
		"time limit":         func() env.Env { return env.NewTimeLimit(new(Corridor), 7) },
		"frame stack":        func() env.Env { return env.NewFrameStack(classic.NewCartPole(), 4) },
		"sticky":             func() env.Env { return env.NewStickyActions(new(Corridor), 0.3) },
		"sticky of a box":    func() env.Env { return env.NewStickyActions(classic.NewPendulum(), 0.3) },
		"normalized obs":     func() env.Env { return env.NewNormalizeObs(classic.NewPendulum()) },
		"normalized rewards": func() env.Env { return env.NewNormalizeReward(classic.NewPendulum(), 0.99) },
		"normalized bytes":   func() env.Env { return env.NewNormalizeObs(board.NewAgainst(board.TicTacToe{}, board.Random)) },
		"all of them": func() env.Env {
			return env.NewNormalizeReward(env.NewFrameStack(env.NewNormalizeObs(env.NewStickyActions(env.NewTimeLimit(classic.NewAcrobot(), 50), 0.25)), 3), 0.9)
		},
		"recorder": func() env.Env {
			r, err := env.NewRecorder(classic.NewCartPole(), 0)
			if err != nil {
				t.Fatal(err)
			}
			return r
		},
	} {
		t.Run(name, func(t *testing.T) { envtest.Check(t, newEnv) })
	}
}

func ExampleNewTimeLimit() {
	e := env.NewTimeLimit(new(Corridor), 2)
	obs := make([]float32, 5)
	e.Reset(1, obs)
	for range 3 {
		fmt.Println(e.Step(env.Action{Index: 1}, obs))
	}
	// Output:
	// {-1 false false} <nil>
	// {-1 false true} <nil>
	// {0 false false} corridor: the episode is over; Reset begins another
}

// A limit that falls on the end itself, and one after it.
func TestTimeLimit(t *testing.T) {
	for limit, want := range map[int]env.Outcome{4: {Reward: -1, Terminated: true, Truncated: true}, 5: {Reward: -1, Terminated: true}} {
		e, obs := env.NewTimeLimit(new(Corridor), limit), make([]float32, 5)
		e.Reset(1, obs)
		var o env.Outcome
		for range 4 {
			o, _ = e.Step(env.Action{Index: 1}, obs)
		}
		if o != want {
			t.Error(limit, o)
		}
	}
}

func ExampleNewFrameStack() {
	e := env.NewFrameStack(new(Corridor), 2)
	obs := make([]float32, e.Spec().Size())
	e.Reset(1, obs)
	fmt.Println(e.Spec().Obs, obs)
	for range 2 {
		if _, err := e.Step(env.Action{Index: 1}, obs); err != nil {
			fmt.Println(err)
		}
		fmt.Println(obs)
	}
	// Output:
	// [10] [1 0 0 0 0 1 0 0 0 0]
	// [1 0 0 0 0 0 1 0 0 0]
	// [0 1 0 0 0 0 0 1 0 0]
}

// Actions that alternate are seen to be repeated with the probability asked for, and never at the first step.
func TestStickyActions(t *testing.T) {
	e, obs := env.NewStickyActions(new(Corridor), 0.25), make([]float32, 5)
	repeated, steps := 0, 0
	for seed := range uint64(3000) {
		e.Reset(seed, obs)
		last := 0
		for i := range 6 {
			told := i % 2 // 0 leaves the first place as it is, 1 goes to the second
			if i > 0 {
				told = 1 - last
			}
			before := slices.Index(obs, 1)
			o, err := e.Step(env.Action{Index: told}, obs)
			if err != nil {
				t.Fatal(err)
			}
			did := 0
			if slices.Index(obs, 1) > before {
				did = 1
			}
			if i == 0 && did != told {
				t.Fatal("the first action is not as told")
			}
			if i > 0 {
				if steps++; did != told {
					repeated++
				}
			}
			if last = did; o.Over() {
				break
			}
		}
	}
	p := float64(repeated) / float64(steps)
	if off := 4 * math.Sqrt(0.25*0.75/float64(steps)); math.Abs(p-0.25) > off {
		t.Errorf("%d of %d actions are repeated", repeated, steps)
	}
}

func TestMoments(t *testing.T) {
	m := env.NewMoments(2)
	var rows []float32
	for i := range 1000 {
		rows = append(rows, float32(i%10), 1000+float32(i%2))
	}
	m.Add(rows[:700])
	m.Add(rows[700:])
	// Of 0…9 the variance is 8.25, of 0 and 1 it is 0.25; the row that was never seen has a weight of 1e-7.
	if math.Abs(m.Mean[0]-4.5) > 1e-5 || math.Abs(m.Std(0)-math.Sqrt(8.25)) > 1e-5 || math.Abs(m.Mean[1]-1000.5) > 2e-4 || math.Abs(m.Std(1)-math.Sqrt(0.25+0.1)) > 1e-2 {
		t.Error(m.Mean, m.Std(0), m.Std(1))
	}
	row := []float32{4.5 + float32(math.Sqrt(8.25)), 1e9}
	m.Normalize(row)
	if math.Abs(float64(row[0])-1) > 1e-5 || row[1] != 10 {
		t.Error(row)
	}
}

// Rewards of −1 at a discount of 1 sum to −1 … −4 in the corridor; they keep their sign and are all divided alike.
func TestNormalizeReward(t *testing.T) {
	e, obs := env.NewNormalizeReward(new(Corridor), 1), make([]float32, 5)
	var o env.Outcome
	for seed := range uint64(200) {
		e.Reset(seed, obs)
		for range 4 {
			o, _ = e.Step(env.Action{Index: 1}, obs)
		}
	}
	if want := -1 / math.Sqrt(1.25); math.Abs(float64(o.Reward)-want) > 0.01 {
		t.Error(o.Reward, want)
	}
	e.Frozen = true
	before := *e.Moments
	e.Reset(1, obs)
	if _, err := e.Step(env.Action{Index: 1}, obs); err != nil || e.Count != before.Count {
		t.Error("frozen statistics move", err)
	}
}

func TestRecorder(t *testing.T) {
	if _, err := env.NewRecorder(new(Corridor), 10); err == nil || err.Error() != "corridor: it draws no pictures to record" {
		t.Error(err)
	}
	r, err := env.NewRecorder(env.NewTimeLimit(classic.NewCartPole(), 100), 8)
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := r.WriteGIF(&file, 2); err == nil || err.Error() != "cartpole: no picture was recorded" {
		t.Error(err)
	}
	obs := make([]float32, 4)
	r.Reset(1, obs)
	for i := range 12 {
		if _, err := r.Step(env.Action{Index: i % 2}, obs); err != nil {
			t.Fatal(err)
		}
	}
	if r.Len() != 8 {
		t.Error(r.Len(), "pictures")
	}
	if err := r.WriteGIF(&file, 2); err != nil || r.Len() != 0 {
		t.Fatal(err)
	}
	g, err := gif.DecodeAll(&file)
	if err != nil || len(g.Image) != 8 || g.Delay[7] != 2 {
		t.Fatal(err, len(g.Image))
	}
	// The first picture is whole and as it was drawn; the others hold what changed.
	c := classic.NewCartPole()
	c.Reset(1, obs)
	want := c.Image()
	if g.Image[0].Rect != want.Bounds() || g.Image[1].Rect == want.Bounds() || g.Image[1].Rect.Empty() {
		t.Error(g.Image[0].Rect, g.Image[1].Rect)
	}
	different := 0
	for y := range want.Bounds().Dy() {
		for x := range want.Bounds().Dx() {
			r1, g1, b1, _ := want.At(x, y).RGBA()
			r2, g2, b2, _ := g.Image[0].At(x, y).RGBA()
			if max(r1, r2)-min(r1, r2) > 0x1000 || max(g1, g2)-min(g1, g2) > 0x1000 || max(b1, b2)-min(b1, b2) > 0x1000 {
				different++
			}
		}
	}
	if different > 100 { // of 115,200: smooth edges have more colours than a palette has room for
		t.Error(different, "pixels are of another colour")
	}
}

func TestAs(t *testing.T) {
	c := classic.NewCartPole()
	e := env.NewFrameStack(env.NewTimeLimit(c, 5), 2)
	if got, ok := env.As[*classic.CartPole](e); !ok || got != c {
		t.Error(got, ok)
	}
	if _, ok := env.As[*classic.Pendulum](e); ok {
		t.Error("found what is not there")
	}
}
