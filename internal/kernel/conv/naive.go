package conv

import "github.com/kedja-ml/kedja/internal/kernel/gemm"

// Naive computes a role by its definition, one product after the other. It is the reference of the tests.
func Naive[T gemm.Float](s Shape, r Role, x, w, y []T) {
	switch r {
	case X:
		clear(x)
	case W:
		clear(w)
	case Y:
		clear(y)
	}
	each(s, func(xi, wi, yi int) {
		switch r {
		case X:
			x[xi] += T(w[wi] * y[yi])
		case W:
			w[wi] += T(x[xi] * y[yi])
		case Y:
			y[yi] += T(x[xi] * w[wi])
		}
	})
}

// each visits the terms of the form.
func each(s Shape, visit func(x, w, y int)) {
	cg, kg := s.channels()
	in, filter, out := volume(s.In), volume(s.Filter), volume(s.Out)
	for o := range out {
		for t := range filter {
			at, inside := s.position(split(o, s.Out), split(t, s.Filter))
			if !inside {
				continue
			}
			for n := range s.N {
				for k := range s.K {
					for c := range cg {
						visit((n*s.C+k/kg*cg+c)*in+at, (k*cg+c)*filter+t, (n*s.K+k)*out+o)
					}
				}
			}
		}
	}
}

// position is where in a plane of x output o meets tap t.
func (s Shape) position(o, t [3]int) (at int, inside bool) {
	for d := range o {
		i := o[d]*s.Stride[d] + t[d]*s.Dilation[d] - s.Pad[d]
		if i < 0 || i >= s.In[d] {
			return 0, false
		}
		at = at*s.In[d] + i
	}
	return at, true
}

// split is the index in each dimension of flat index i.
func split(i int, size [3]int) [3]int {
	return [3]int{i / size[2] / size[1], i / size[2] % size[1], i % size[2]}
}
