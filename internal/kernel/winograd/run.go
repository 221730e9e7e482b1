package winograd

import "github.com/kedja-ml/kedja/internal/kernel/conv"

// Work says how a role is cut, from shapes and the machine's instruction set only: [Run] is called once for each task, phase after
// phase. m is 2 or 4, and the shape must be one that [Fits].
func Work(s conv.Shape, r conv.Role, m int) conv.Work {
	if r == conv.W {
		f := newFilterCut(s, m)
		return f.work()
	}
	c := newCut(s, r, m)
	return c.work()
}

// Run does one task of a phase, as conv.Run does.
func Run(s conv.Shape, r conv.Role, m, phase, task int, x, w, y, bias []float32, relu bool, scratch, local []float32) {
	if r == conv.W {
		f := newFilterCut(s, m)
		if phase == 0 {
			f.runTask(task, x, y, scratch, local)
		} else {
			f.reduce(task, scratch, w)
		}
		return
	}
	c := newCut(s, r, m)
	from, to := x, y
	if r == conv.X {
		from, to = y, x
	}
	if phase == 0 {
		c.packFilters(task, w, scratch, local)
		return
	}
	c.runTask(task, from, to, bias, relu, scratch, local)
}

// Images is the images that a task of phase 1 of a data role computes whole and alone; ok is false where tasks share images.
func Images(s conv.Shape, r conv.Role, m, task int) (n0, n1 int, ok bool) {
	if r == conv.W {
		return 0, 0, false
	}
	c := newCut(s, r, m)
	n0, n1, ok = c.whole(task)
	return n0, n1, ok && c.ranges == 1
}
