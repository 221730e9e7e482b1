package ops

import (
	"fmt"
	"slices"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/strided"
)

// What DynamicSlice and DynamicUpdateSlice share.

// moving lists the axes of x along which a block of the given sizes has a start, and the starts.
func moving(x *graph.Node, starts []*graph.Node, sizes []int) (axes []int, at []*graph.Node) {
	for a, start := range starts {
		if start == nil && sizes[a] == x.Shape().Dim(a) {
			continue
		}
		if start == nil {
			start = x.Graph().Fill(0, graph.T(graph.Int32))
		}
		axes, at = append(axes, a), append(at, start)
	}
	return axes, at
}

// wantAxes wants an axis of x behind the leading ones for each start, in order.
func wantAxes(x graph.Shape, lead int, axes graph.Shape, starts int) error {
	last := lead - 1
	for _, a := range axes.Dims() {
		if a <= last || a >= x.Rank() {
			return fmt.Errorf("want axes of %v from %d on, in order, not %v", x, lead, axes)
		}
		last = a
	}
	if lead < 0 || lead > x.Rank() || axes.Rank() != starts {
		return fmt.Errorf("want a start for each of the axes %v of %v, from %d on, not %d", axes, x, lead, starts)
	}
	return axes.Err()
}

func wantStarts(starts []graph.Type, lead graph.Shape) error {
	for _, t := range starts {
		if err := wantIndex(t); err != nil {
			return err
		}
		if t.Shape != lead {
			return fmt.Errorf("want one number to start at, of shape %v, not %v", lead, t.Shape)
		}
	}
	return nil
}

// cutOut writes elements lo to hi−1 of blocks of x to y.
func cutOut(y, x graph.Buffer, lead int, axes graph.Shape, starts []graph.Buffer, lo, hi int) error {
	for lo < hi {
		w, from, n := block(lead, axes, x.Type.Shape, y.Type.Shape, starts, lo)
		k := min(hi-lo, n-from)
		strided.Load(y.Part(lo, lo+k).Pointer(), x.Pointer(), x.Type.Dtype.Size(), w, from, from+k)
		lo += k
	}
	return nil
}

// block is the place in x of the block that element i of all blocks is in: the walk over it, i's number in it, and how many there are.
func block(lead int, axes, x, y graph.Shape, starts []graph.Buffer, i int) (w strided.Walk, from, n int) {
	n = y.Cut(lead, y.Rank()).Size()
	batch, strides := i/n, x.Strides()
	w.Rank, w.Offset = y.Rank()-lead, batch*x.Cut(lead, x.Rank()).Size()
	for k := range w.Rank {
		w.Dims[k], w.Strides[k] = y.Dim(lead+k), strides[lead+k]
	}
	for k, start := range starts {
		a := axes.Dim(k)
		w.Offset += int(max(0, min(at(start, batch), int64(x.Dim(a)-y.Dim(a))))) * strides[a]
	}
	return w.Merge(), i % n, n
}

// at is element i of an array of indices.
func at(b graph.Buffer, i int) int64 {
	if b.Type.Dtype == graph.Int32 {
		return int64(graph.Data[int32](b)[i])
	}
	return graph.Data[int64](b)[i]
}

// batched gives the axes, and the operands, one more leading axis: a batch of starts only where there are several.
func batched(lead int, axes graph.Shape, arrays int, in []*graph.Node, mapped []bool) (int, graph.Shape, []*graph.Node) {
	d := axes.Dims()
	for i := range d {
		d[i]++
	}
	if lead == 0 && !slices.Contains(mapped[arrays:], true) {
		return 0, graph.Of(d...), append(Align(in[:arrays], mapped[:arrays]), in[arrays:]...)
	}
	return lead + 1, graph.Of(d...), Align(in, mapped)
}
