package gemm

// NewPrepared is [New] for products by one B and many A in turn: [Prepare] lays B out as tiles read it, once, and [Run] is given that in
// the place of B. The bits are those of any other plan.
func NewPrepared[T Float](m, n, k int, ta, tb bool) Plan {
	return plan(level.fit(sizeof[T](), m, n, false), sizeof[T](), m, n, k, ta, tb).prepare()
}

// prepare is p with a B that is laid out before.
func (p Plan) prepare() Plan {
	p.nr, p.readB = p.isa.nr(p.size), prepared
	if p.M > 0 && p.N > 0 {
		return p.cut(p.strips() * MR * p.panels() * p.nr * max(p.K, 1))
	}
	return p
}

// Prepared returns how many elements Prepare writes.
func (p Plan) Prepared() int { return p.K * p.panels() * p.nr }

// Preparing is the number of tasks of Prepare, each of about 2^15 elements.
func (p Plan) Preparing() int {
	return max(1, min(p.Prepared()>>15, p.panels()*ceil(p.K, p.kc), 32))
}

// Prepare executes one task: it packs some panels of B into dst. Tasks may run in any order or at once.
func Prepare[T Float](p Plan, task int, b, dst []T) {
	packPanels(p, task, p.Preparing(), b, dst)
}
