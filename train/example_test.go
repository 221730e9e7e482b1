package train_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/train"
)

// A ramp is an image of two pixels, of class 1 where the second is brighter.
type ramps struct{}

func (ramps) Len() int { return 200 }

func (ramps) Example(i int, _ uint64, x []float32) int32 {
	r := rand.New(rand.NewPCG(uint64(i), 0))
	x[0], x[1] = r.Float32(), r.Float32()
	if x[1] > x[0] {
		return 1
	}
	return 0
}

func ExampleFit() {
	model := nn.Sequential{nn.NewDense(rand.New(rand.NewPCG(1, 0)), 2, 2)}
	fit, check := train.Split(ramps{}.Len(), 40, 1)
	var last train.Epoch
	err := train.Fit(context.Background(), train.Config{
		Model: model, Shape: []int{2}, Optimizer: optim.NewAdam(nn.Params(model), optim.Constant(0.1)),
		Train: ramps{}, Index: fit, Validate: check, Epochs: 20, Batch: 16, Seed: 1,
		Observe: func(e train.Epoch) error { last = e; return nil },
	})
	fmt.Println(last.Step, "steps", last.ValidationAccuracy > 0.95, err)
	// Output: 200 steps true <nil>
}

func ExampleEvaluator() {
	zeros := graph.NewParam("W", graph.NewBuffer(graph.T(graph.Float32, 2, 2)))
	model := nn.Sequential{&nn.Dense{W: zeros}} // both logits are equal: it always says 0
	e, err := train.NewEvaluator(model, []int{2}, 64, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	all, _ := train.Split(200, 0, 1)
	r, err := e.Run(ramps{}, all)
	fmt.Printf("loss %.4f accuracy %.3f confusion %v %v\n", r.Loss, r.Accuracy, r.Confusion, err)
	// Output: loss 0.6931 accuracy 0.550 confusion [[110 0] [90 0]] <nil>
}

func ExampleSplit() {
	fit, check := train.Split(8, 3, 1)
	fmt.Println(fit, check)
	// Output: [1 5 6 3 0] [4 7 2]
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
	err = log.Write(train.Epoch{Epoch: 1, Step: 10, Loss: 0.25, Accuracy: 0.9, Seconds: 1.5})
	data, err2 := os.ReadFile(path)
	fmt.Print(string(data))
	fmt.Println(err, err2, log.Close())
	// Output:
	// {"epoch":1,"step":10,"loss":0.25,"accuracy":0.9,"seconds":1.5}
	// <nil> <nil> <nil>
}
