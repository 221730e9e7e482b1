package main

import (
	"bytes"
	"encoding/json"
	"image/gif"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/rl/env/catalog"
)

// Short runs, of which the updates begin early.
func quick(dir string) []string {
	return []string{"train", "cartpole", "--steps", "1600", "--episodes", "5", "--every", "400", "--set", "Start=100", "--out", dir}
}

func TestTrainCartPole(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "folder")
	if last := lastLine(works(t, quick(dir)...)); !regexp.MustCompile(`^eval return \d+\.\d+ over 5 episodes after 1600 steps$`).MatchString(last) {
		t.Error(last)
	}
	if got := files(t, dir); got != "checkpoints evaluation.json metrics.jsonl returns.png times.jsonl weights.safetensors" {
		t.Error(got)
	}
	var steps float64
	episodes, evaluations := 0, 0
	for _, m := range logged(t, filepath.Join(dir, "metrics.jsonl")) {
		if _, ok := m["return"]; ok {
			if m["step"]-steps != m["return"] { // the reward is 1 a step
				t.Error(m, "after", steps)
			}
			steps = m["step"]
			episodes++
		}
		if m["eval_return"] > 0 && m["eval_worst"] > 0 {
			evaluations++
		}
	}
	if episodes < 20 || steps > 1600 || evaluations != 20 {
		t.Error(episodes, steps, evaluations)
	}
	var e struct {
		Env, Algo   string
		Seed, Steps int
		Mean        float64
		Returns     []float64
	}
	data, err := os.ReadFile(filepath.Join(dir, "evaluation.json"))
	if err == nil {
		err = json.Unmarshal(data, &e)
	}
	if err != nil || e.Env != "cartpole" || e.Algo != "dqn" || e.Seed != 1 || e.Steps != 1600 || len(e.Returns) != 5 || e.Mean < 8 {
		t.Error(e, err)
	}
	if out := works(t, "verify", dir, "--replay", "1200:1600"); !strings.Contains(out, "give the same bits again") {
		t.Error(out)
	}
}

// An agent for a game that is published with random actions is evaluated both ways, and is shown as any other.
func TestTrainMinAtar(t *testing.T) {
	dir := t.TempDir()
	out := works(t, "train", "minatar-breakout", "--steps", "640", "--envs", "4", "--episodes", "3", "--set", "Rollout=8", "--set", "Minibatches=4",
		"--set", "Hidden=[8]", "--set", "Filters=[2]", "--out", dir)
	if !regexp.MustCompile(`\nwith random actions at a probability of 0\.1: return \d+\.\d+ over 3 episodes\n`).MatchString(out) {
		t.Error(out)
	}
	var e struct {
		Algo    string
		Epsilon float64
		Greedy  []float64 `json:"returns"`
		Random  []float64 `json:"returns_with_epsilon"`
	}
	data, err := os.ReadFile(filepath.Join(dir, "evaluation.json"))
	if err == nil {
		err = json.Unmarshal(data, &e)
	}
	if err != nil || e.Algo != "pqn" || e.Epsilon != 0.1 || len(e.Greedy) != 3 || len(e.Random) != 3 {
		t.Error(e, err)
	}
	if out := works(t, "play", "minatar-breakout", "--weights", dir); !strings.Contains(out, "return ") {
		t.Error(out)
	}
}

// A run that is interrupted and resumed, twice, leaves the bytes of one that was not, whatever the number of workers.
func TestResumeAgent(t *testing.T) {
	whole, dir := t.TempDir(), t.TempDir()
	want := lastLine(works(t, quick(whole)...))
	for i, steps := range []int{700, 300} {
		how := quick(dir)
		if i > 0 {
			how = []string{"resume", dir, "--workers", "2"}
		}
		var stderr bytes.Buffer
		code := command(&countdown{t.Context(), steps}, how, streams{&bytes.Buffer{}, &stderr})
		if got := oneLine(t, code, stderr.String()); !regexp.MustCompile(`interrupted after step \d+ of 1600; kedja resume .* goes on$`).MatchString(got) {
			t.Fatal(got)
		}
	}
	for range 2 {
		if got := lastLine(works(t, "resume", dir)); got != want {
			t.Error(got, "want", want)
		}
		for _, name := range []string{"weights.safetensors", "metrics.jsonl", "evaluation.json", "returns.png"} {
			a, err := os.ReadFile(filepath.Join(whole, name))
			b, err2 := os.ReadFile(filepath.Join(dir, name))
			if err != nil || err2 != nil || !bytes.Equal(a, b) {
				t.Error(name, "differs", err, err2)
			}
		}
	}
}

