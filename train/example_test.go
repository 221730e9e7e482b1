package train_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/train"
)

// ramps are images of two pixels, of class 1 where the second is brighter.
func ramps() data.Dataset {
	types := []graph.Type{graph.T(graph.Float32, 2), graph.T(graph.Int32)}
	return data.Func(200, types, func(i int, _ uint64, row []graph.Buffer) error {
		r, x, label := rand.New(rand.NewPCG(uint64(i), 0)), graph.Data[float32](row[0]), graph.Data[int32](row[1])
		x[0], x[1], label[0] = r.Float32(), r.Float32(), 0
		if x[1] > x[0] {
			label[0] = 1
		}
		return nil
	})
}

func ExampleMeasure() {
	zeros := graph.NewParam("W", graph.NewBuffer(graph.T(graph.Float32, 2, 2)))
	model := nn.Sequential{&nn.Dense{W: zeros}} // both logits are equal: it always says 0
	m, err := train.Measure(ramps(), 64, 1, train.Classify(model))
	fmt.Printf("loss %.4f accuracy %.3f %v\n", m["loss"], m["accuracy"], err)
	// Output: loss 0.6931 accuracy 0.550 <nil>
}

func ExampleEvaluate() {
	var ones, n int
	err := train.Evaluate(ramps(), 64, 1,
		func(in []*graph.Node) []*graph.Node { return []*graph.Node{ops.Max(in[0], 1)} },
		func(b data.Batch, out []graph.Buffer) error {
			for _, brightest := range graph.Data[float32](out[0]) {
				n++
				if brightest > 0.5 {
					ones++
				}
			}
			return nil
		})
	fmt.Println(ones, "of", n, err)
	// Output: 154 of 200 <nil>
}

func ExampleSave() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "weights.safetensors")
	a := nn.Sequential{nn.NewDense(rand.New(rand.NewPCG(1, 0)), 2, 3)}
	b := nn.Sequential{nn.NewDense(rand.New(rand.NewPCG(2, 0)), 2, 3)}
	fmt.Println(train.Save(path, a), train.Load(path, b))
	data, err := os.ReadFile(path)
	fmt.Println(err, train.Decode(data, nn.Sequential{nn.NewDense(rand.New(rand.NewPCG(3, 0)), 3, 3)}))
	// Output:
	// <nil> <nil>
	// <nil> 0.W is F32[2 3], want F32[3 3]
}

func ExampleLog() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "metrics.jsonl")
	log, err := train.NewLog(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	err = log.Write(map[string]any{"step": 10, "loss": 0.25})
	data, err2 := os.ReadFile(path)
	fmt.Print(string(data))
	fmt.Println(err, err2, log.Close())
	// Output:
	// {"loss":0.25,"step":10}
	// <nil> <nil> <nil>
}
