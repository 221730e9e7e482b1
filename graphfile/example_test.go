package graphfile_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/graphfile"
	"github.com/kedja-ml/kedja/ops"
)

// saved makes a model, y = softmax(x·W), and saves it.
func saved(dir string) error {
	w := graph.NewParam("W", graph.BufferOf([]float32{1, 0, -1, 0, 2, 1}, 2, 3))
	g := graph.New(graph.Evaluation)
	x := g.Input("x", graph.Float32, 1, 2)
	y := ops.Softmax(ops.MatMul(x, g.Use(w)), -1)
	return graphfile.Save(dir, g, []*graph.Node{x}, []*graph.Node{y}, graphfile.Names("probabilities"))
}

func ExampleSave() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := saved(dir); err != nil {
		log.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, graphfile.GraphFile))
	if err != nil {
		log.Fatal(err)
	}
	text, err := graphfile.Print(data) // what kedja graph prints
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(text)
	// Output:
	// graph, version 1, for evaluation, 4 nodes
	// input x float32[1 2]
	// output probabilities float32[1 3]
	// variable W float32[2 3]
	//
	// %0 = input "x" float32[1 2]
	// %1 = read "W" float32[2 3]
	// %2 = matmul{TA:false TB:false} %0 %1 float32[1 3]
	// %3 = softmax %2 float32[1 3]
}

// Another program, which has not the model's source, runs it.
func ExampleLoad() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := saved(dir); err != nil {
		log.Fatal(err)
	}

	p, err := graphfile.Load(dir)
	if err != nil {
		log.Fatal(err)
	}
	plan, err := exec.Compile(p.Graph, exec.In(p.In...), exec.Out(p.Out...))
	if err != nil {
		log.Fatal(err)
	}
	out, err := plan.Run([]float32{1, 1})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s of %v: %.3f\n", p.Names[0], p.In[0].Type(), out[0].Data())
	// Output:
	// probabilities of float32[1 2]: [0.245 0.665 0.090]
}
