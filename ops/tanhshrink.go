package ops

import "github.com/kedja-ml/kedja/graph"

// TanhShrink returns x − tanh x of each element of x, which has a float dtype: ∂y/∂x = tanh² x.
func TanhShrink(x *graph.Node) *graph.Node { return Sub(x, Tanh(x)) }

func tanhShrinkInfo() Info {
	return Info{Name: "TanhShrink", Order: 4, Cases: unaryCases(TanhShrink, Real), Bad: unaryBad(TanhShrink)}
}
