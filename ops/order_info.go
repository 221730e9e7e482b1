package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

func sortInfo() Info {
	return sortsInfo("Sort", 4, func(x *graph.Node, axis int, descending bool) []*graph.Node {
		return []*graph.Node{Sort(x, axis, descending)}
	})
}

func argSortInfo() Info {
	return sortsInfo("ArgSort", 0, func(x *graph.Node, axis int, descending bool) []*graph.Node {
		return []*graph.Node{ArgSort(x, axis, descending)}
	})
}

func sortWithIndexInfo() Info {
	return sortsInfo("SortWithIndex", 4, func(x *graph.Node, axis int, descending bool) []*graph.Node {
		v, i := SortWithIndex(x, axis, descending)
		return []*graph.Node{v, i}
	})
}

func sortsInfo(name string, order int, f func(x *graph.Node, axis int, descending bool) []*graph.Node) Info {
	up := func(x *graph.Node, axis int) []*graph.Node { return f(x, axis, false) }
	info := Info{Name: name, Order: order, Bad: axisBad(up, graph.Bool, "want numbers, not bool")}
	for _, descending := range []bool{false, true} {
		cs := axisCases(func(x *graph.Node, axis int) []*graph.Node {
			ys := f(x, axis, descending)
			if isFloat(ys[0]) { // so that second derivatives are not 0
				ys[0] = Mul(ys[0], Square(Sin(ys[0])))
			}
			return ys
		}, Apart, true)
		for _, c := range cs {
			c.Name += fmt.Sprint(" descending ", descending)
			info.Cases = append(info.Cases, c)
		}
	}
	return info
}

func topKInfo() Info    { return topsInfo("TopK", TopK) }
func bottomKInfo() Info { return topsInfo("BottomK", BottomK) }

func topsInfo(name string, f func(x *graph.Node, k, axis int) (values, index *graph.Node)) Info {
	one := func(x *graph.Node, axis int) []*graph.Node {
		v, i := f(x, 1, axis)
		return []*graph.Node{v, i}
	}
	info := Info{Name: name, Order: 4, Bad: append(axisBad(one, graph.Bool, "want numbers, not bool"),
		Bad{"there are no 4 among 3 elements", func(g *graph.Graph) { f(g.Input("x", graph.Float32, 2, 3), 4, 1) }},
		Bad{"there are no -1 among 2 elements", func(g *graph.Graph) { f(g.Input("x", graph.Float32, 2, 3), -1, 0) }},
		Bad{"want an axis of at most 2147483647 elements", func(g *graph.Graph) { f(g.Input("x", graph.Uint8, 1<<31), 1, 0) }},
	)}
	for _, part := range []int{1, 2} {
		cs := axisCases(func(x *graph.Node, axis int) []*graph.Node {
			v, i := f(x, (x.Shape().Dim(axis)+part-1)/part, axis)
			if v.Valid() {
				v = Mul(v, Square(Sin(v)))
			}
			return []*graph.Node{v, i}
		}, Apart, true)
		for _, c := range cs {
			c.Name += fmt.Sprint(" part ", part)
			info.Cases = append(info.Cases, c)
		}
	}
	return info
}
