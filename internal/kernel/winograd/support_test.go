package winograd

import (
	"math"
	"math/rand/v2"
	"sync"
	"sync/atomic"

	"github.com/kedja-ml/kedja/internal/kernel/conv"
)

// square is a convolution of n images of c channels of h×w to k, with padding.
func square(n, c, k, h, w, pad int) conv.Shape {
	return conv.Shape{
		N: n, C: c, K: k, Groups: 1, In: [3]int{1, h, w}, Filter: [3]int{1, 3, 3}, Out: [3]int{1, h + 2*pad - 2, w + 2*pad - 2},
		Stride: [3]int{1, 1, 1}, Dilation: [3]int{1, 1, 1}, Pad: [3]int{0, pad, pad},
	}
}

func size(v [3]int) int { return v[0] * v[1] * v[2] }

// operands are the three tensors of a form; the one that a role produces is replaced.
type operands[T float32 | float64] struct{ x, w, y []T }

func (o *operands[T]) of(r conv.Role) *[]T { return []*[]T{&o.x, &o.w, &o.y}[r] }

func empty[T float32 | float64](s conv.Shape) operands[T] {
	return operands[T]{make([]T, s.N*s.C*size(s.In)), make([]T, s.K*s.C*9), make([]T, s.N*s.K*size(s.Out))}
}

func draw(s conv.Shape, seed uint64, next func(r *rand.Rand) float32) operands[float32] {
	o, r := empty[float32](s), rand.New(rand.NewPCG(seed, 2))
	for _, t := range [][]float32{o.x, o.w, o.y} {
		for i := range t {
			t[i] = next(r)
		}
	}
	return o
}

// A runner runs a role again and again on a number of goroutines, directly where m is 0.
type runner struct {
	s       conv.Shape
	role    conv.Role
	m       int
	o       operands[float32]
	bias    []float32
	relu    bool
	work    conv.Work
	scratch []float32
	local   [][]float32
}

const guards = 16

func newRunner(s conv.Shape, role conv.Role, m, workers int, o operands[float32]) *runner {
	p := &runner{s: s, role: role, m: m, o: o}
	if p.work = s.Work(role, 4); m > 0 {
		p.work = Work(s, role, m)
	}
	p.scratch = nans(p.work.Scratch)
	for range workers {
		p.local = append(p.local, nans(p.work.Local))
	}
	t := p.o.of(role)
	*t = nans(len(*t))
	return p
}

// nans are slices of NaN, with marks behind.
func nans(n int) []float32 {
	s := make([]float32, n+guards)
	for i := range s {
		s[i] = float32(math.NaN())
		if i >= n {
			s[i] = 77
		}
	}
	return s[:n]
}

func whole(s []float32) bool {
	for _, v := range s[len(s) : len(s)+guards] {
		if v != 77 {
			return false
		}
	}
	return true
}

type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

// solve runs a role once, tasks in the order that r shuffles them into, each in memory that nobody has used; it checks what lies behind.
func solve(t fataler, s conv.Shape, role conv.Role, m int, o operands[float32], bias []float32, relu bool, r *rand.Rand) []float32 {
	t.Helper()
	p := newRunner(s, role, m, 1, o)
	p.bias, p.relu = bias, relu
	for phase, tasks := range p.work.Phases {
		order := make([]int, tasks)
		for i := range order {
			order[i] = i
		}
		if r != nil {
			r.Shuffle(tasks, func(i, j int) { order[i], order[j] = order[j], order[i] })
		}
		for _, task := range order {
			p.task(phase, task, 0)
			if !whole(p.local[0]) {
				t.Fatalf("F(%d), role %d of %+v: phase %d wrote behind its memory", m, role, s, phase)
			}
			if r != nil {
				p.local[0] = nans(p.work.Local)
			}
		}
	}
	got := *p.o.of(role)
	if !whole(got) || !whole(p.scratch) {
		t.Fatalf("F(%d), role %d of %+v: wrote behind the result or the scratch", m, role, s)
	}
	return got
}

func (p *runner) task(phase, task, worker int) {
	if p.m == 0 {
		conv.Run(p.s, p.role, phase, task, p.o.x, p.o.w, p.o.y, p.bias, p.relu, p.scratch, p.local[worker])
		return
	}
	Run(p.s, p.role, p.m, phase, task, p.o.x, p.o.w, p.o.y, p.bias, p.relu, p.scratch, p.local[worker])
}

func (p *runner) run() []float32 {
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
	return *p.o.of(p.role)
}

// exact computes a role in float64, and the sum of the magnitudes of its terms.
func exact(s conv.Shape, role conv.Role, o operands[float32]) (sums, magnitudes []float64) {
	a, b := empty[float64](s), empty[float64](s)
	for i, t := range [][]float32{o.x, o.w, o.y} {
		for j, v := range t {
			(*a.of(conv.Role(i)))[j], (*b.of(conv.Role(i)))[j] = float64(v), math.Abs(float64(v))
		}
	}
	conv.Naive(s, role, a.x, a.w, a.y)
	conv.Naive(s, role, b.x, b.w, b.y)
	return *a.of(role), *b.of(role)
}
