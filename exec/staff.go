package exec

import (
	"runtime"

	"github.com/kedja-ml/kedja/graph"
)

// follow keeps the workers as many as GOMAXPROCS, unless the user said how many. The bodies of loops have as many as the plan around them.
func (p *Plan) follow() {
	if !p.follows {
		return
	}
	if n := min(runtime.GOMAXPROCS(0), maxWorkers); n != p.crew {
		p.staff(n)
	}
}

// staff makes n the number of workers. It allocates only if there have never been so many.
func (p *Plan) staff(n int) {
	for p.crew = n; len(p.locals) < n; {
		p.locals = append(p.locals, graph.Over(graph.T(graph.Uint8, p.need), aligned(p.need)))
	}
	for _, s := range p.steps {
		if s, ok := s.(interface{ staff(*Plan) }); ok {
			s.staff(p)
		}
	}
}

func (k *kernelStep) staff(p *Plan) {
	for i := len(k.calls); i < p.crew; i++ {
		k.calls = append(k.calls, k.calls[0])
	}
	for i := range k.calls {
		k.calls[i].Local = p.local(i, k.work.Local)
	}
	for len(k.hand) < p.crew {
		k.hand = append(k.hand, nil)
	}
	for _, s := range k.groups() {
		s.staff(p)
	}
	for _, b := range k.plans {
		b.staff(p.crew)
	}
}
