package ops

import "github.com/kedja-ml/kedja/graph"

// PReLU returns x where x > 0, and slope·x elsewhere, for a learned slope that broadcasts to x (He et al., 2015, section 2.1): a scalar,
// or one a channel of shape [channels, 1, 1] for images [..., channels, height, width].
//
//	∂y/∂x = 1 where x > 0, slope elsewhere        ∂y/∂slope = 0 where x > 0, x elsewhere
func PReLU(x, slope *graph.Node) *graph.Node {
	return Where(Greater(x, Like(0, x)), x, Mul(x, slope))
}

func preluInfo() Info {
	return Info{Name: "PReLU", Order: 4, Cases: binaryCases(PReLU, Nonzero, Real), Bad: binaryBad(PReLU)}
}
