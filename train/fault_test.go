package train_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/kedja-ml/kedja/checkpoint"
	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/internal/faultfs"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/train"
)

// live begins a run on a file system, or goes on with the one that is there, and returns what it leaves. told are errors that it went on after.
func live(t *testing.T, m *faultfs.Memory, strict bool) (bits string, told []string, err error) {
	t.Helper()
	net := newNet(1)
	load, err := data.NewLoader(clusters(48), data.Config{Batch: 8, Order: data.Shuffled{Seed: 3}, Vary: 9})
	if err != nil {
		t.Fatal(err)
	}
	store, err := checkpoint.Open("run/checkpoints", checkpoint.Options{Last: 1, FS: m})
	if err != nil {
		return "", nil, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	f, err := m.Append("run/metrics.jsonl")
	if err == nil {
		err = m.SyncDir("run") // as opening a log does
	}
	if err != nil {
		return "", nil, err
	}
	at, err := f.Seek(0, 2)
	if err != nil {
		return "", nil, err
	}
	l := train.Loop{
		Model: net, Loss: net.loss, Optimizer: optim.NewAdam(nn.Params(net), optim.Constant(0.02)), Data: load, Steps: 11, Seed: 5, Workers: 1,
		Validation: &train.Validation{Data: clusters(9), Batch: 9, Every: 4}, LogEvery: 2, Log: train.LogOver(f, "metrics.jsonl", at),
		Checkpoints: &train.Checkpoints{Store: store, Every: 3, Strict: strict},
		OnEvent:     func(e train.Event) error { told = append(told, e.What); return nil },
	}
	if _, err := l.Continue(t.Context()); err != nil {
		return "", told, errors.Join(err, l.Log.Close())
	}
	c, _, err := store.Latest()
	if err != nil {
		return "", told, err
	}
	log, err := m.ReadFile("run/metrics.jsonl", 1<<20)
	if err != nil {
		return "", told, err
	}
	var b bytes.Buffer
	for _, ts := range [][]checkpoint.Tensor{c.Weights, c.State} {
		for _, a := range ts {
			fmt.Fprintln(&b, a.Name, a.SHA256)
		}
	}
	fmt.Fprintf(&b, "%d %s\n%s\n%s", c.Step, c.Parts["train"], bitsOf(net), log)
	return b.String(), told, l.Log.Close()
}

// A run whose file system fails at any operation, and which then goes on, or is taken up after the power has failed as well, leaves the bytes of
// one that nothing happened to. KEDJA_FAULTS=all tries every fault at every operation, and not one of them.
func TestEveryFaultLeavesTheSameBytes(t *testing.T) {
	clean := faultfs.New(0)
	want, told, err := live(t, clean, true)
	if err != nil || told != nil {
		t.Fatal(err, told)
	}
	cases, ended, went := 0, 0, 0
	for at := range clean.Operations + 2 { // writes beside the run come before or after a line of the log
		for how := range faultfs.Faults {
			if os.Getenv("KEDJA_FAULTS") != "all" && at%int(faultfs.Faults) != int(how) {
				continue
			}
			for strict := range 2 {
				m := faultfs.New(uint64(at))
				m.FailAt, m.How = at, how
				_, told, err := live(t, m, strict == 1)
				switch {
				case err != nil:
					ended++
				case len(told) > 0:
					went++
				}
				cases++
				if how == faultfs.Crash || at/4%2 == 0 {
					m = m.After()
				}
				m.FailAt = -1
				got, _, err := live(t, m, true)
				if err != nil || got != want {
					t.Fatalf("%v at operation %d, strict %d: then %v\n%s\nwant\n%s", how, at, strict, err, got, want)
				}
			}
		}
	}
	t.Logf("%d cases at %d operations: %d ended the run with an error, %d were told and it went on; all came to the same bytes", cases, clean.Operations, ended, went)
	if ended+went < cases/2 || went == 0 {
		t.Errorf("only %d and %d of %d faults were told of", ended, went, cases)
	}
}
