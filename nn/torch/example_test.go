package torch_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/torch"
	"github.com/kedja-ml/kedja/ops"
)

// In PyTorch the model is nn.DataParallel(nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))).
func ExampleLoad() {
	r := rand.New(rand.NewPCG(1, 2))
	model := nn.Sequential{nn.NewDense(r, 3, 4), nn.Func(ops.Tanh), nn.NewDense(r, 4, 2)}
	err := torch.Load("testdata/parallel.safetensors", model, torch.Names(map[string]string{"": "module"}))
	if err != nil {
		fmt.Println(err)
		return
	}
	g := graph.New(graph.Evaluation)
	y, err := exec.Eval(model.Forward(g.Constant(graph.BufferOf([]float32{1, 2, 3}, 1, 3))))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.4f\n", y[0].Data())
	// Output: [0.4024 0.1834]
}

// A model of ours need not be built as its twin in PyTorch is.
func ExampleNames() {
	type model struct {
		Words  *nn.Embedding
		Places *nn.Positions
		Blocks []*nn.TransformerBlock
		Norm   *nn.LayerNorm
		Head   *nn.Dense
	}
	r := rand.New(rand.NewPCG(1, 2))
	m := &model{
		nn.NewEmbedding(r, 7, 4), nn.NewPositions(r, 5, 4),
		[]*nn.TransformerBlock{nn.NewTransformerBlock(r, 4, 2, 8, nn.Causal()), nn.NewTransformerBlock(r, 4, 2, 8, nn.Causal())},
		nn.NewLayerNorm(4), nn.NewDense(r, 4, 7, nn.NoBias()),
	}
	err := torch.Load("testdata/gpt.safetensors", m, torch.Names(map[string]string{
		"Words":  "transformer.wte",
		"Places": "transformer.wpe",
		"Norm":   "transformer.ln_f",
		"Head":   "lm_head",

		"Blocks.*.Norm1":         "transformer.h.*.ln_1",
		"Blocks.*.Attention.QKV": "transformer.h.*.attn.qkv", // one linear layer for queries, keys and values
		"Blocks.*.Attention.Out": "transformer.h.*.attn.proj",
		"Blocks.*.Norm2":         "transformer.h.*.ln_2",
		"Blocks.*.MLP.In":        "transformer.h.*.mlp.c_fc",
		"Blocks.*.MLP.Out":       "transformer.h.*.mlp.c_proj",
	}))
	fmt.Println(err)
	// Output: <nil>
}

func ExampleTensors() {
	r := rand.New(rand.NewPCG(1, 2))
	ts, err := torch.Tensors(&struct{ Attention *nn.MultiHeadAttention }{nn.NewMultiHeadAttention(r, 64, 8)})
	if err != nil {
		fmt.Println(err)
	}
	for _, t := range ts {
		fmt.Println(t.Name, t.Shape, "is", t.Path)
	}
	// Output:
	// attention.in_proj_weight [192 64] is Attention.QKV.W
	// attention.in_proj_bias [192] is Attention.QKV.B
	// attention.out_proj.weight [64 64] is Attention.Out.W
	// attention.out_proj.bias [64] is Attention.Out.B
}

// A head for other classes than those of the file stays as it was drawn.
func ExamplePartial() {
	r := rand.New(rand.NewPCG(1, 2))
	model := nn.Sequential{nn.NewDense(r, 3, 4), nn.Func(ops.Tanh), nn.NewDense(r, 4, 10, nn.NoBias())}
	path, in := "testdata/parallel.safetensors", torch.Names(map[string]string{"": "module"})
	fmt.Println(torch.Load(path, model, in))
	var left torch.Left
	fmt.Println(torch.Load(path, model, in, torch.Partial(&left)))
	fmt.Printf("%+v\n", left)
	// Output:
	// torch: testdata/parallel.safetensors: module.2.bias is unexpected; module.2.weight is F32[2 4], want F32[10 4] (2.W)
	// <nil>
	// {Missing:[] Unexpected:[module.2.bias] Misfit:[module.2.weight]}
}

func ExampleSave() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "net.safetensors")
	r := rand.New(rand.NewPCG(1, 2))
	from, to := nn.NewDense(r, 3, 4), nn.NewDense(r, 3, 4)
	fmt.Println(torch.Save(path, from), torch.Load(path, to))
	fmt.Println(string(from.W.Value().Bytes()) == string(to.W.Value().Bytes()))
	// Output:
	// <nil> <nil>
	// true
}
