// Package implicit solves equations and differentiates the solutions by the implicit function theorem: the derivative of z*(θ), where
// F(z*, θ) = 0, is −(∂F/∂z)⁻¹·∂F/∂θ at the solution, whatever led there. So no iteration is kept for the backward pass, and what pulls a cotangent
// back is the solution of a linear equation, which has derivatives in its turn: to any order. In float32 and float64.
//
// Functions given here are functions of their arguments alone: what depends on parameters is passed among θ, since what is read from outside
// would get no gradient, and is an error.
//
// Sources: Christianson, "Reverse accumulation and attractive fixed points" (1994); Bai, Kolter & Koltun, "Deep equilibrium models" (2019);
// Blondel et al., "Efficient and modular implicit differentiation" (2022).
package implicit
