package checkpoint_test

import (
	"fmt"
	"os"

	"github.com/kedja-ml/kedja/checkpoint"
	"github.com/kedja-ml/kedja/graph"
)

func Example() {
	dir, err := os.MkdirTemp("", "run")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	store, err := checkpoint.Open(dir, checkpoint.Options{Last: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer store.Close()
	w := graph.NewParam("w", graph.BufferOf([]float32{1, 2}))
	weights := func(yield func(string, graph.Var) bool) { yield("w", w) }
	none := func(func(string, graph.Var) bool) {}

	snap := checkpoint.Take(100, weights, none)
	_ = snap.Put("note", "so far so good")
	if err := store.Save(snap); err != nil {
		fmt.Println(err)
		return
	}
	w.Set(graph.BufferOf([]float32{0, 0}))
	c, _, err := store.Latest()
	if err != nil {
		fmt.Println(err)
		return
	}
	var note string
	err = c.Get("note", &note)
	fmt.Println(c.Step, note, err)
	err = c.Restore(weights, none)
	fmt.Println(graph.Data[float32](w.Value()), err)
	// Output:
	// 100 so far so good <nil>
	// [1 2] <nil>
}
