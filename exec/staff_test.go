package exec_test

import (
	"runtime"
	"sync"
	"testing"
	"time"
	"unsafe"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/flow"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// crowd notes who runs its tasks, by the memory that each worker has for itself.
type crowd struct{ At *seen }

type seen struct {
	sync.Mutex
	workers map[unsafe.Pointer]bool
}

func (crowd) Name() string                                { return "crowd" }
func (crowd) Infer(in []graph.Type) ([]graph.Type, error) { return in[:1], nil }
func (crowd) Work(_, _ []graph.Type) graph.Work           { return graph.Work{Phases: [3]int{32}, Local: 64} }
func (o crowd) Eval(c *graph.Call) error {
	o.At.Lock()
	o.At.workers[c.Local.Pointer()] = true
	o.At.Unlock()
	for at := time.Now(); time.Since(at) < 100*time.Microsecond; {
	}
	lo, hi := c.Span(c.Out[0].Len())
	copy(graph.Data[float32](c.Out[0])[lo:hi], graph.Data[float32](c.In[0])[lo:hi])
	return nil
}

// A plan uses as many workers as GOMAXPROCS says now, within loops too, unless the user said how many.
func TestFollowsGOMAXPROCS(t *testing.T) {
	was := runtime.GOMAXPROCS(2)
	defer runtime.GOMAXPROCS(was)
	for name, loop := range map[string]bool{"a plan": false, "a body": true} {
		for _, fixed := range []int{0, 3} {
			runtime.GOMAXPROCS(2)
			g, who := graph.New(graph.Training), &seen{}
			x := g.Input("x", graph.Float32, 100)
			y := x
			if f := func(x *graph.Node) *graph.Node { return ops.Offset(graph.Apply(crowd{who}, x), 1) }; loop {
				y = flow.Fori(2, []*graph.Node{x}, func(_ *graph.Node, s []*graph.Node) []*graph.Node { return []*graph.Node{f(s[0])} })[0]
			} else {
				y = f(f(x))
			}
			p, err := exec.Compile(g, exec.In(x), exec.Out(y), exec.Workers(fixed))
			if err != nil {
				t.Fatal(err)
			}
			for _, procs := range []int{2, 1, 5, 3, 1, 2} {
				runtime.GOMAXPROCS(procs)
				want := procs
				if fixed > 0 {
					want = fixed
				}
				most := 0
				for range 50 {
					who.workers = map[unsafe.Pointer]bool{}
					out, err := p.RunBuffers(graph.BufferOf(make([]float32, 100), 100))
					if err != nil {
						t.Fatal(err)
					}
					for _, v := range graph.Data[float32](out[0]) {
						if v != 2 {
							t.Fatalf("%s, GOMAXPROCS %d: %v, want 2", name, procs, v)
						}
					}
					if most = max(most, len(who.workers)); most >= want {
						break
					}
				}
				if most > want || fixed == 0 && most < min(want, 2) {
					t.Errorf("%s for %d workers, GOMAXPROCS %d: it uses %d, want %d", name, fixed, procs, most, want)
				}
			}
		}
	}
}
