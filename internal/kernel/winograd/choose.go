package winograd

import "github.com/kedja-ml/kedja/internal/kernel/conv"

// Choose returns the m of the fastest kernel for a convolution, 0 where the direct one is, or where none fits. F(4×4), whose errors are
// larger, is chosen only if that is allowed. The number of images plays no part, so that an image has the same bits in any batch.
//
// The rules are where the kernels cross on a Xeon of class B: few channels do not repay the transforms, products of few columns fill
// half of a tile of registers, and tiles of 4×4 are too few to repay their filters in small images of many channels.
func Choose(s conv.Shape, r conv.Role, loose bool) int {
	few, columns, pixels := min(s.C, s.K), s.K, s.Out[1]*s.Out[2]
	if r != conv.Y {
		columns = s.C
	}
	if !Fits(s) || few < 16 || pixels < 16 {
		return 0
	}
	full := func(m, most int) bool { // are most hundredths of the tiles results that are wanted?
		return 100*pixels >= most*m*m*ceilDiv(s.Out[1], m)*ceilDiv(s.Out[2], m)
	}
	if loose {
		enough := pixels >= few && full(4, 70)
		if few < 32 {
			enough = pixels >= 256 && full(4, 90) && (r != conv.W || columns > 16 || pixels >= 48*48)
		}
		if enough {
			return 4
		}
	}
	switch {
	case few >= 128 || few >= 64 && r != conv.W:
		return 2
	case few >= 32 && full(2, 90):
		return 2
	case columns >= 24 && full(2, 90) && (pixels >= 28*28 || r == conv.Y && pixels >= 256):
		return 2
	}
	return 0
}
