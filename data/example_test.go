package data_test

import (
	"fmt"

	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/graph"
)

func ExampleLoader() {
	x := graph.BufferOf([]float32{0, 1, 2, 3, 4, 5}, 6, 1)
	y := graph.BufferOf([]int32{0, 1, 0, 1, 0, 1})
	set, err := data.Arrays(x, y)
	if err != nil {
		fmt.Println(err)
		return
	}
	batches, err := data.NewLoader(set, data.Config{Batch: 2, Order: data.Shuffled{Seed: 1}, Prefetch: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer batches.Close()
	for b, err := range batches.Epoch() {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(graph.Data[float32](b.Fields[0]), graph.Data[int32](b.Fields[1]))
	}
	fmt.Println(batches.Position())
	// Output:
	// [1 5] [1 1]
	// [4 2] [0 0]
	// [0 3] [0 1]
	// {1 0}
}

// A key's part does not change when the set grows.
func ExampleByHash() {
	parts, err := data.ByHash([]string{"ada", "ben", "cleo", "dan", "eve"}, 1, 0.6, 0.2, 0.2)
	fmt.Println(parts, err)
	// Output:
	// [[1 2 3 4] [0] []] <nil>
}
