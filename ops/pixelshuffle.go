package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// PixelShuffle makes images r times as high and wide of r² as many channels (Shi et al., 2016, section 2.2): channel c·r² + i·r + j holds
// row i and column j of each square of r by r pixels. x may be of any dtype; PixelUnshuffle is its inverse, and its derivative.
//
//	x […, c·r², h, w]    y […, c, h·r, w·r]
func PixelShuffle(x *graph.Node, r int) *graph.Node {
	if err := shuffles(x, r, func(c, _, _ int) bool { return c%(r*r) == 0 }, "channels"); err != nil || !x.Valid() {
		return refusedAs("pixelshuffle", x, err)
	}
	s := x.Shape()
	n, c, h, w := s.Cut(0, s.Rank()-3), s.Dim(-3)/(r*r), s.Dim(-2), s.Dim(-1)
	y := Transpose(Reshape(x, n.Size(), c, r, r, h, w), 0, 1, 4, 2, 5, 3)
	return ReshapeTo(y, n.Append(graph.Of(c, h*r, w*r)))
}

// PixelUnshuffle makes images of r² times as many channels, an r-th as high and wide: the inverse of PixelShuffle, and its derivative.
//
//	x […, c, h·r, w·r]    y […, c·r², h, w]
func PixelUnshuffle(x *graph.Node, r int) *graph.Node {
	if err := shuffles(x, r, func(_, h, w int) bool { return h%r == 0 && w%r == 0 }, "rows and columns"); err != nil || !x.Valid() {
		return refusedAs("pixelunshuffle", x, err)
	}
	s := x.Shape()
	n, c, h, w := s.Cut(0, s.Rank()-3), s.Dim(-3), s.Dim(-2)/r, s.Dim(-1)/r
	y := Transpose(Reshape(x, n.Size(), c, h, r, w, r), 0, 1, 3, 5, 2, 4)
	return ReshapeTo(y, n.Append(graph.Of(c*r*r, h, w)))
}

func shuffles(x *graph.Node, r int, whole func(c, h, w int) bool, what string) error {
	if !x.Valid() {
		return nil
	}
	s := x.Shape()
	switch {
	case r < 1:
		return fmt.Errorf("want a factor of at least 1, not %d", r)
	case s.Rank() < 3:
		return fmt.Errorf("want images [..., channels, height, width]")
	case !whole(s.Dim(-3), s.Dim(-2), s.Dim(-1)):
		return fmt.Errorf("want %s in whole squares of %d by %d", what, r, r)
	}
	return nil
}

// refusedAs is x, or the failure of the named op on it.
func refusedAs(name string, x *graph.Node, err error) *graph.Node {
	if err == nil {
		return x
	}
	return x.Graph().Failf("%s: %s %v: %w", name, x.Called(), x.Shape(), err)
}

func pixelShuffleInfo() Info   { return shuffleInfo("PixelShuffle", PixelShuffle, 1, 0) }
func pixelUnshuffleInfo() Info { return shuffleInfo("PixelUnshuffle", PixelUnshuffle, 0, 1) }

// shuffleInfo has images with r^2p channels and sides of r^q.
func shuffleInfo(name string, f func(x *graph.Node, r int) *graph.Node, p, q int) Info {
	info := Info{Name: name, Order: 4, Bad: []Bad{
		{"want a factor of at least 1, not 0", func(g *graph.Graph) { f(g.Input("x", graph.Float32, 4, 2, 2), 0) }},
		{"want images [..., channels, height, width]", func(g *graph.Graph) { f(g.Input("x", graph.Float32, 4, 4), 2) }},
		{"in whole squares of 2 by 2", func(g *graph.Graph) { f(g.Input("x", graph.Float32, 3, 3, 3), 2) }},
	}}
	for _, lead := range [][]int{{}, {2}, {0}, {1, 2}} {
		for r := 1; r <= 3; r++ {
			for _, c := range [][3]int{{1, 1, 1}, {2, 1, 2}, {1, 3, 2}} {
				s := append(append([]int(nil), lead...), c[0]*(1+p*(r*r-1)), c[1]*(1+q*(r-1)), c[2]*(1+q*(r-1)))
				info.Cases = append(info.Cases, Case{fmt.Sprint(s, " by ", r), []Operand{{Shape: graph.Of(s...), Draw: Real}}, func(in []*graph.Node) []*graph.Node {
					return []*graph.Node{Square(f(in[0], r))}
				}})
			}
		}
	}
	return info
}
