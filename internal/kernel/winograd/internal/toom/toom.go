// Package toom holds the one-dimensional transforms of Winograd's convolution as short programs, from which both the
// assembly and the plain Go kernels are made.
//
// The product of polynomials of degrees m−1 and 2 is found from its values at m+2 points, of which one is infinity
// (Toom, 1963; Winograd, "Arithmetic Complexity of Computations", 1980). Transposed, this gives m results of a filter
// of 3 taps from m+2 products:  y = Aᵀ[(G·g) ⊙ (Bᵀ·d)]  (Lavin & Gray, "Fast Algorithms for Convolutional Neural
// Networks", 2015). The finite points are 0 and ±1 for m = 2, and 0, ±p, ±q for m = 4.
package toom

// P and Q are the points of m = 4. Lavin and Gray take 1 and 2. Points whose product is near 1 keep the sums of a transform
// from growing (Barabasz et al., "Error Analysis and Improving the Accuracy of Winograd Convolution for Deep Neural
// Networks", 2020), and these have exact squares and cubes.
const (
	P = 0.75
	Q = 1.5
)

// A Step is value = A·x + B·y, where x and y are numbers of inputs, or of steps when the inputs are through; B may be 0.
type Step struct {
	A float64
	X int
	B float64
	Y int
}

// A Program computes results from In inputs. Values are numbered: inputs first, then steps.
type Program struct {
	Name  string
	In    int
	Steps []Step
	Out   []int // the values that are results
}

// Transforms are those of one m.
type Transforms struct {
	Data       Program // Bᵀ: m+2 → m+2
	Result     Program // Aᵀ: m+2 → m
	Filter     Program // G: 3 → m+2
	Cotangent  Program // A: m → m+2
	FilterGrad Program // Gᵀ: m+2 → 3
}

// All lists the programs.
func (t *Transforms) All() []*Program {
	return []*Program{&t.Data, &t.Result, &t.Filter, &t.Cotangent, &t.FilterGrad}
}

// A builder numbers values.
type builder struct{ p Program }

func newProgram(name string, in int) *builder { return &builder{Program{Name: name, In: in}} }

// of is the value a·x + b·y.
func (b *builder) of(a float64, x int, c float64, y int) int {
	b.p.Steps = append(b.p.Steps, Step{a, x, c, y})
	return b.p.In + len(b.p.Steps) - 1
}

func (b *builder) add(x, y int) int { return b.of(1, x, 1, y) }
func (b *builder) sub(x, y int) int { return b.of(1, x, -1, y) }

func (b *builder) done(out ...int) Program {
	b.p.Out = out
	return b.p
}

// Two is F(2, 3).
func Two() Transforms {
	var t Transforms
	b := newProgram("data2", 4)
	t.Data = b.done(b.sub(0, 2), b.add(1, 2), b.sub(2, 1), b.sub(3, 1))
	b = newProgram("result2", 4)
	t.Result = b.done(b.add(0, b.add(1, 2)), b.add(b.sub(1, 2), 3))
	b = newProgram("filter2", 3)
	even, odd := b.of(0.5, b.add(0, 2), 0, 0), 1
	t.Filter = b.done(0, b.of(1, even, 0.5, odd), b.of(1, even, -0.5, odd), 2)
	b = newProgram("cotangent2", 2)
	t.Cotangent = b.done(0, b.add(0, 1), b.sub(0, 1), 1)
	b = newProgram("filtergrad2", 4)
	half := b.of(0.5, b.add(1, 2), 0, 0)
	t.FilterGrad = b.done(b.add(0, half), b.of(0.5, b.sub(1, 2), 0, 0), b.add(half, 3))
	return t
}

// Four is F(4, 3).
func Four() Transforms {
	const (
		p2, q2 = P * P, Q * Q
		n0     = 1 / (p2 * q2)
		np, nq = 1 / (2 * p2 * (p2 - q2)), 1 / (2 * q2 * (q2 - p2))
	)
	var t Transforms
	b := newProgram("data4", 6)
	ep, op := b.of(1, 4, -q2, 2), b.of(1, 3, -q2, 1)
	eq, oq := b.of(1, 4, -p2, 2), b.of(1, 3, -p2, 1)
	t.Data = b.done(
		b.of(1, b.of(1, 4, -p2-q2, 2), p2*q2, 0),
		b.of(1, ep, P, op), b.of(1, ep, -P, op), b.of(1, eq, Q, oq), b.of(1, eq, -Q, oq),
		b.of(1, b.of(1, 5, -p2-q2, 3), p2*q2, 1))

	b = newProgram("result4", 6)
	sp, dp, sq, dq := b.add(1, 2), b.sub(1, 2), b.add(3, 4), b.sub(3, 4)
	t.Result = b.done(
		b.add(0, b.add(sp, sq)),
		b.of(P, dp, Q, dq),
		b.of(p2, sp, q2, sq),
		b.add(b.of(P*p2, dp, Q*q2, dq), 5))

	b = newProgram("filter4", 3)
	ep, eq = b.of(np, 0, np*p2, 2), b.of(nq, 0, nq*q2, 2)
	t.Filter = b.done(b.of(n0, 0, 0, 0), b.of(1, ep, np*P, 1), b.of(1, ep, -np*P, 1), b.of(1, eq, nq*Q, 1), b.of(1, eq, -nq*Q, 1), 2)

	b = newProgram("cotangent4", 4)
	ep, eq = b.of(1, 0, p2, 2), b.of(1, 0, q2, 2)
	op, oq = b.of(P, 1, P*p2, 3), b.of(Q, 1, Q*q2, 3)
	t.Cotangent = b.done(0, b.add(ep, op), b.sub(ep, op), b.add(eq, oq), b.sub(eq, oq), 3)

	b = newProgram("filtergrad4", 6)
	sp, dp, sq, dq = b.add(1, 2), b.sub(1, 2), b.add(3, 4), b.sub(3, 4)
	t.FilterGrad = b.done(
		b.of(1, b.of(np, sp, nq, sq), n0, 0),
		b.of(np*P, dp, nq*Q, dq),
		b.add(b.of(np*p2, sp, nq*q2, sq), 5))
	return t
}
