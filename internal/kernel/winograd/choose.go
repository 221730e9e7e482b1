package winograd

import "github.com/kedja-ml/kedja/internal/kernel/conv"

// Choose returns the m of the fastest kernel for a convolution, 0 where the direct one is, or where none fits. F(4×4), whose errors are
// larger, is chosen only if that is allowed. The number of images plays no part.
func Choose(s conv.Shape, r conv.Role, loose bool) int {
	if !Fits(s) || min(s.C, s.K) < 16 || min(s.Out[1], s.Out[2]) < 4 {
		return 0
	}
	if loose {
		return 4
	}
	if max(s.C, s.K) < 32 {
		return 0
	}
	return 2
}
