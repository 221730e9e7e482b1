package main

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"path/filepath"

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

func (m *net) loss(batch []*graph.Node) train.Outputs {
	logits := m.Out.Forward(m.Dropout.Forward(ops.ReLU(m.Norm.Forward(m.Hidden.Forward(batch[0])))))
	return train.Outputs{Loss: nn.CrossEntropy(logits, batch[1]), Metrics: []train.Metric{{Name: "accuracy", Value: nn.Accuracy(logits, batch[1])}}}
}

// clusters are points in three noisy groups; a seed adds more noise. Example 1 is NaN, from which the run has to recover.
func clusters(n int) data.Dataset {
	return data.Func(n, []graph.Type{graph.T(graph.Float32, 6), graph.T(graph.Int32)}, func(i int, seed uint64, row []graph.Buffer) error {
		label, x := i%3, graph.Data[float32](row[0])
		r := rand.New(rand.NewPCG(uint64(i), seed))
		for j := range x {
			x[j] = float32(0.5 * r.NormFloat64())
		}
		x[2*label]++
		x[2*label+1]--
		if i == 1 {
			x[3] = float32(math.NaN())
		}
		graph.Data[int32](row[1])[0] = int32(label)
		return nil
	})
}

const steps = 300

// liveIn begins a run, or goes on with one whose folder there is. Everything that a loop can do is in it: what varies examples, prefetching, a
// validation, an average, recoveries, checkpoints beside the steps, the best and the newest of them kept, logs.
func liveIn(dir string, seed uint64) error {
	store, err := checkpoint.Open(filepath.Join(dir, "checkpoints"), checkpoint.Options{Last: 2, Every: 100})
	if err != nil {
		return err
	}
	defer store.Close()
	r := rand.New(rand.NewPCG(seed, 0))
	m := &net{nn.NewDense(r, 6, 16), nn.NewDense(r, 16, 3), nn.NewBatchNorm(16), nn.Dropout{P: 0.1}}
	load, err := data.NewLoader(clusters(1200), data.Config{Batch: 16, Order: data.Shuffled{Seed: seed}, Vary: 9, Prefetch: 2})
	if err != nil {
		return err
	}
	held := make([]int, 12)
	for i := range held {
		held[i] = 100 + i
	}
	check, err := data.Subset(clusters(1200), held)
	if err != nil {
		return err
	}
	rate := optim.Adjust(optim.Constant(0.02))
	l := train.Loop{
		Model: m, Loss: m.loss, Optimizer: optim.NewAdam(nn.Params(m), rate.Rate), Data: load, Steps: steps, Seed: seed,
		EMA: optim.NewEMA(nn.Params(m), 0.9), Validation: &train.Validation{Data: check, Batch: 5, Every: 9, Plateau: optim.NewPlateau(1)},
		Recovery: &train.Recovery{Most: 100, Rate: rate, Factor: 0.9}, Checkpoints: &train.Checkpoints{Store: store, Every: 4, Strict: true}, LogEvery: 5,
	}
	begun, err := store.Steps()
	if err != nil {
		return err
	}
	open, run := train.OpenLog, l.Resume
	if len(begun) == 0 {
		open, run = train.NewLog, l.Run
	}
	if l.Log, err = open(filepath.Join(dir, "metrics.jsonl")); err != nil {
		return err
	}
	defer l.Log.Close()
	if l.Times, err = open(filepath.Join(dir, "times.jsonl")); err != nil {
		return err
	}
	defer l.Times.Close()
	if out, err := run(context.Background()); err != nil || out.Step != steps {
		return errors.Join(err, errors.New("the run did not come to its end"))
	}
	return train.Save(filepath.Join(dir, "model.safetensors"), m)
}
