package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// Sliding says how windows slide over the last axes of an array: Window, Stride, Dilation and Pad have an entry for each of these axes. Stride
// and Dilation are 1 if nil, and Pad, the zeros before and after, is 0.
type Sliding struct{ Window, Stride, Dilation, Pad []int }

// Unfold copies windows that slide over the last axes of x into columns, PyTorch's unfold: the channels of a column are the elements of one
// window, of all channels of x. The derivative is Fold.
//
//	x […, c, n₁, …, nₖ]    y […, c·Π windows, Π positions]        positions = (n + 2·pad − dilation·(window − 1) − 1)/stride + 1, rounded down
func Unfold(x *graph.Node, how Sliding) *graph.Node {
	if !x.Valid() {
		return x
	}
	k := len(how.Window)
	lists, err := how.places(x.Shape())
	if err != nil {
		return x.Graph().Failf("unfold: %s %v: %w", x.Called(), x.Shape(), err)
	}
	s := x.Shape()
	lead := s.Cut(0, s.Rank()-k)
	y := Reshape(x, append([]int{lead.Size()}, s.Cut(s.Rank()-k, s.Rank()).Dims()...)...)
	for i, l := range lists { // [lead, w₁, p₁, w₂, p₂, …]
		y = GatherAxis(Pad(y, 1+2*i, l.pad, l.pad), l.node(x.Graph()), 1+2*i)
	}
	perm, to, columns := []int{0}, lead.Dim(-1), 1
	for i, l := range lists {
		perm, to, columns = append(perm, 1+2*i), to*l.window, columns*l.positions
	}
	for i := range lists {
		perm = append(perm, 2+2*i)
	}
	return ReshapeTo(Transpose(y, perm...), lead.WithDim(-1, to).Append(graph.Of(columns)))
}

// A sliding names, for each element of the window along an axis, those it meets.
type sliding struct {
	window, positions, pad int
	list                   []int64 // [window, positions]
}

func (l sliding) node(g *graph.Graph) *graph.Node {
	return g.Constant(graph.BufferOf(l.list, l.window, l.positions))
}

// places works out an axis after the other.
func (how Sliding) places(s graph.Shape) (lists []sliding, err error) {
	k := len(how.Window)
	of := func(list []int, i, none int) int {
		if list == nil {
			return none
		}
		return list[i]
	}
	for _, list := range [][]int{how.Stride, how.Dilation, how.Pad} {
		if list != nil && len(list) != k {
			return nil, fmt.Errorf("want %d entries, as the window has, not %v", k, list)
		}
	}
	if k < 1 || k > 3 || s.Rank() <= k {
		return nil, fmt.Errorf("want a window of 1 to 3 axes, and channels before them, not %v", how.Window)
	}
	for i := range k {
		l, stride, dilation := sliding{window: how.Window[i], pad: of(how.Pad, i, 0)}, of(how.Stride, i, 1), of(how.Dilation, i, 1)
		room := s.Dim(i-k) + 2*l.pad - dilation*(l.window-1) - 1
		if l.window < 1 || stride < 1 || dilation < 1 || l.pad < 0 || room < 0 {
			return nil, fmt.Errorf("no window of %d, %d apart, with a stride of %d on the %d elements of axis %d padded by %d", l.window, dilation, stride, s.Dim(i-k), s.Rank()+i-k, l.pad)
		}
		l.positions = room/stride + 1
		for w := range l.window {
			for p := range l.positions {
				l.list = append(l.list, int64(w*dilation+p*stride))
			}
		}
		lists = append(lists, l)
	}
	return lists, nil
}

// slidings are checked on arrays of these sizes.
var slidings = []struct {
	sizes []int
	how   Sliding
}{
	{[]int{5}, Sliding{Window: []int{2}}},
	{[]int{5}, Sliding{Window: []int{3}, Stride: []int{2}, Pad: []int{1}}},
	{[]int{6}, Sliding{Window: []int{2}, Dilation: []int{3}}},
	{[]int{3, 4}, Sliding{Window: []int{2, 2}}},
	{[]int{3, 4}, Sliding{Window: []int{3, 2}, Stride: []int{2, 2}, Pad: []int{1, 0}}},
	{[]int{4, 3}, Sliding{Window: []int{2, 1}, Dilation: []int{2, 1}, Pad: []int{0, 1}}},
	{[]int{2, 3, 2}, Sliding{Window: []int{2, 2, 1}}},
	{[]int{1, 1}, Sliding{Window: []int{1, 1}}},
}

func unfoldInfo() Info {
	bad := func(want string, how Sliding) Bad {
		return Bad{want, func(g *graph.Graph) { Unfold(g.Input("x", graph.Float32, 1, 2, 3), how) }}
	}
	info := Info{Name: "Unfold", Order: 4, Bad: []Bad{
		bad("want a window of 1 to 3 axes", Sliding{}),
		bad("want a window of 1 to 3 axes", Sliding{Window: []int{1, 1, 1}}),
		bad("want 2 entries, as the window has, not [1]", Sliding{Window: []int{1, 1}, Stride: []int{1}}),
		bad("no window of 4, 1 apart, with a stride of 1 on the 3 elements of axis 2 padded by 0", Sliding{Window: []int{1, 4}}),
		bad("with a stride of 0", Sliding{Window: []int{1, 1}, Stride: []int{1, 0}}),
	}}
	for _, w := range slidings {
		for _, lead := range [][]int{{1}, {2}, {2, 3}, {0, 1}} {
			s := append(append([]int(nil), lead...), w.sizes...)
			info.Cases = append(info.Cases, Case{fmt.Sprint(s, " ", w.how), []Operand{{Shape: graph.Of(s...), Draw: Real}}, func(in []*graph.Node) []*graph.Node {
				return []*graph.Node{Square(Unfold(in[0], w.how))}
			}})
		}
	}
	return info
}
