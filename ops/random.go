package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/philox"
)

// Random ops take the key of a draw: seed and step, int64, on the last axis. Further, leading axes are those of a batch: each
// row of the result is drawn by its own key, with the bits that it would have alone. Streams, numbered by the graph, keep the draws of
// one step apart.

// keyed wants a key, for rows of at most as many elements as a source has; it returns the axes of the batch.
func keyed(key graph.Type, row graph.Shape, perBlock int) (lead graph.Shape, err error) {
	r := key.Shape.Rank()
	switch {
	case key.Dtype != graph.Int64 || r == 0 || key.Shape.Dim(-1) != 2:
		return lead, fmt.Errorf("want a key, int64 with seed and step on the last axis, not %v", key)
	case row.Err() != nil:
		return lead, row.Err()
	case uint64(row.Size()) > philox.Blocks*uint64(perBlock):
		return lead, fmt.Errorf("%d elements are more than the %d of a stream", row.Size(), philox.Blocks*uint64(perBlock))
	}
	return key.Shape.Cut(0, r-1), nil
}

// inferDraw gives the type of rows of a type, one for each key.
func inferDraw(of, key graph.Type) ([]graph.Type, error) {
	if !of.Dtype.Float() {
		return nil, fmt.Errorf("want float32 or float64, not %v", of.Dtype)
	}
	lead, err := keyed(key, of.Shape, perBlock(of.Dtype))
	return []graph.Type{{Dtype: of.Dtype, Shape: lead.Append(of.Shape)}}, err
}

// perBlock is how many elements of a float dtype a block yields.
func perBlock(d graph.Dtype) int {
	if d == graph.Float64 {
		return philox.Float64s
	}
	return philox.Float32s
}

// A lot is what a task draws: elements lo to hi−1 of the result, from a source's block at on.
type lot struct {
	lo, hi int
	from   philox.Source
	at     uint32
}

// lots cuts the units of work of a call, blocks of rows of n elements, where a new row, and so a new key, begins.
func lots(c *graph.Call, keys graph.Buffer, n, perBlock, stream int, draw func(c *graph.Call, l lot)) {
	seeds := graph.Data[int64](keys)
	blocks := (n + perBlock - 1) / perBlock
	for at, end := c.Span(len(seeds) / 2 * blocks); at < end; {
		row, b := at/blocks, at%blocks
		m := min(blocks-b, end-at)
		s := philox.Source{Seed: uint64(seeds[2*row]), Step: uint64(seeds[2*row+1]), Stream: uint32(stream)}
		draw(c, lot{row*n + b*perBlock, row*n + min(n, (b+m)*perBlock), s, uint32(b)})
		at += m
	}
}

// drawing is the work of a draw of t, at the given number of simple operations a block.
func drawing(t graph.Type, perBlock, cost int) graph.Work {
	return graph.Work{Phases: [3]int{share(t.Shape.Size()/perBlock, cost)}}
}

// drawBad is what no draw takes.
func drawBad(op func(of graph.Type) graph.Op, draw func(g *graph.Graph, of graph.Type) *graph.Node) []Bad {
	return []Bad{
		{"want float32 or float64, not int32", func(g *graph.Graph) { draw(g, graph.T(graph.Int32, 2)) }},
		{"shape [-2] has a negative size", func(g *graph.Graph) { draw(g, graph.T(graph.Float32, -2)) }},
		{"rank 9 exceeds 8", func(g *graph.Graph) { draw(g, graph.T(graph.Float32, 1, 1, 1, 1, 1, 1, 1, 1, 1)) }},
		{"elements are more than", func(g *graph.Graph) { draw(g, graph.T(graph.Float32, 1<<20, 1<<15)) }},
		{"want a key", func(g *graph.Graph) { graph.Apply(op(graph.T(graph.Float32, 2)), g.Input("key", graph.Int64, 3)) }},
		{"want a key", func(g *graph.Graph) { graph.Apply(op(graph.T(graph.Float32, 2)), g.Input("key", graph.Int64)) }},
		{"want a key", func(g *graph.Graph) { graph.Apply(op(graph.T(graph.Float32, 2)), g.Input("key", graph.Int32, 2)) }},
	}
}

// drawCases draws by keys that are operands, so that every run of a case draws the same; the float dtypes take turns.
func drawCases(op func(of graph.Type) graph.Op) (cs []Case) {
	leads := [...][]int{{}, {1}, {3}, {2, 2}, {0}}
	for i, s := range shapes {
		lead := graph.Of(leads[i%len(leads)]...)
		of := graph.T(graph.Dtype(i%2), s...)
		key := Operand{Shape: lead.Append(graph.Of(2)), Dtype: graph.Int64, Draw: Index(1 << 30)}
		cs = append(cs, Case{fmt.Sprint(of, " keys ", lead), []Operand{key}, func(in []*graph.Node) []*graph.Node {
			return []*graph.Node{graph.Apply(op(of), in[0])}
		}})
	}
	return cs
}
