// Command bench times whole training steps of the models that the field compares itself by, and prints one JSON line a case, with the
// fields that other frameworks' scripts print: forward, loss, backward and update, data in memory, the same batch each time.
//
//	go run ./bench [-only mlp-b128,cnn-b64] [-seconds 2] [-workers 2] [-profile]
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/gemm"
	"github.com/kedja-ml/kedja/internal/workers"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
)

// A record is one line.
type record struct {
	Case      string  `json:"case"`
	Framework string  `json:"framework"`
	Ms        float64 `json:"ms"` // median
	MinMs     float64 `json:"min_ms"`
	N         int     `json:"n"`
	Flops     int64   `json:"flops"`
	Gflops    float64 `json:"gflops"`
	Params    int     `json:"params"`
	OtherCPU  float64 `json:"other_cpu"`
	Loss0     float64 `json:"loss0,omitempty"`
	RssMB     float64 `json:"rss_mb"`
}

// A bench is a case made ready: step does it once.
type bench struct {
	step   func() (loss float64, err error)
	flops  int64
	params int
	plan   *exec.Plan
}

var cases = []struct {
	name string
	make func(workers int, opts ...exec.Option) (bench, error)
}{
	{"gemm-1024", product(1024, 1024, 1024)},
	{"gemm-256", product(256, 256, 256)},
	{"gemm-64", product(64, 64, 64)},
	{"gemm-128x784x256", product(128, 784, 256)},
	{"mlp-b128", mlp},
	{"cnn-b64", cnn},
}

func main() {
	only := flag.String("only", "", "cases, separated by commas; all if empty")
	seconds := flag.Float64("seconds", 2, "to measure each case for")
	cores := flag.Int("workers", runtime.GOMAXPROCS(0), "cores to use")
	profile := flag.Bool("profile", false, "print the steps of each plan by time")
	flag.Parse()
	for _, c := range cases {
		if *only != "" && !slices.Contains(strings.Split(*only, ","), c.name) {
			continue
		}
		r, err := measure(c.name, *seconds, *cores, *profile, c.make)
		if err == nil {
			var line []byte
			if line, err = json.Marshal(r); err == nil {
				fmt.Println(string(line))
			}
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "bench: %s: %v\n", c.name, err)
			os.Exit(1)
		}
	}
}

func measure(name string, seconds float64, cores int, profile bool, ready func(int, ...exec.Option) (bench, error)) (record, error) {
	var opts []exec.Option
	if profile {
		opts = append(opts, exec.Profile())
	}
	b, err := ready(cores, append(opts, exec.Workers(cores))...)
	if err != nil {
		return record{}, err
	}
	loss0, err := b.step()
	if err != nil {
		return record{}, err
	}
	var ms []float64
	own, all := cpuTimes()
	for start := time.Now(); time.Since(start).Seconds() < seconds || len(ms) < 5; {
		at := time.Now()
		if _, err := b.step(); err != nil {
			return record{}, err
		}
		ms = append(ms, time.Since(at).Seconds()*1e3)
	}
	own2, all2 := cpuTimes()
	slices.Sort(ms)
	r := record{
		Case: name, Framework: "kedja", Ms: ms[len(ms)/2], MinMs: ms[0], N: len(ms), Flops: b.flops, Params: b.params, Loss0: loss0, RssMB: rss(),
	}
	if r.Gflops = float64(b.flops) / r.Ms / 1e6; all2 > all {
		r.OtherCPU = max(0, (all2-all)-(own2-own)) / float64(runtime.NumCPU()) / (seconds)
	}
	if profile && b.plan != nil {
		for _, t := range b.plan.Profile() {
			fmt.Fprintf(os.Stderr, "%8.3f ms %6.1f GFLOP/s  %3d %s  %s\n", t.Mean.Seconds()*1e3, t.GFLOPS, t.Step, t.Op, t.Origin)
		}
		fmt.Fprintln(os.Stderr, b.plan.Cost())
	}
	return r, nil
}

