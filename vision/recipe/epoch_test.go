package recipe_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/kedja-ml/kedja/checkpoint"
	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/train"
	"github.com/kedja-ml/kedja/vision"
	"github.com/kedja-ml/kedja/vision/mnist"
	"github.com/kedja-ml/kedja/vision/recipe"
)

// BenchmarkEpoch is the default recipe on MNIST, with images that vary and as they are: the difference is what augmentation takes of an epoch.
func BenchmarkEpoch(b *testing.B) {
	fit, _, err := mnist.Load()
	if err != nil {
		b.Fatal(err)
	}
	for name, vary := range map[string]bool{"varied": true, "as they are": false} {
		b.Run(name, func(b *testing.B) {
			r := recipe.Default()
			if !vary {
				r.Vary = nil
			}
			model := r.Model(rand.New(rand.NewPCG(1, 0)), vision.Digits)
			r.Steps = max(1, b.N)
			r.Epochs = 1 + b.N/400
			loop, _, err := r.Loop(model, fit, nil, mnist.Moments(), recipe.Options{Seed: 1})
			if err != nil {
				b.Fatal(err)
			}
			b.ResetTimer()
			if _, err := loop.Run(b.Context()); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(b.Elapsed().Seconds()*1e3/float64(b.N), "ms/step")
		})
	}
}

// A stopwatch counts the time from the end of a step to when the next batch is asked for.
type stopwatch struct {
	data.Source
	ended time.Time
	still time.Duration
}

func (s *stopwatch) Next() (data.Batch, error) {
	if !s.ended.IsZero() {
		s.still += time.Since(s.ended)
	}
	return s.Source.Next()
}

// BenchmarkHalt is the default recipe with a checkpoint every 200 steps, as kedja train mnist has it: "% halted" is the share of the time in which
// the run stands still for them.
func BenchmarkHalt(b *testing.B) {
	fit, _, err := mnist.Load()
	if err != nil {
		b.Fatal(err)
	}
	store, err := checkpoint.Open(b.TempDir(), checkpoint.Options{Last: 3})
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	r := recipe.Default()
	r.Steps, r.Epochs = 650, 2
	loop, _, err := r.Loop(r.Model(rand.New(rand.NewPCG(1, 0)), vision.Digits), fit, nil, mnist.Moments(), recipe.Options{Seed: 1})
	if err != nil {
		b.Fatal(err)
	}
	watch := &stopwatch{Source: loop.Data}
	loop.Data, loop.LogEvery, loop.Checkpoints = watch, 1<<30, &train.Checkpoints{Store: store, Every: 200, Strict: true}
	loop.OnStep = func(train.Step) error { watch.ended = time.Now(); return nil }
	b.ResetTimer()
	if _, err := loop.Run(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(100*watch.still.Seconds()/b.Elapsed().Seconds(), "%halted")
	b.ReportMetric(b.Elapsed().Seconds()*1e3/float64(loop.Steps), "ms/step")
	b.ReportMetric(0, "ns/op")
}
