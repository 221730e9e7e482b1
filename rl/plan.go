package rl

import (
	"fmt"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
)

// policy maps observations to what a graph makes of them, by a plan for each number of rows, on one core: the small networks of agents are
// done before a second core would have begun.
type policy struct {
	mode  graph.Mode
	rng   *graph.State // that the graph draws from; nil if it does not
	width int          // of an observation
	build func(obs *graph.Node) []*graph.Node
	plans map[int]*rows
}

// rows is a plan for so many rows.
type rows struct {
	plan *exec.Plan
	obs  []float32
	feed []graph.Buffer
}

// run returns what the graph makes of each row of obs; it is valid until the next run.
func (p *policy) run(obs []float32) ([]graph.Buffer, error) {
	n := len(obs) / p.width
	if n < 1 || len(obs) != n*p.width {
		return nil, fmt.Errorf("rl: %d numbers, want observations of %d", len(obs), p.width)
	}
	r, ok := p.plans[n]
	if !ok {
		var err error
		if r, err = p.compile(n); err != nil {
			return nil, err
		}
	}
	copy(r.obs, obs)
	return r.plan.RunBuffers(r.feed...)
}

func (p *policy) compile(n int) (*rows, error) {
	g := graph.New(p.mode)
	if p.rng != nil {
		g.SetRNG(p.rng)
	}
	x := g.Input("observation", graph.Float32, n, p.width)
	plan, err := exec.Compile(g, exec.In(x), exec.Out(p.build(x)...), exec.Workers(1))
	if err != nil {
		return nil, err
	}
	r := &rows{plan: plan, obs: make([]float32, n*p.width)}
	r.feed = []graph.Buffer{graph.BufferOf(r.obs, n, p.width)}
	if p.plans == nil {
		p.plans = map[int]*rows{}
	}
	p.plans[n] = r
	return r, nil
}