func TestTrainAgentRefuses(t *testing.T) {
	dir := t.TempDir()
	for args, want := range map[string]string{
		"train cartpol":                                                    `unexpected argument cartpol`,
		"train cartpole --algo dqm":                                        `train cartpole: no algorithm "dqm", did you mean "dqn"?`,
		"train cartpole --steps=-1":                                        "train cartpole: want at least one step, environment, episode and worker, and no negative number",
		"train cartpole --workers 0":                                       "train cartpole: want at least one step",
		"train cartpole --set Rat=1":                                       `train cartpole: dqn has no option "Rat", did you mean "Rate"? There are Hidden, `,
		"train cartpole --set Rate=fast":                                   `train cartpole: option "Rate=fast", want NAME=VALUE, the value in JSON`,
		"train cartpole --set Rate=[1]":                                    "train cartpole: option Rate=[1]: json: cannot unmarshal array",
		"train cartpole --set Batch=0 --out " + dir:                        "train cartpole: dqn: batches of 0 from a memory of 200000 transitions",
		"train cartpole --set Capacity=100000000000000":                    "train cartpole: the replay memory takes 4400000000000000 bytes, and the machine has ",
		"train minatar-breakout --algo dqn --set Capacity=100000000000000": "train minatar-breakout: the replay memory takes 81200000000000000 bytes, and the machine has ",
		"train cartpole --set Discount=2 --out " + dir:                     "train cartpole: dqn: a discount of 2, want 0 to 1",
		"train cartpole --algo sac":                                        "train cartpole: ",
		"train cartpole --set Objective=\"x\" --out " + dir:                `train cartpole: dqn: objective "x", want one of mean, munchausen, c51, quantiles`,
		"train cartpole --set Hidden=[4,0] --out " + dir:                   "train cartpole: dqn: hidden layers of [4 0], want widths of at least 1",
		"train cartpole --set Target=7 --out " + dir:                       "train cartpole: dqn: a target network copied every 7 updates and moved by a share of 0.005, want one of the two",
		"train cartpole --set Epsilon=[1,1.5] --out " + dir:                "train cartpole: dqn: random actions with probabilities [1 1.5]",
		"train cartpole --set Clip=-1 --out " + dir:                        "train cartpole: dqn: gradients clipped to a norm of -1, want at least 0",
	} {
		if got := fails(t, strings.Fields(args)...); !strings.Contains(got, want) {
			t.Errorf("kedja %s: %s\nwant %s", args, got, want)
		}
	}
	if got := files(t, dir); got != "" {
		t.Error("left behind:", got)
	}
}

// Every environment of the catalogue has a command.
func TestTrainAgents(t *testing.T) {
	for _, e := range catalog.All() {
		if got := works(t, "train", e.Name, "--help"); !strings.Contains(strings.Join(strings.Fields(got), " "), e.Doc) || !strings.Contains(got, "--algo") {
			t.Error(e.Name, got)
		}
	}
}

