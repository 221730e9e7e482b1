package conv

import (
	"unsafe"

	"github.com/kedja-ml/kedja/internal/kernel/gemm"
)

// Run does one task of a phase. It produces the tensor the role names, in full, from the other two. For the role Y,
// bias, of K elements or nil, is added and ReLU applied last. Scratch and local have the sizes that Work tells and may
// hold anything.
func Run[T gemm.Float](s Shape, r Role, phase, task int, x, w, y, bias []T, relu bool, scratch, local []T) {
	size := sizeof[T]()
	s = s.merged()
	from, to := x, y
	switch r {
	case W:
		if s.deep() {
			d := newDepthCut(s, size)
			runDepth(&d, phase, task, x, w, y, scratch, local)
			return
		}
		f := newFilterCut(s, size)
		runFilter(&f, phase, task, x, w, y, scratch, local)
		return
	case X:
		from, to, bias, relu = y, x, nil, false
	}
	if s.pointwise(r) {
		d := newPointwiseCut(s, r, size)
		runPointwise(&d, task, from, w, to, bias, relu, local)
		return
	}
	if s.narrow(r, size) {
		d := newNarrowCut(s, r, size)
		runNarrow(&d, phase, task, from, w, to, bias, relu, scratch, local)
		return
	}
	d := newDataCut(s, r, size)
	runData(&d, phase, task, from, w, to, bias, relu, scratch, local)
}

func sizeof[T gemm.Float]() int {
	var x T
	return int(unsafe.Sizeof(x))
}
