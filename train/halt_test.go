package train_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/kedja-ml/kedja/checkpoint"
	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/train"
)

// A wide net has ten million parameters; with the moments of Adam a checkpoint of it has 120 MB.
type wide struct{ A, B, C *nn.Dense }

// A stopwatch counts the time from the end of a step to when the next batch is asked for: that in which a run stands still.
type stopwatch struct {
	data.Source
	ended      time.Time
	still      time.Duration
	longest    time.Duration
	from, last time.Time
}

func (s *stopwatch) Next() (data.Batch, error) {
	if !s.ended.IsZero() {
		d := time.Since(s.ended)
		s.still, s.longest = s.still+d, max(s.longest, d)
	}
	return s.Source.Next()
}

// BenchmarkHalt trains with a checkpoint every hundred steps: "% halted" is the share of the time in which the run stands still for them.
func BenchmarkHalt(b *testing.B) {
	const width, batch, every = 2200, 128, 100
	r := rand.New(rand.NewPCG(1, 0))
	m := &wide{nn.NewDense(r, 64, width), nn.NewDense(r, width, width), nn.NewDense(r, width, width)}
	x := graph.NewBuffer(graph.T(graph.Float32, 1024, 64))
	for i := range graph.Data[float32](x) {
		graph.Data[float32](x)[i] = float32(r.NormFloat64())
	}
	set, err := data.Arrays(x)
	if err != nil {
		b.Fatal(err)
	}
	load, err := data.NewLoader(set, data.Config{Batch: batch})
	if err != nil {
		b.Fatal(err)
	}
	store, err := checkpoint.Open(b.TempDir(), checkpoint.Options{Last: 1})
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	watch := &stopwatch{Source: load}
	l := train.Loop{
		Model: m, Optimizer: optim.NewAdam(nn.Params(m), optim.Constant(1e-4)), Data: watch, Steps: 3*every + 20, LogEvery: 1 << 30,
		Loss: func(in []*graph.Node) train.Outputs {
			y := m.C.Forward(ops.ReLU(m.B.Forward(ops.ReLU(m.A.Forward(in[0])))))
			return train.Outputs{Loss: ops.Mean(ops.Mul(y, y))}
		},
		Checkpoints: &train.Checkpoints{Store: store, Every: every, Strict: true},
		OnStep: func(s train.Step) error {
			if watch.last = time.Now(); s.Step == 10 { // warm
				watch.from, watch.still, watch.longest = watch.last, 0, 0
			}
			watch.ended = watch.last
			return nil
		},
	}
	for range b.N {
		if _, err := l.Run(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	whole := watch.last.Sub(watch.from)
	b.ReportMetric(100*watch.still.Seconds()/whole.Seconds(), "%halted")
	b.ReportMetric(float64(watch.longest.Microseconds())/1e3, "ms-longest")
	b.ReportMetric(whole.Seconds()*1e3/float64(l.Steps-10), "ms/step")
	b.ReportMetric(0, "ns/op")
}
