package runner_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/checkpoint"
	"github.com/kedja-ml/kedja/rl/env"
	"github.com/kedja-ml/kedja/rl/env/toy"
	"github.com/kedja-ml/kedja/rl/recipe"
	"github.com/kedja-ml/kedja/rl/runner"
)

// made returns a short run of a recipe, in dir.
func made(t *testing.T, dir string, steps int, set ...string) *runner.Run {
	t.Helper()
	name, algorithm, options := "cartpole", "dqn", []string{"Start=64", "Hidden=[16]", "Capacity=300"}
	if len(set) > 0 && !strings.Contains(set[0], "=") {
		name, algorithm, _ = strings.Cut(set[0], " ")
		set = set[1:]
	}
	switch algorithm {
	case "recurrent-ppo":
		options = []string{"Hidden=[16]", "Rollout=8"}
	case "pqn":
		options = []string{"Hidden=[16]", "Rollout=8", "Minibatches=4"}
	}
	r, err := recipe.Find(name, algorithm)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range append(options, set...) {
		if err := r.Set(s); err != nil {
			t.Fatal(err)
		}
	}
	r.Envs = 3
	loop, err := r.Loop(1, 1)
	if err != nil {
		t.Fatal(err)
	}
	run := &runner.Run{Loop: loop, NewEnv: r.NewEnv, Steps: steps, EvaluateEvery: 200, Episodes: 2, Every: 150, LogEvery: 100}
	if dir != "" {
		folder, err := run.Open(dir, checkpoint.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { folder.Close() })
	}
	return run
}

// after is done once it has been asked so many times.
type after struct {
	context.Context
	left int
}

func (a *after) Err() error {
	if a.left--; a.left < 0 {
		return context.Canceled
	}
	return nil
}

// A run that is stopped anywhere and taken up again leaves the bits and the log of one that was not, whatever the algorithm keeps.
func TestStopAndResume(t *testing.T) {
	for _, set := range [][]string{
		{},
		{"Noisy=0.5", "Priority=0.6", "NStep=3", "Dueling=true"},
		{"Tau=0", "Target=7", "Average=false", "NStep=1"},
		{"memory recurrent-ppo", "Cells=8"},
		{"minatar-breakout pqn", "Filters=[4]"},
		{"minatar-breakout rainbow", "Filters=[4]", "Every=40"},
		{"pendulum sac"},
		{"pendulum td3"},
	} {
		whole := t.TempDir()
		if err := made(t, whole, 600, set...).Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		want, err := checkpoint.Read(filepath.Join(whole, "checkpoints", "step-0000000600"))
		if err != nil {
			t.Fatal(err)
		}
		wantLog, err := os.ReadFile(filepath.Join(whole, "metrics.jsonl"))
		if err != nil || len(wantLog) == 0 {
			t.Fatal(err)
		}
		dir := t.TempDir()
		for i, rounds := range []int{37, 61, 1 << 30} {
			func() {
				run := made(t, "", 600, set...)
				folder, err := run.Open(dir, checkpoint.Options{})
				if err != nil {
					t.Fatal(err)
				}
				defer folder.Close()
				begin := run.Start
				if i > 0 {
					begin = run.Resume
				}
				if err := begin(&after{t.Context(), rounds}); err != nil && (i == 2 || !strings.Contains(err.Error(), "canceled")) {
					t.Fatal(err)
				}
			}()
		}
		got, err := checkpoint.Read(filepath.Join(dir, "checkpoints", "step-0000000600"))
		if err != nil {
			t.Fatal(err)
		}
		for i, w := range want.Weights {
			if got.Weights[i].SHA256 != w.SHA256 {
				t.Error(set, w.Name, "differs")
			}
		}
		for i, w := range want.State {
			if got.State[i].SHA256 != w.SHA256 {
				t.Error(set, w.Name, "differs")
			}
		}
		if string(got.Parts["rl"]) != string(want.Parts["rl"]) {
			t.Errorf("%v: %s\nwant %s", set, got.Parts["rl"], want.Parts["rl"])
		}
		if gotLog, err := os.ReadFile(filepath.Join(dir, "metrics.jsonl")); err != nil || string(gotLog) != string(wantLog) {
			t.Error(set, "the log differs", err)
		}
		middle, err := checkpoint.Read(filepath.Join(whole, "checkpoints", "step-0000000300"))
		if err != nil {
			t.Fatal(err)
		}
		if err := made(t, "", 600, set...).Replay(middle, want); err != nil {
			t.Error(err)
		}
		if err := made(t, "", 600, append(set, "Discount=0.5")...).Replay(middle, want); err == nil || !strings.Contains(err.Error(), "give other bits when replayed: ") {
			t.Error(err)
		}
	}
}

// renamed is the memory task by another name.
type renamed struct{ *toy.Memory }

func (r renamed) Spec() env.Spec {
	s := r.Memory.Spec()
	s.Name = "maze"
	return s
}

func TestRunRefuses(t *testing.T) {
	dir := t.TempDir()
	if err := made(t, dir, 150).Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	last, err := checkpoint.Read(filepath.Join(dir, "checkpoints", "step-0000000150"))
	if err != nil {
		t.Fatal(err)
	}
	corridor := made(t, "", 10, "memory recurrent-ppo")
	folder, err := corridor.Open(t.TempDir(), checkpoint.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	if err := corridor.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	other, _, err := corridor.Store.Latest()
	if err != nil {
		t.Fatal(err)
	}
	// The same network for the same numbers, of a game by another name.
	shown := made(t, "", 20, "memory recurrent-ppo")
	if shown.Loop.Envs, err = env.NewVec(func() (env.Env, error) { return renamed{toy.NewMemory(10)}, nil }, 3, 1, 1); err != nil {
		t.Fatal(err)
	}
	for want, err := range map[string]error{
		`of another environment: maze: a saved state of "memory"`: shown.Replay(other, other),
		"want at least 1":           made(t, "", 0).Start(t.Context()),
		"nothing to resume from":    made(t, "", 10).Resume(t.Context()),
		"want a loop with an agent": (&runner.Run{Steps: 1}).Start(t.Context()),
		"of another model":          made(t, "", 300, "Hidden=[17]").Replay(last, last),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
