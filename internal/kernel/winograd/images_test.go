package winograd

import (
	"testing"

	"github.com/kedja-ml/kedja/internal/kernel/conv"
)

// As of package conv: a task that says it computes some images writes these, all of them, and nothing else.
func TestImages(t *testing.T) {
	whole := 0
	for _, s := range []conv.Shape{square(32, 64, 64, 14, 14, 1), square(37, 16, 64, 9, 12, 1), square(16, 64, 40, 28, 28, 1), square(40, 48, 48, 4, 4, 0), square(3, 64, 64, 20, 20, 1)} {
		o := draw(s, 3, draws[0])
		for _, role := range []conv.Role{conv.X, conv.Y} {
			if _, _, ok := Images(s, role, 2, 0); !ok {
				continue
			}
			p := newRunner(s, role, 2, 1, o)
			for task := range p.work.Phases[0] {
				p.task(0, task, 0)
			}
			out, from := *p.o.of(role), 0
			for task := range p.work.Phases[1] {
				n0, n1, ok := Images(s, role, 2, task)
				if !ok || n0 != from {
					t.Fatalf("role %d of %+v: task %d has images %d to %d, %v, after %d", role, s, task, n0, n1, ok, from)
				}
				from = n1
				p.task(1, task, 0)
				for i, v := range out {
					if written := v == v; written != (i < n1*len(out)/s.N) {
						t.Fatalf("role %d of %+v: after task %d, of images %d to %d, element %d is %v", role, s, task, n0, n1, i, v)
					}
				}
				whole++
			}
			if from != s.N {
				t.Fatalf("role %d of %+v: tasks end with image %d", role, s, from)
			}
		}
	}
	if whole < 50 {
		t.Errorf("%d tasks of whole images", whole)
	}
}
