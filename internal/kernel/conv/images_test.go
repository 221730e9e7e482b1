package conv

import (
	"math"
	"testing"
)

// A task that says it computes some images writes these, all of them, and nothing else; together tasks write all.
func TestImages(t *testing.T) {
	whole := 0
	for _, s := range []Shape{
		plain2d(64, 16, 32, 14, 3, 1, 1), plain2d(33, 16, 33, 14, 3, 2, 1), plain2d(48, 20, 16, 9, 4, 2, 1), plain2d(40, 32, 16, 20, 1, 1, 0),
		plain2d(17, 8, 40, 7, 3, 1, 0), plain2d(2, 64, 64, 30, 3, 1, 1), plain2d(9, 64, 300, 5, 3, 1, 1), plain2d(20, 16, 4, 12, 3, 1, 1),
	} {
		for _, role := range roles {
			if _, _, ok := s.Images(role, 4, 0); !ok {
				continue
			}
			p := newRunner[float32](s, role, 1)
			out := newGuarded[float32](len(*p.o.of(role)))
			*p.o.of(role) = out.s
			for task := range p.work.Phases[0] {
				p.task(0, task, 0)
			}
			size, from := len(out.s)/s.N, 0
			for task := range p.work.Phases[1] {
				n0, n1, ok := s.Images(role, 4, task)
				if !ok || n0 != from {
					t.Fatalf("role %d of %+v: task %d has images %d to %d, %v, after %d", role, s, task, n0, n1, ok, from)
				}
				from = n1
				p.task(1, task, 0)
				for i, v := range out.s {
					if written := !math.IsNaN(float64(v)); written != (i < n1*size) {
						t.Fatalf("role %d of %+v: after task %d, of images %d to %d, element %d of image %d is %v", role, s, task, n0, n1, i%size, i/size, v)
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
