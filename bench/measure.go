package main

import (
	"cmp"
	"fmt"
	"math"
	"os"
	"runtime"
	"slices"
	"time"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
)

// settings are what the command line says.
type settings struct {
	seconds float64
	steps   int
	workers int
	profile bool
	noTrap  bool

	rounding graph.Rounding
}

func (s settings) options() []exec.Option {
	opts := []exec.Option{exec.Workers(s.workers), exec.Rounding(s.rounding)}
	if s.profile {
		opts = append(opts, exec.Profile())
	}
	if s.noTrap {
		opts = append(opts, exec.NoTrap())
	}
	return opts
}

// A record is one line. Times are of one step.
type record struct {
	Case      string  `json:"case"`
	Framework string  `json:"framework"`
	Ms        float64 `json:"ms"` // median
	MinMs     float64 `json:"min_ms"`
	N         int     `json:"n"`
	FirstMs   float64 `json:"first_ms"` // tracing and compiling included
	CompileMs float64 `json:"compile_ms"`
	OtherCPU  float64 `json:"other_cpu"`
	Steal     float64 `json:"steal"`
	Flops     int64   `json:"flops,omitempty"`
	Gflops    float64 `json:"gflops,omitempty"`
	Params    int     `json:"params,omitempty"`
	Loss0     float64 `json:"loss0,omitempty"`
	RssMB     float64 `json:"rss_mb"`
	GrownMB   float64 `json:"grown_mb"` // the largest memory since before the first step was compiled, less what there was then
	ArenaMB   float64 `json:"arena_mb"`
	Allocs    float64 `json:"allocs_per_step"`
	MaxError  float64 `json:"max_error,omitempty"` // of the largest magnitude, against float64
}

// A runner is a case made ready.
type runner struct {
	step   func() (loss float64, err error)
	flops  int64
	params int
	plan   *exec.Plan            // nil for what needs none
	took   time.Duration         // to compile it
	before float64               // resident memory before that
	result func() []graph.Buffer // of the last step: outputs, and parameters after it

	deviation func() (float64, error) // nil for cases whose error is not asked for
}

// start compiles a problem.
func (p *problem) start(opts ...exec.Option) (r runner, err error) {
	r.before = settled()
	at := time.Now()
	if r.plan, err = exec.Compile(p.g, append(opts, exec.In(p.in...), exec.Out(p.out...))...); err != nil {
		return r, err
	}
	r.took = time.Since(at)
	for _, v := range p.params {
		r.params += v.Type().Shape.Size()
	}
	r.flops = r.plan.Cost().Flops
	var last []graph.Buffer
	r.result = func() []graph.Buffer {
		all := slices.Clone(last)
		for _, v := range p.params {
			all = append(all, v.Value())
		}
		return all
	}
	r.step = func() (float64, error) {
		out, err := r.plan.RunBuffers(p.feed...)
		last = out
		if err != nil || len(out) == 0 || out[0].Len() != 1 || out[0].Type.Dtype != graph.Float32 {
			return 0, err
		}
		return float64(graph.Data[float32](out[0])[0]), nil
	}
	return r, nil
}

// retries is how often a measurement begins again because of other programs.
const retries, tooBusy = 2, 0.04

func measure(c benchCase, s settings) (record, error) {
	begin := time.Now()
	b, err := c.start(s)
	if err != nil {
		return record{}, err
	}
	loss0, err := b.step()
	if err != nil {
		return record{}, err
	}
	r := record{Case: c.name, Framework: "kedja", Loss0: round(loss0, 4), Params: b.params, FirstMs: round(time.Since(begin).Seconds()*1e3, 1)}
	r.CompileMs = round(b.took.Seconds()*1e3, 1)
	r.Ms, r.MinMs, r.N, r.OtherCPU = r.FirstMs, r.FirstMs, 1, 2
	if s.steps > 0 {
		r.OtherCPU = 0
		for range s.steps - 1 {
			if _, err := b.step(); err != nil {
				return r, err
			}
		}
	} else if err := r.time(b, s.seconds); err != nil {
		return r, err
	}
	if r.Flops = b.flops; b.flops > 0 {
		r.Gflops = round(float64(b.flops)/r.Ms/1e6, 2)
	}
	memory := rss("VmHWM")
	if b.deviation != nil {
		if r.MaxError, err = b.deviation(); err != nil {
			return r, err
		}
	}
	if r.RssMB = math.Round(memory); b.plan != nil {
		r.GrownMB = round(memory-b.before, 1)
		cost := b.plan.Cost()
		r.ArenaMB = round(float64(cost.Arena)/1e6, 2)
		if s.profile {
			printProfile(b.plan)
		}
	}
	return r, nil
}

// time fills in the times, of the try that was disturbed least.
func (r *record) time(b runner, seconds float64) error {
	warm, n := time.Now(), 0
	for n < 3 || time.Since(warm).Seconds() < min(0.5, seconds/4) {
		if _, err := b.step(); err != nil {
			return err
		}
		n++
	}
	inner := max(1, int(200e-6*float64(n)/time.Since(warm).Seconds())) // very short steps: time a run of them
	for try := 0; try <= retries && r.OtherCPU+r.Steal > tooBusy; try++ {
		ms := make([]float64, 0, 1<<17)
		var mem runtime.MemStats
		before := readCPU()
		runtime.ReadMemStats(&mem)
		mallocs := mem.Mallocs
		for start := time.Now(); len(ms) < 5 || time.Since(start).Seconds() < seconds; {
			at := time.Now()
			for range inner {
				if _, err := b.step(); err != nil {
					return err
				}
			}
			ms = append(ms, time.Since(at).Seconds()*1e3/float64(inner))
		}
		runtime.ReadMemStats(&mem)
		other, steal := before.until(readCPU())
		if try > 0 && other+steal >= r.OtherCPU+r.Steal {
			continue
		}
		steps := float64(len(ms) * inner)
		slices.Sort(ms)
		r.Ms, r.MinMs, r.N = round(ms[len(ms)/2], 5), round(ms[0], 5), len(ms)
		r.OtherCPU, r.Steal = round(other, 3), round(steal, 3)
		r.Allocs = round(float64(mem.Mallocs-mallocs)/steps, 2)
	}
	return nil
}

func round(v float64, digits int) float64 {
	p := math.Pow10(digits)
	return math.Round(v*p) / p
}

// printProfile prints the steps of a plan, and their sums by op, the longest first.
func printProfile(p *exec.Plan) {
	sum := map[string]time.Duration{}
	var names []string
	for _, t := range p.Profile() {
		fmt.Fprintf(os.Stderr, "%8.3f ms %6.1f GFLOP/s %5.1f GB/s  %3d %s  %s\n", t.Mean.Seconds()*1e3, t.GFLOPS, t.GBps, t.Step, t.Op, t.Origin)
		if sum[t.Op] == 0 {
			names = append(names, t.Op)
		}
		sum[t.Op] += t.Mean
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Compare(sum[b], sum[a]) })
	for _, n := range names {
		fmt.Fprintf(os.Stderr, "%8.3f ms in all  %s\n", sum[n].Seconds()*1e3, n)
	}
	fmt.Fprintln(os.Stderr, p.Cost())
}