// product is C = A·B on the pool, without a graph.
func product(m, k, n int) func(int, ...exec.Option) (bench, error) {
	return func(cores int, _ ...exec.Option) (bench, error) {
		r := rand.New(rand.NewPCG(1, 2))
		p := gemm.New[float32](m, n, k, false, false)
		j := &job{p: p, a: normal(r, m*k), b: normal(r, k*n), c: make([]float32, m*n), scratch: make([]float32, p.Scratch())}
		for range cores {
			j.local = append(j.local, make([]float32, p.Local()))
		}
		step := func() (float64, error) {
			for phase, tasks := range p.Phases() {
				j.phase = phase
				workers.Run(j, tasks, cores)
			}
			return 0, nil
		}
		return bench{step: step, flops: 2 * int64(m) * int64(n) * int64(k)}, nil
	}
}

type job struct {
	p                gemm.Plan
	phase            int
	a, b, c, scratch []float32
	local            [][]float32
}

func (j *job) Do(task, worker int) {
	gemm.Run(j.p, j.phase, task, j.c, j.a, j.b, nil, j.scratch, j.local[worker])
}

func normal(r *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}

// mlp is 784-256-128-10 with ReLU, cross-entropy and Adam, on batches of 128.
func mlp(_ int, opts ...exec.Option) (bench, error) {
	r := rand.New(rand.NewPCG(1, 2))
	m := nn.Sequential{
		nn.NewDense(r, 784, 256), nn.Func(ops.ReLU), nn.NewDense(r, 256, 128), nn.Func(ops.ReLU), nn.NewDense(r, 128, 10),
	}
	return training(r, m, []int{128, 784}, opts)
}

// cnn is conv 3×3 32, ReLU, conv 3×3 64, ReLU, max pool 2, dense 128, ReLU, dense 10, on batches of 64 images of 28×28.
func cnn(_ int, opts ...exec.Option) (bench, error) {
	r := rand.New(rand.NewPCG(1, 2))
	m := nn.Sequential{
		nn.NewConv2D(r, 1, 32, 3), nn.Func(ops.ReLU), nn.NewConv2D(r, 32, 64, 3), nn.Func(ops.ReLU),
		nn.Func(func(x *graph.Node) *graph.Node { return nn.MaxPool(x, 2) }),
		nn.Flatten{},
		nn.NewDense(r, 9216, 128), nn.Func(ops.ReLU), nn.NewDense(r, 128, 10),
	}
	return training(r, m, []int{64, 1, 28, 28}, opts)
}

// training is one step of Adam on the cross-entropy of a classifier.
func training(r *rand.Rand, m nn.Layer, shape []int, opts []exec.Option) (b bench, err error) {
	g := graph.New(graph.Training)
	x, y := g.Input("x", graph.Float32, shape...), g.Input("y", graph.Int32, shape[0])
	loss := nn.CrossEntropy(m.Forward(x), y)
	optim.NewAdam(nn.Params(m), optim.Constant(1e-3)).Minimize(loss)
	if b.plan, err = exec.Compile(g, append(opts, exec.In(x, y), exec.Out(loss))...); err != nil {
		return b, err
	}
	for _, p := range nn.Params(m) {
		b.params += p.Type().Shape.Size()
	}
	labels := make([]int32, shape[0])
	for i := range labels {
		labels[i] = int32(r.IntN(10))
	}
	in := []graph.Buffer{graph.BufferOf(normal(r, x.Shape().Size()), shape...), graph.BufferOf(labels, len(labels))}
	b.flops = b.plan.Cost().Flops
	b.step = func() (float64, error) {
		out, err := b.plan.RunBuffers(in...)
		if err != nil {
			return 0, err
		}
		return float64(graph.Data[float32](out[0])[0]), nil
	}
	return b, nil
}
