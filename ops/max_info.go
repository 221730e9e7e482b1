package ops

import "github.com/kedja-ml/kedja/graph"

func maxInfo() Info {
	return Info{Name: "Max", Order: 4, Cases: reductionCases(Max, Apart, false), Bad: append(reductionBad(Max), Bad{
		"there is no max of no elements", func(g *graph.Graph) { Max(g.Input("x", graph.Float32, 2, 0), 1) },
	})}
}

func minInfo() Info {
	return Info{Name: "Min", Order: 4, Cases: reductionCases(Min, Apart, false), Bad: append(reductionBad(Min), Bad{
		"there is no min of no elements", func(g *graph.Graph) { Min(g.Input("x", graph.Float32, 0)) },
	})}
}

func maxKeepInfo() Info {
	return Info{Name: "MaxKeep", Order: 4, Cases: reductionCases(MaxKeep, Apart, false), Bad: reductionBad(MaxKeep)}
}

func minKeepInfo() Info {
	return Info{Name: "MinKeep", Order: 4, Cases: reductionCases(MinKeep, Apart, false), Bad: reductionBad(MinKeep)}
}

func argMaxInfo() Info { return argInfo("ArgMax", ArgMax) }
func argMinInfo() Info { return argInfo("ArgMin", ArgMin) }

func argInfo(name string, f func(x *graph.Node, axis int) *graph.Node) Info {
	return Info{Name: name, Cases: axisCases(one(f), Apart, false), Bad: append(axisBad(one(f), graph.Bool, "want numbers, not bool"), Bad{
		"of no elements", func(g *graph.Graph) { f(g.Input("x", graph.Float32, 2, 0), -1) },
	}, Bad{
		"want an axis of at most 2147483647 elements", func(g *graph.Graph) { f(g.Input("x", graph.Uint8, 1<<31), 0) },
	})}
}

func maxWithIndexInfo() Info { return withIndexInfo("MaxWithIndex", MaxWithIndex) }
func minWithIndexInfo() Info { return withIndexInfo("MinWithIndex", MinWithIndex) }

func withIndexInfo(name string, f func(x *graph.Node, axis int) (values, index *graph.Node)) Info {
	squared := func(x *graph.Node, axis int) []*graph.Node {
		v, i := f(x, axis)
		if !v.Valid() {
			return []*graph.Node{v, i}
		}
		return []*graph.Node{Square(v), i}
	}
	return Info{Name: name, Order: 4, Cases: axisCases(squared, Apart, false), Bad: axisBad(squared, graph.Bool, "want numbers, not bool")}
}
