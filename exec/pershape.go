package exec

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"gorgonia.org/tensor"

	"github.com/kedja-ml/kedja/graph"
)

// A Shaped compiles a plan for each combination of input types it meets, and keeps those used last. Variables live outside plans, so all of
// them share one model.
type Shaped struct {
	build func(in []graph.Type) (*Plan, error)
	keep  int
	mu    sync.Mutex
	plans []shapedPlan // the one used last comes first
}

type shapedPlan struct {
	in   []graph.Type
	plan *Plan
}

// PerShape returns a Shaped that calls build with the types of what is fed, the first time it meets them, and keeps at most keep plans.
//
//	f := exec.PerShape(8, func(in []graph.Type) (*exec.Plan, error) {
//		g := graph.New(graph.Evaluation)
//		x := g.Placeholder("x", in[0])
//		return exec.Compile(g, exec.In(x), exec.Out(model.Forward(x)))
//	})
//	out, err := f.Run(images)
func PerShape(keep int, build func(in []graph.Type) (*Plan, error)) *Shaped {
	return &Shaped{build: build, keep: max(1, keep)}
}

// Run is Plan.Run of the plan for these types. A plain slice counts as a vector: feed a *tensor.Dense or a graph.Buffer to give a shape.
func (s *Shaped) Run(in ...any) ([]*tensor.Dense, error) {
	types := make([]graph.Type, len(in))
	for i, x := range in {
		var err error
		if types[i], err = typeOf(x); err != nil {
			return nil, fmt.Errorf("exec: value number %d: %w", i, err)
		}
	}
	p, err := s.Plan(types...)
	if err != nil {
		return nil, err
	}
	return p.Run(in...)
}

// Plan returns the plan for inputs of the given types.
func (s *Shaped) Plan(in ...graph.Type) (*Plan, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, k := range s.plans {
		if slices.Equal(k.in, in) {
			copy(s.plans[1:i+1], s.plans[:i])
			s.plans[0] = k
			return k.plan, nil
		}
	}
	p, err := s.build(slices.Clone(in))
	if err == nil && p == nil {
		err = errors.New("exec: no plan was built")
	}
	if err != nil {
		return nil, fmt.Errorf("for inputs %v: %w", in, err)
	}
	s.plans = slices.Insert(s.plans, 0, shapedPlan{slices.Clone(in), p})
	s.plans = s.plans[:min(len(s.plans), s.keep)]
	return p, nil
}

// typeOf is the type of what is fed.
func typeOf(x any) (graph.Type, error) {
	switch x := x.(type) {
	case graph.Buffer:
		return x.Type, nil
	case *tensor.Dense:
		for d, t := range tensorDtype[:graph.Float16] {
			if x != nil && x.Dtype() == t {
				s := graph.Of(x.Shape()...)
				return graph.Type{Dtype: graph.Dtype(d), Shape: s}, s.Err()
			}
		}
	case []float32:
		return graph.T(graph.Float32, len(x)), nil
	case []float64:
		return graph.T(graph.Float64, len(x)), nil
	case []int32:
		return graph.T(graph.Int32, len(x)), nil
	case []int64:
		return graph.T(graph.Int64, len(x)), nil
	case []uint8:
		return graph.T(graph.Uint8, len(x)), nil
	case []bool:
		return graph.T(graph.Bool, len(x)), nil
	}
	return graph.Type{}, fmt.Errorf("want a *tensor.Dense of numbers or bools, a graph.Buffer or a slice, got %T", x)
}
