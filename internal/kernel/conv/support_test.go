package conv

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"sync/atomic"

	"github.com/kedja-ml/kedja/internal/kernel/gemm"
	"pgregory.net/rapid"
)

func (s Shape) sizes() (x, w, y int) {
	cg, _ := s.channels()
	return s.N * s.C * volume(s.In), s.K * cg * volume(s.Filter), s.N * s.K * volume(s.Out)
}

// shapes draws small but awkward convolutions of one to three dimensions.
func shapes(t *rapid.T) Shape {
	s := Shape{N: rapid.IntRange(0, 4).Draw(t, "n"), Groups: rapid.SampledFrom([]int{1, 1, 1, 2, 3}).Draw(t, "groups")}
	channels := rapid.SampledFrom([]int{0, 1, 1, 2, 3, 5, 8, 13, 40})
	s.C, s.K = s.Groups*channels.Draw(t, "c"), s.Groups*channels.Draw(t, "k")
	dims := rapid.IntRange(1, 3).Draw(t, "dims")
	used := rapid.IntRange(0, 3-dims).Draw(t, "first")
	most := []int{0, 60, 14, 6}[dims]
	for d := range 3 {
		s.In[d], s.Filter[d], s.Out[d], s.Stride[d], s.Dilation[d] = 1, 1, 1, 1, 1
		if d < used || d >= used+dims {
			continue
		}
		s.Filter[d] = rapid.SampledFrom([]int{1, 2, 3, 3, 4, 5}).Draw(t, "filter")
		s.Stride[d] = rapid.SampledFrom([]int{1, 1, 1, 2, 3, 4}).Draw(t, "stride")
		s.Dilation[d] = rapid.SampledFrom([]int{1, 1, 1, 2, 3}).Draw(t, "dilation")
		s.In[d] = rapid.IntRange(1, most).Draw(t, "in")
		reach := (s.Filter[d]-1)*s.Dilation[d] + 1
		s.Pad[d] = rapid.IntRange(0, reach+1).Draw(t, "pad")
		trail := rapid.IntRange(0, reach+1).Draw(t, "trail")
		s.Out[d] = max(0, (s.In[d]+s.Pad[d]+trail-reach)/s.Stride[d]+1)
	}
	return s
}

const guards = 19

// A guarded slice has marks before and behind, and everything else is NaN until it is written.
type guarded[T gemm.Float] struct{ all, s []T }

func newGuarded[T gemm.Float](n int) guarded[T] {
	g := guarded[T]{all: make([]T, n+2*guards)}
	for i := range g.all {
		g.all[i] = 77
	}
	g.s = g.all[guards : guards+n : guards+n]
	for i := range g.s {
		g.s[i] = T(math.NaN())
	}
	return g
}

func (g guarded[T]) check(t fataler, what string) {
	t.Helper()
	for i, v := range g.all {
		if (i < guards || i >= guards+len(g.s)) && v != 77 {
			t.Fatalf("%s: wrote %v at %d of %d", what, v, i-guards, len(g.s))
		}
	}
}

type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

func random[T gemm.Float](r *rand.Rand, n int) []T {
	s := make([]T, n)
	for i := range s {
		s[i] = T(r.Float64()*2 - 1)
	}
	return s
}

// operands are the three tensors of a form; the one a role produces is replaced.
type operands[T gemm.Float] struct{ x, w, y, bias []T }

func draw[T gemm.Float](s Shape, seed uint64) operands[T] {
	r := rand.New(rand.NewPCG(seed, 1))
	nx, nw, ny := s.sizes()
	return operands[T]{random[T](r, nx), random[T](r, nw), random[T](r, ny), random[T](r, s.K)}
}

func (o *operands[T]) of(r Role) *[]T { return []*[]T{&o.x, &o.w, &o.y}[r] }

// solve runs a role on tensors of its own, tasks in the order that r shuffles them into, and checks all guards.
func solve[T gemm.Float](t fataler, s Shape, role Role, o operands[T], bias []T, relu bool, r *rand.Rand) []T {
	t.Helper()
	out := newGuarded[T](len(*o.of(role)))
	*o.of(role) = out.s
	work := s.Work(role, sizeof[T]())
	scratch, local := newGuarded[T](work.Scratch), newGuarded[T](work.Local)
	for phase, tasks := range work.Phases {
		order := make([]int, tasks)
		for i := range order {
			order[i] = i
		}
		if r != nil {
			r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		}
		for _, task := range order {
			Run(s, role, phase, task, o.x, o.w, o.y, bias, relu, scratch.s, local.s)
			if r != nil && r.IntN(2) == 0 {
				local = newGuarded[T](work.Local)
			}
		}
	}
	out.check(t, fmt.Sprintf("result of %+v role %d", s, role))
	scratch.check(t, "scratch")
	local.check(t, "local")
	return out.s
}

// runner runs a role over and over on a fixed number of goroutines, with buffers made once.
type runner[T gemm.Float] struct {
	s       Shape
	role    Role
	o       operands[T]
	work    Work
	scratch []T
	local   [][]T
}

func newRunner[T gemm.Float](s Shape, role Role, workers int) *runner[T] {
	p := &runner[T]{s: s, role: role, o: draw[T](s, 1), work: s.Work(role, sizeof[T]())}
	p.scratch = make([]T, p.work.Scratch)
	for range workers {
		p.local = append(p.local, make([]T, p.work.Local))
	}
	return p
}

func (p *runner[T]) task(phase, task, worker int) {
	Run(p.s, p.role, phase, task, p.o.x, p.o.w, p.o.y, nil, false, p.scratch, p.local[worker])
}

func (p *runner[T]) run() {
	for phase, tasks := range p.work.Phases {
		var next atomic.Int64
		var wait sync.WaitGroup
		loop := func(worker int) {
			for {
				task := int(next.Add(1)) - 1
				if task >= tasks {
					return
				}
				p.task(phase, task, worker)
			}
		}
		for worker := 1; worker < len(p.local); worker++ {
			wait.Go(func() { loop(worker) })
		}
		loop(0)
		wait.Wait()
	}
}

func bits[T gemm.Float](x T) uint64 { return math.Float64bits(float64(x)) }

func sameBits[T gemm.Float](t fataler, got, want []T, what string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d elements, want %d", what, len(got), len(want))
	}
	for i := range got {
		if bits(got[i]) != bits(want[i]) {
			t.Fatalf("%s: element %d is %v, want the bits of %v", what, i, got[i], want[i])
		}
	}
}
