package recipe

import (
	"encoding/json"
	"runtime"
	"testing"

	"github.com/kedja-ml/kedja/rl"
)

// BenchmarkCleanRL plays and learns at the settings of CleanRL's dqn.py; tools/rl/cleanrl.py is the same in PyTorch. A step is one of the
// environment, after the 10,000 of random play, with a tenth of an update.
func BenchmarkCleanRL(b *testing.B) {
	r, err := Find("cartpole", "plain-dqn")
	if err != nil {
		b.Fatal(err)
	}
	err = json.Unmarshal([]byte(`{
		"Hidden": [120, 84], "LayerNorm": false, "Start": 10000, "Every": 10, "Updates": 1, "Batch": 128, "Capacity": 10000, "Discount": 0.99, "NStep": 1,
		"Target": 50, "Tau": 0, "Rate": 2.5e-4, "RateSteps": 0, "Clip": 0, "Epsilon": [0.2875, 0.2875], "Exploration": 0
	}`), r.Options)
	if err != nil {
		b.Fatal(err)
	}
	loop, err := r.Loop(1, runtime.GOMAXPROCS(0))
	if err != nil {
		b.Fatal(err)
	}
	start := r.Options.(*rl.QOptions).Start
	for loop.Steps <= start {
		if err := loop.Step(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := loop.Step(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "steps/s")
}
