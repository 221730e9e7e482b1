package ops

import "github.com/kedja-ml/kedja/graph"

// Solve returns the solutions X of A·X = B by Gauss's elimination with partial pivoting; leading axes broadcast.
//
//	A [..., n, n]    B [..., n, k]    X = A⁻¹·B [..., n, k]        dB = A⁻ᵀ·dX        dA = −dB·Xᵀ
//
// Operands are floats of one dtype; ops.Unsqueeze(b, -1) makes a vector a right side. The factors of A are found once: for all that solves
// with A, and for the derivatives. Where A is singular, X is infinite or NaN.
func Solve(a, b *graph.Node) *graph.Node {
	if !a.Valid() || !b.Valid() {
		return graph.Apply(luSolve{}, a, a, a, b)
	}
	x, y := stackedAlike(a, b)
	if err := wantSystem(x.Type(), y.Type()); err != nil {
		return a.Graph().Failf("solve: %s %v · %s %v: %w", a.Called(), a.Shape(), b.Called(), b.Shape(), err)
	}
	of, lead := factorised(a), stack(x.Shape())
	for i, n := range of[1:] {
		of[i+1] = ExpandTo(n, lead.Append(n.Shape().Cut(a.Shape().Rank()-2, n.Shape().Rank())))
	}
	return graph.Apply(luSolve{}, x, of[1], of[2], y)
}

// Inverse returns the inverses of square matrices A [..., n, n], which are floats, as the solutions of A·X = I. Where A is singular, all or
// part of the result is infinite or NaN.
//
//	Y = A⁻¹        dA = −Yᵀ·dY·Yᵀ
//
// To solve a system, Solve is faster and more accurate.
func Inverse(a *graph.Node) *graph.Node {
	if !a.Valid() {
		return a
	}
	if err := wantSquare(a.Type()); err != nil {
		return refusedAs("inverse", a, err)
	}
	return graph.Apply(luSolve{}, append(factorised(a), identities(a))...)
}

func solveInfo() Info {
	info := Info{Name: "Solve", Order: 4, Cases: systemCases(Solve), Bad: systemBad(Solve)}
	transposed := func(a, b *graph.Node) *graph.Node { return Solve(swapped(a), b) }
	twice := func(a, b *graph.Node) *graph.Node { return Solve(a, Solve(swapped(a), b)) }
	exchanged := func(a, b *graph.Node) *graph.Node { return Solve(Flip(a, -2), b) } // so that rows change places
	for i, f := range []func(a, b *graph.Node) *graph.Node{transposed, twice, exchanged} {
		for _, c := range systemCases(f) {
			c.Name += [...]string{" transposed", " twice", " exchanged"}[i]
			info.Cases = append(info.Cases, c)
		}
	}
	return info
}

func inverseInfo() Info {
	return Info{Name: "Inverse", Order: 4, Bad: squareBad(func(x *graph.Node) { Inverse(x) }), Cases: squareCases(Real, func(x *graph.Node) []*graph.Node {
		return []*graph.Node{Inverse(dominant(x))}
	})}
}
