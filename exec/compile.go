package exec

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"

	"github.com/kedja-ml/kedja/graph"
)

// An Option of Compile: In, Out, Workers, NoTrap, Rounding, Recompute, Profile, Explain, Verify.
type Option func(*options)

type options struct {
	in, out  []*graph.Node
	workers  int
	follows  bool // the workers are GOMAXPROCS
	noTrap   bool
	profile  bool
	explain  io.Writer
	verify   bool
	folding  bool // this program computes constants of another one
	rounding graph.Rounding
	again    *int // from how many bytes on results are computed again, if the user said so
	inner    bool // it is part of an op of another one, which gives it memory for its outputs at each run
}

// In lists the inputs, in the order in which Run takes their values.
func In(inputs ...*graph.Node) Option {
	return func(o *options) { o.in = append(o.in, inputs...) }
}

// Out lists what Run returns.
func Out(outputs ...*graph.Node) Option {
	return func(o *options) { o.out = append(o.out, outputs...) }
}

// Workers sets how many cores a plan uses at most, and never more than 1024. The default, and n < 1, is GOMAXPROCS, which the plan follows
// where it changes between two runs, as it does in a container with a new quota. The results do not depend on it.
func Workers(n int) Option { return func(o *options) { o.workers = n } }

// NoTrap leaves NaN alone: a step that yields it is committed.
func NoTrap() Option { return func(o *options) { o.noTrap = true } }

// Rounding says whether kernels may be chosen that differ from an op's own by rounding, such as Winograd's for convolutions of 3×3 taps:
// graph.Close, the default, those whose errors are no larger; graph.Loose, also faster ones with errors a few times as large; graph.Exact,
// none.
func Rounding(r graph.Rounding) Option { return func(o *options) { o.rounding = r } }

// Recompute says from how many bytes on a result of the forward pass may be computed again in the backward pass, rather than kept until then, if
// it is cheap and the plan then needs less memory: 64 KiB if not said. With 0 all are that lower it, cheap or not; with a negative number none is.
// The bits are the same.
func Recompute(bytes int) Option { return func(o *options) { o.again = &bytes } }

// Profile measures each step; see Plan.Profile.
func Profile() Option { return func(o *options) { o.profile = true } }

// Explain writes to w what each pass of the compiler makes of the graph, the steps of the plan at the end.
func Explain(w io.Writer) Option { return func(o *options) { o.explain = w } }

// Verify checks the graph after each pass, so that a pass, or an op's own Simplify or Fuse, that breaks it is found where it does; for tests.
func Verify() Option { return func(o *options) { o.verify = true } }

// maxWorkers bounds what is kept for each worker.
const maxWorkers = 1024

// Compile plans the outputs and all assignments of g.
func Compile(g *graph.Graph, opts ...Option) (*Plan, error) {
	if g == nil {
		return nil, errors.New("exec: there is no graph")
	}
	if err := g.Err(); err != nil {
		return nil, err
	}
	var o options
	for _, f := range opts {
		f(&o)
	}
	if o.workers < 1 {
		o.workers, o.follows = runtime.GOMAXPROCS(0), true
	}
	o.workers = min(o.workers, maxWorkers)
	roots := slices.Clone(o.out)
	var vars []graph.Var
	for v, n := range g.Assigned {
		vars, roots = append(vars, v), append(roots, n)
	}
	for i, n := range slices.Concat(roots, o.in) {
		if n == nil {
			where, at := "Out", i
			if i >= len(roots) {
				where, at = "In", i-len(roots)
			}
			return nil, fmt.Errorf("exec: node %d of %s is nil", at, where)
		}
		if n.Graph() != g {
			return nil, fmt.Errorf("exec: %s (%s) is of another graph, or of a body", n.Called(), n.Origin())
		}
	}
	return lower(&program{options: o, roots: roots, outs: len(o.out), vars: vars, rng: g.RNG()})
}

// A program is a plan without memory: what clones share.
type program struct {
	options
	g      *graph.Graph  // a graph of the plan's own
	roots  []*graph.Node // outputs, then what the variables are assigned
	outs   int
	vars   []graph.Var
	rng    *graph.State
	names  []string                    // of the inputs
	frozen map[graph.Var]*graph.State  // what a snapshot reads instead of the variables
	beside map[*graph.Node]*graph.Node // what is computed again, and what it is to be in one group with
}