// A trained agent is shown, as text and as GIF; what is not for it is refused in a line.
func TestPlay(t *testing.T) {
	dir := t.TempDir()
	works(t, quick(dir)...)
	film := filepath.Join(t.TempDir(), "out.gif")
	if out := works(t, "play", "cartpole", "--weights", dir, "--episodes", "2"); strings.Count(out, "return ") != 2 {
		t.Error(out)
	}
	if out := works(t, "play", "cartpole", "--weights", filepath.Join(dir, "weights.safetensors"), "--gif", film); !strings.Contains(out, "wrote "+film) {
		t.Error(out)
	}
	curves := filepath.Join(t.TempDir(), "values.png")
	if out := works(t, "play", "cartpole", "--weights", dir, "--plot", curves); !strings.Contains(out, "wrote "+curves) {
		t.Error(out)
	}
	if f, err := os.Open(curves); err != nil {
		t.Error(err)
	} else if p, err := png.Decode(f); err != nil || p.Bounds().Dx() < 2*p.Bounds().Dy() { // two figures in a row
		t.Error(err)
	}
	b, err := os.ReadFile(film)
	if err != nil {
		t.Fatal(err)
	}
	g, err := gif.DecodeAll(bytes.NewReader(b))
	if err != nil || len(g.Image) < 8 {
		t.Error(err)
	}
	junk := filepath.Join(dir, "junk")
	if err := os.WriteFile(junk, []byte("junk"), 0o644); err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string]string{
		"play acrobot --weights " + dir:               "play: " + dir + "/weights.safetensors: of an agent for cartpole, not for acrobot",
		"play cartpol --weights " + dir:               `play: no environment "cartpol"; did you mean cartpole?`,
		"play cartpole --weights " + junk:             "play: " + junk + ": ",
		"play cartpole --weights " + dir + "/nowhere": "no such file or directory",
		"play cartpole":                               "missing flags: --weights",
		"play cartpole --episodes 0 --weights " + dir: "play: want at least 1 episode, not 0",
		"bench rl --seeds 0":                          "bench rl: want at least one seed",
		"bench rl --env pendulu":                      `bench rl: no environment "pendulu"; did you mean pendulum?`,
		"bench rl --algo dqm":                         `bench rl: no algorithm "dqm", did you mean "dqn"?`,
	} {
		if got := fails(t, strings.Fields(args)...); !strings.Contains(got, want) {
			t.Errorf("kedja %s: %s\nwant %s", args, got, want)
		}
	}
}

// Options of the environment are kept in checkpoints and with the weights.
func TestEnvOptions(t *testing.T) {
	dir := t.TempDir()
	out := works(t, "train", "memory", "--algo", "ppo", "--env-option", "length=3", "--env-option", "frames=2", "--steps", "600", "--every", "300", "--episodes", "3", "--out", dir)
	if !strings.Contains(out, "over 3 episodes after ") {
		t.Error(out)
	}
	works(t, "resume", dir)
	if out := works(t, "play", "memory", "--weights", dir); !strings.HasSuffix(out, "after 5 steps\n") { // cue, three places, fork
		t.Error(out)
	}
	for args, want := range map[string]string{
		"train memory --env-option lenth=3 --out " + dir: `train memory: memory: no environment option "lenth"; did you mean length?`,
		"bench rl --env-option limit=0":                  "bench rl: cartpole: environment option limit=0",
		"play memory --plot p.png --weights " + dir:      "play: --plot: an agent that learns a policy holds no values of actions",
	} {
		if got := fails(t, strings.Fields(args)...); !strings.Contains(got, want) {
			t.Errorf("kedja %s: %s\nwant %s", args, got, want)
		}
	}
}

func TestBenchRL(t *testing.T) {
	out := works(t, "bench", "rl", "--algo", "dqn", "--algo", "qr-dqn", "--seeds", "2", "--steps", "300", "--episodes", "3", "--set", "Start=100", "--set", "Hidden=[8]", "--first", "2")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 6 || !regexp.MustCompile(`^cartpole  dqn  seed 3  return \d+\.\d+, the worst \d+\.\d+, of 3 episodes after 300 steps  \d+\.\d s$`).MatchString(lines[1]) ||
		!regexp.MustCompile(`^cartpole  qr-dqn  2 seeds  mean \d+\.\d+  worst \d+\.\d+  IQM \d+\.\d+  95 % interval of it \d+\.\d+ to \d+\.\d+$`).MatchString(lines[5]) {
		t.Error(out)
	}
}
