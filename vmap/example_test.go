package vmap_test

import (
	"fmt"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/vmap"
)

func show(ns ...*graph.Node) {
	out, err := exec.Eval(ns...)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, o := range out {
		fmt.Println(o.Data())
	}
}

// distance is a function of two vectors.
func distance(in []*graph.Node) []*graph.Node {
	return []*graph.Node{ops.Sqrt(ops.Sum(ops.Square(ops.Sub(in[0], in[1]))))}
}

func ExampleMap() {
	g := graph.New(graph.Training)
	x := g.Constant(graph.BufferOf([]float64{0, 0, 1, 1}, 2, 2))
	y := g.Constant(graph.BufferOf([]float64{3, 4, 1, 3}, 2, 2))
	show(vmap.Map(distance, x, y)...) // row by row
	// Output: [5 2]
}

func ExampleFlagged() {
	g := graph.New(graph.Training)
	x := g.Constant(graph.BufferOf([]float64{3, 4, 0, 2}, 2, 2))
	origin := g.Constant(graph.BufferOf([]float64{0, 0}, 2))
	show(vmap.Flagged(distance, []*graph.Node{x, origin}, []bool{true, false})...) // one origin for all rows
	// Output: [5 2]
}

func ExampleNodes() {
	g := graph.New(graph.Training)
	x := g.Input("x", graph.Float64, 2)
	y := ops.Sum(ops.Square(x))
	rows := g.Constant(graph.BufferOf([]float64{1, 2, 3, 4}, 2, 2))
	show(vmap.Nodes([]*graph.Node{y}, map[*graph.Node]*graph.Node{x: rows})...) // what was built for one x, for two
	// Output: [5 25]
}
