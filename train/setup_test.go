package train_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/checkpoint"
	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/train"
)

// A net has all that a step can change: parameters, running statistics, and draws of dropout.
type net struct {
	Hidden, Out *nn.Dense
	Norm        *nn.BatchNorm
	Dropout     nn.Dropout
}

func newNet(seed uint64) *net {
	r := rand.New(rand.NewPCG(seed, 0))
	return &net{nn.NewDense(r, 6, 16), nn.NewDense(r, 16, 3), nn.NewBatchNorm(16), nn.Dropout{P: 0.1}}
}

func (m *net) loss(batch []*graph.Node) train.Outputs {
	logits := m.Out.Forward(m.Dropout.Forward(ops.ReLU(m.Norm.Forward(m.Hidden.Forward(batch[0])))))
	return train.Outputs{Loss: nn.CrossEntropy(logits, batch[1]), Metrics: []train.Metric{{Name: "accuracy", Value: nn.Accuracy(logits, batch[1])}}}
}

// clusters are n points in three noisy groups; a seed adds more noise.
func clusters(n int) data.Dataset {
	return data.Func(n, []graph.Type{graph.T(graph.Float32, 6), graph.T(graph.Int32)}, func(i int, seed uint64, row []graph.Buffer) error {
		label, x := i%3, graph.Data[float32](row[0])
		r := rand.New(rand.NewPCG(uint64(i), 7))
		for j := range x {
			x[j] = float32(0.5 * r.NormFloat64())
		}
		x[2*label]++
		x[2*label+1]--
		if seed != 0 {
			x[0] += float32(0.2 * rand.New(rand.NewPCG(seed, 8)).NormFloat64())
		}
		graph.Data[int32](row[1])[0] = int32(label)
		return nil
	})
}

// A setup is a run with everything in it, in a folder of its own.
type setup struct {
	*train.Loop
	m     *net
	dir   string
	store *checkpoint.Store
	rate  *optim.Adjusted
}

func newSetup(t testing.TB, dir string, change func(*setup)) *setup {
	t.Helper()
	m := newNet(1)
	load, err := data.NewLoader(clusters(240), data.Config{Batch: 32, Order: data.Shuffled{Seed: 3}, Vary: 9, Prefetch: 2})
	if err != nil {
		t.Fatal(err)
	}
	check, err := data.Subset(clusters(300), []int{240, 241, 242, 243, 244, 245, 246, 247, 248, 249, 250, 251, 252})
	if err != nil {
		t.Fatal(err)
	}
	store, err := checkpoint.Open(filepath.Join(dir, "checkpoints"), checkpoint.Options{Last: 3})
	if err != nil {
		t.Fatal(err)
	}
	rate := optim.Adjust(optim.Constant(0.02))
	adam := optim.NewAdam(nn.Params(m), rate.Rate)
	s := &setup{m: m, dir: dir, store: store, rate: rate}
	s.Loop = &train.Loop{
		Model: m, Loss: m.loss, Optimizer: adam, Data: load, Steps: 45, Seed: 5, Workers: 1, EMA: optim.NewEMA(nn.Params(m), 0.9),
		Extra: []train.Stateful{rate}, Validation: &train.Validation{Data: check, Batch: 5, Every: 9, Plateau: optim.NewPlateau(1)},
		Checkpoints: &train.Checkpoints{Store: store, Every: 4}, LogEvery: 5,
	}
	if change != nil {
		change(s)
	}
	if s.Log, err = train.OpenLog(filepath.Join(dir, "metrics.jsonl")); err != nil {
		t.Fatal(err)
	}
	if s.Times, err = train.OpenLog(filepath.Join(dir, "times.jsonl")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	return s
}

func (s *setup) close() {
	s.store.Close()
	s.Log.Close()
	s.Times.Close()
}

// bits is everything that a run leaves: the last checkpoint's arrays, the model, and the log.
func (s *setup) bits(t testing.TB) string {
	t.Helper()
	c, _, err := s.store.Latest()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	for _, ts := range [][]checkpoint.Tensor{c.Weights, c.State} {
		for _, a := range ts {
			fmt.Fprintln(&b, a.Name, a.SHA256)
		}
	}
	b.WriteString(bitsOf(s.m))
	log, err := os.ReadFile(filepath.Join(s.dir, "metrics.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(&b, "%d %s\n%s", c.Step, c.Parts["train"], log)
	return b.String()
}

// bitsOf is every bit of a model.
func bitsOf(m any) string {
	var b strings.Builder
	for name, v := range nn.Vars(m) {
		fmt.Fprintf(&b, "%s %x\n", name, v.Value().Bytes())
	}
	return b.String()
}

var keepAll checkpoint.Options

func whole(t testing.TB, change func(*setup)) string {
	t.Helper()
	s := newSetup(t, t.TempDir(), change)
	if out, err := s.Run(t.Context()); err != nil || out.Step != s.Steps {
		t.Fatal(out, err)
	}
	return s.bits(t)
}
