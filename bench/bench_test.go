package main

import (
	"encoding/json"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/graph"
)

// What PyTorch counts for the same models: parameters, and operations of matrix products and convolutions, forward and backward
// (torch.utils.flop_counter, and for single convolutions the formula). No work that it does is dropped.
var counted = map[string]struct {
	params int
	flops  int64
}{
	"gemm-1024":        {0, 2147483648},
	"gemm-256":         {0, 33554432},
	"gemm-64":          {0, 524288},
	"gemm-128x784x256": {0, 51380224},
	"mlp-b128":         {235146, 128909312},
	"cnn-b64":          {1199882, 4580179968},
	"resnet-b32":       {272474, 7807819776},
	"gpt-b8":           {2731008, 18232639488},
	"lstm-b32":         {360544, 4328521728},
	"dqn-b128":         {10934, 10862592},
	"act-latency":      {10934, 21456},
	"dcgan-b64":        {678850, 9383313408},
	"ddpm-b32":         {410721, 24166694912},
	"softmax-xent":     {},
	"layernorm":        {1536, 0},
	"gelu-erf":         {},
	"gelu-tanh":        {},
	"adam-10m":         {10_000_000, 0},
	"adam-10m-trap":    {10_000_000, 0},
	"conv-fwd":         {36928, 7398752256},
	"conv-bwd":         {36928, 14797504512},

	"conv-fwd-winograd2": {36928, 7398752256},
	"conv-fwd-winograd4": {36928, 7398752256},
	"conv-bwd-winograd2": {36928, 14797504512},
	"conv-bwd-winograd4": {36928, 14797504512},
}

// Every case starts, has as many parameters and operations as PyTorch's, and takes a step; models begin at the loss that PyTorch
// has with the same weights.
func TestCases(t *testing.T) {
	first := map[string]float64{}
	for name, g := range goldens(t) {
		first[name] = g.Loss0
	}
	for _, c := range cases() {
		if testing.Short() && strings.Contains("conv-fwd-winograd2 conv-fwd-winograd4 conv-bwd-winograd2 conv-bwd-winograd4 adam-10m adam-10m-trap ddpm-b32 dcgan-b64", c.name) {
			continue
		}
		r, err := c.start(settings{workers: 2})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		loss, err := r.step()
		want, known := counted[c.name]
		if err != nil || !known || r.params != want.params || r.flops != want.flops {
			t.Errorf("%s: %d parameters, %d FLOP, %v; want %v", c.name, r.params, r.flops, err, want)
		}
		if l := first[c.name]; l != 0 && !(math.Abs(loss-l) < 1e-5*l) {
			t.Errorf("%s: first loss %v, want %v", c.name, loss, l)
		}
	}
}

// No model's step allocates, at any number of workers: of several tries the best counts, for the runtime allocates for itself now and then.
func TestNoAllocation(t *testing.T) {
	for _, m := range models() {
		for _, workers := range []int{1, 2} {
			r, err := m.build(graph.Float32, 2).start(settings{workers: workers}.options()...)
			if err != nil {
				t.Fatal(err)
			}
			const steps = 8
			least := uint64(math.MaxUint64)
			for range 4 {
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				for range steps {
					if _, err := r.step(); err != nil {
						t.Fatal(err)
					}
				}
				runtime.ReadMemStats(&after)
				least = min(least, after.Mallocs-before.Mallocs)
			}
			if least >= steps {
				t.Errorf("%s, %d workers: %d allocations in %d steps", m.name, workers, least, steps)
			}
		}
	}
}

// A line has the fields that other frameworks' scripts print, and no allocation in a step.
func TestMeasure(t *testing.T) {
	chosen, err := choose("dqn-b128")
	if err != nil || len(chosen) != 1 {
		t.Fatal(err, chosen)
	}
	r, err := measure(chosen[0], settings{seconds: 0.05, workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	line, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(line, &m); err != nil {
		t.Fatal(err)
	}
	for _, f := range strings.Fields("case framework ms min_ms n first_ms other_cpu steal flops gflops params loss0 rss_mb arena_mb allocs_per_step") {
		if m[f] == nil {
			t.Errorf("no field %s in %s", f, line)
		}
	}
	if r.Allocs > 0.5 || r.N < 5 || r.MinMs > r.Ms || r.Case != "dqn-b128" {
		t.Errorf("%s", line)
	}
	if _, err := choose("dqn-b128,nonsense"); err == nil || !strings.Contains(err.Error(), `"nonsense"`) {
		t.Error(err)
	}
}

func TestInterval(t *testing.T) {
	if lo, hi := interval([]float64{9, 1, 8, 2, 7, 3, 6, 4, 5}); lo != 2 || hi != 8 { // two of nine: P = 10/512 < 2.5 %
		t.Error(lo, hi)
	}
	if lo, hi := interval([]float64{3, 1, 2}); lo != 1 || hi != 3 {
		t.Error(lo, hi)
	}
	if m := median([]float64{4, 1, 3, 2}); m != 2.5 {
		t.Error(m)
	}
}
