package ops

import "github.com/kedja-ml/kedja/graph"

// Std returns the standard deviation along the given axes, which disappear; along all of them if none is given.
//
//	y = √(Σ (x − mean)² / (n − correction))        ∂y/∂x = (x − mean) / ((n − correction)·y), 0 where y is 0, by PyTorch's convention
//
// Otherwise it is as Var.
func Std(x *graph.Node, correction int, axes ...int) *graph.Node {
	return root(Var(x, correction, axes...))
}

// StdKeep is Std with the axes kept, at size 1.
func StdKeep(x *graph.Node, correction int, axes ...int) *graph.Node {
	return root(VarKeep(x, correction, axes...))
}

// root is √x with derivatives of 0 at 0.
func root(x *graph.Node) *graph.Node {
	if !x.Valid() {
		return x
	}
	none := Equal(x, Like(0, x))
	return Where(none, Like(0, x), Sqrt(Where(none, Like(1, x), x)))
}

func stdInfo() Info     { return varianceInfo("Std", Std, 2) }
func stdKeepInfo() Info { return varianceInfo("StdKeep", StdKeep, 2) }
