package ops

import (
	"errors"
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// shift is embedded by the ops that shift bits.
type shift struct{ logical }

func (shift) Sure([]graph.Type) bool { return false }

func (shift) Infer(in []graph.Type) ([]graph.Type, error) {
	if err := alike(in); err != nil {
		return nil, err
	}
	if !in[0].Dtype.Integer() {
		return nil, fmt.Errorf("want integers, not %v", in[0].Dtype)
	}
	return in[:1], nil
}

var errShift = errors.New("an integer is shifted by a negative count")

// shifted runs one of three loops, by dtype, each of which says whether no count was negative.
func shifted(c *graph.Call, i32 func(dst, a, b []int32) bool, i64 func(dst, a, b []int64) bool, u8 func(dst, a, b []uint8) bool) error {
	var ok bool
	switch c.In[0].Type.Dtype {
	case graph.Int32:
		ok = i32(graph.Data[int32](c.Out[0]), graph.Data[int32](c.In[0]), graph.Data[int32](c.In[1]))
	case graph.Int64:
		ok = i64(graph.Data[int64](c.Out[0]), graph.Data[int64](c.In[0]), graph.Data[int64](c.In[1]))
	default:
		ok = u8(graph.Data[uint8](c.Out[0]), graph.Data[uint8](c.In[0]), graph.Data[uint8](c.In[1]))
	}
	if !ok {
		return errShift
	}
	return nil
}

func shiftBad(f func(a, b *graph.Node) *graph.Node) []Bad {
	return []Bad{
		{"shapes [2 3] and [4] do not broadcast", func(g *graph.Graph) {
			f(g.Input("x", graph.Int32, 2, 3), g.Input("y", graph.Int32, 4))
		}},
		{"dtypes int32 and uint8 differ", func(g *graph.Graph) { f(g.Input("x", graph.Int32, 2), g.Input("y", graph.Uint8, 2)) }},
		{"want integers, not bool", func(g *graph.Graph) { f(g.Input("x", graph.Bool, 2), g.Input("y", graph.Bool, 2)) }},
		{"want integers, not float32", func(g *graph.Graph) { f(g.Input("x", graph.Float32, 2), g.Input("y", graph.Float32, 2)) }},
	}
}

// shiftCases are all pairs of operands, in the integer dtypes by turns.
func shiftCases(f func(a, b *graph.Node) *graph.Node) []Case {
	cs := binaryCases(f, between(0, 256), between(0, 9))
	for i := range cs {
		cs[i] = inIntegers(cs[i], i)
	}
	return cs
}
