package torch_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/torch"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/safetensors"
)

// A row builds the model of a case of tools/parity/state.py, and says how it is applied to its operands; forward is nil for
// models that are layers.
type row struct {
	build   func(r *rand.Rand, d nn.Option) any
	forward func(model any, in []*graph.Node) *graph.Node
	opts    []torch.Option
}

func layer(f func(r *rand.Rand, d nn.Option) nn.Layer) row {
	return row{build: func(r *rand.Rand, d nn.Option) any { return f(r, d) }}
}

// remember attends to a second operand.
func remember(model any, in []*graph.Node) *graph.Node {
	return model.(*nn.MultiHeadAttention).Attend(in[0], in[1], ops.Attending{})
}

type stack struct {
	Layers []*nn.TransformerBlock
	Norm   *nn.LayerNorm
}

func (s *stack) Forward(x *graph.Node) *graph.Node {
	for _, b := range s.Layers {
		x = b.Forward(x)
	}
	return s.Norm.Forward(x)
}

// tiny is a language model.
type tiny struct {
	Words  *nn.Embedding
	Places *nn.Positions
	Blocks []*nn.TransformerBlock
	Norm   *nn.LayerNorm
	Head   *nn.Dense
}

func (m *tiny) Forward(tokens *graph.Node) *graph.Node {
	x := m.Places.Forward(m.Words.Forward(tokens))
	for _, b := range m.Blocks {
		x = b.Forward(x)
	}
	return m.Head.Forward(m.Norm.Forward(x))
}

// net has a layer that is used twice, and a parameter and a state of its own.
type net struct {
	Features      nn.Sequential
	Mix, MixAgain *nn.Dense
	ClassToken    *graph.Param
	Scale         *graph.State
}

func (n *net) Forward(x *graph.Node) *graph.Node {
	x = ops.Add(n.Features.Forward(x), x.Graph().Use(n.ClassToken))
	return ops.Mul(n.MixAgain.Forward(ops.ReLU(n.Mix.Forward(x))), x.Graph().Use(n.Scale))
}

// zeros is an array of the dtype that d sets.
func zeros(d nn.Option, dims ...int) graph.Buffer {
	t := nn.NewLayerNorm(1, d).Scale.Type().Dtype
	return graph.NewBuffer(graph.T(t, dims...))
}

var cases = map[string]row{
	"linear":        layer(func(r *rand.Rand, d nn.Option) nn.Layer { return nn.NewDense(r, 3, 5, d) }),
	"linear_nobias": layer(func(r *rand.Rand, d nn.Option) nn.Layer { return nn.NewDense(r, 3, 5, d, nn.NoBias()) }),
	"conv1d":        layer(func(r *rand.Rand, d nn.Option) nn.Layer { return nn.NewConv1D(r, 4, 6, 3, d, nn.Groups(2)) }),
	"conv2d": layer(func(r *rand.Rand, d nn.Option) nn.Layer {
		return nn.NewConv2D(r, 3, 5, 0, d, nn.Window(3, 2), nn.Stride(2), nn.Padding(1))
	}),
	"conv3d":          layer(func(r *rand.Rand, d nn.Option) nn.Layer { return nn.NewConv3D(r, 2, 3, 2, d, nn.NoBias()) }),
	"convtranspose1d": layer(func(r *rand.Rand, d nn.Option) nn.Layer { return nn.NewConvTranspose1D(r, 3, 2, 3, d, nn.Stride(2)) }),
	"convtranspose2d": layer(func(r *rand.Rand, d nn.Option) nn.Layer {
		return nn.NewConvTranspose2D(r, 4, 6, 0, d, nn.Window(3, 2), nn.Groups(2), nn.Stride(2))
	}),
	"gru_nobias":      layer(func(r *rand.Rand, d nn.Option) nn.Layer { return nn.NewGRU(r, 3, 4, d, nn.Layers(2), nn.NoBias()) }),
	"batchnorm_plain": layer(func(_ *rand.Rand, d nn.Option) nn.Layer { return nn.NewBatchNorm(4, d, nn.Affine(false)) }),
	"batchnorm_batch": layer(func(_ *rand.Rand, d nn.Option) nn.Layer { return nn.NewBatchNorm(4, d, nn.Tracking(false)) }),
	"batchnorm1d":     layer(func(_ *rand.Rand, d nn.Option) nn.Layer { return nn.NewBatchNorm(4, d) }),
	"batchnorm2d":     layer(func(_ *rand.Rand, d nn.Option) nn.Layer { return nn.NewBatchNorm(3, d) }),
	"groupnorm":       layer(func(_ *rand.Rand, d nn.Option) nn.Layer { return nn.NewGroupNorm(2, 4, d) }),
	"instancenorm":    layer(func(_ *rand.Rand, d nn.Option) nn.Layer { return nn.NewInstanceNorm(4, d, nn.Affine(true)) }),
	"instancenorm_running": layer(func(_ *rand.Rand, d nn.Option) nn.Layer {
		return nn.NewInstanceNorm(3, d, nn.Tracking(true))
	}),
	"rmsnorm": layer(func(_ *rand.Rand, d nn.Option) nn.Layer { return nn.NewRMSNorm(6, d, nn.Eps(1e-5)) }),
	"weightnorm": layer(func(r *rand.Rand, d nn.Option) nn.Layer {
		l := nn.NewDense(r, 3, 5, d)
		return nn.NewWeightNorm(l, l.W, -1)
	}),
	"weightnorm_conv": layer(func(r *rand.Rand, d nn.Option) nn.Layer {
		l := nn.NewConvTranspose2D(r, 3, 5, 2, d)
		return nn.Sequential{nn.NewWeightNorm(l, l.W, 0), nn.Func(ops.ReLU)}
	}),
	"spectralnorm": layer(func(r *rand.Rand, d nn.Option) nn.Layer {
		a, b := nn.NewDense(r, 4, 3, d), nn.NewDense(r, 3, 1, d)
		return nn.Sequential{nn.NewSpectralNorm(r, a, a.W, -1), nn.Func(ops.Tanh), nn.NewSpectralNorm(r, b, b.W, -1)}
	}),
	"spectralnorm_conv": layer(func(r *rand.Rand, d nn.Option) nn.Layer {
		l := nn.NewConv2D(r, 3, 5, 2, d, nn.NoBias())
		return nn.NewSpectralNorm(r, l, l.W, 0)
	}),
	"layernorm": layer(func(_ *rand.Rand, d nn.Option) nn.Layer { return nn.NewLayerNorm(6, d) }),
	"embedding": layer(func(r *rand.Rand, d nn.Option) nn.Layer { return nn.NewEmbedding(r, 7, 4, d) }),
	"attention": layer(func(r *rand.Rand, d nn.Option) nn.Layer { return nn.NewMultiHeadAttention(r, 6, 2, d) }),
	"attention_nobias": layer(func(r *rand.Rand, d nn.Option) nn.Layer {
		return nn.NewMultiHeadAttention(r, 6, 3, d, nn.NoBias())
	}),
	"cross":       {build: func(r *rand.Rand, d nn.Option) any { return nn.NewCrossAttention(r, 6, 6, 2, d) }, forward: remember},
	"cross_other": {build: func(r *rand.Rand, d nn.Option) any { return nn.NewCrossAttention(r, 6, 5, 2, d) }, forward: remember},
	"grouped":     layer(func(r *rand.Rand, d nn.Option) nn.Layer { return nn.NewMultiHeadAttention(r, 8, 4, d, nn.KVHeads(2)) }),
	"grouped_cross": {
		build:   func(r *rand.Rand, d nn.Option) any { return nn.NewCrossAttention(r, 8, 8, 4, d, nn.KVHeads(2)) },
		forward: remember,
	},
	"encoder": layer(func(r *rand.Rand, d nn.Option) nn.Layer {
		s := &stack{Norm: nn.NewLayerNorm(6, d)}
		for range 2 {
			s.Layers = append(s.Layers, nn.NewTransformerBlock(r, 6, 2, 8, d, nn.PostNorm(), nn.Activation(ops.ReLU)))
		}
		return s
	}),
	"decoder": {
		build: func(r *rand.Rand, d nn.Option) any { return nn.NewDecoderBlock(r, 6, 2, 8, d, nn.Activation(ops.GELU)) },
		forward: func(model any, in []*graph.Node) *graph.Node {
			return model.(*nn.TransformerBlock).ForwardIn(in[0], nn.Surrounding{Memory: in[1]})
		},
	},
	"gpt": {
		build: func(r *rand.Rand, d nn.Option) any {
			m := &tiny{
				Words: nn.NewEmbedding(r, 7, 4, d), Places: nn.NewPositions(r, 5, 4, d),
				Norm: nn.NewLayerNorm(4, d), Head: nn.NewDense(r, 4, 7, d, nn.NoBias()),
			}
			for range 2 {
				m.Blocks = append(m.Blocks, nn.NewTransformerBlock(r, 4, 2, 8, d, nn.Causal()))
			}
			return m
		},
		opts: []torch.Option{torch.Names(map[string]string{
			"Words": "transformer.wte", "Places": "transformer.wpe", "Norm": "transformer.ln_f", "Head": "lm_head", "Blocks.": "transformer.h.",
			"Blocks.*.Norm1": "transformer.h.*.ln_1", "Blocks.*.Norm2": "transformer.h.*.ln_2",
			"Blocks.*.Attention.QKV": "transformer.h.*.attn.qkv", "Blocks.*.Attention.Out": "transformer.h.*.attn.proj",
			"Blocks.*.MLP.In": "transformer.h.*.mlp.c_fc", "Blocks.*.MLP.Out": "transformer.h.*.mlp.c_proj",
		})},
	},
	"net": layer(func(r *rand.Rand, d nn.Option) nn.Layer {
		mix := nn.NewDense(r, 4, 4, d)
		return &net{
			Features: nn.Sequential{
				nn.NewConv2D(r, 1, 2, 3, d), nn.NewBatchNorm(2, d), nn.Func(ops.ReLU),
				nn.Flatten{},
				nn.NewDense(r, 8, 4, d),
			},
			Mix: mix, MixAgain: mix, ClassToken: graph.NewParam("", zeros(d, 1, 4)), Scale: graph.NewState("", zeros(d, 4)),
		}
	}),
	"parallel": {
		build: func(r *rand.Rand, d nn.Option) any {
			return nn.Sequential{nn.NewDense(r, 3, 4, d), nn.Func(ops.Tanh), nn.NewDense(r, 4, 2, d)}
		},
		opts: []torch.Option{torch.Names(map[string]string{"": "module"})},
	},
	"rnn": layer(func(r *rand.Rand, d nn.Option) nn.Layer {
		return nn.NewRNN(r, 3, 4, d, nn.Layers(2), nn.Bidirectional())
	}),
	"lstm": layer(func(r *rand.Rand, d nn.Option) nn.Layer {
		return nn.NewLSTM(r, 3, 4, d, nn.Layers(2), nn.Bidirectional())
	}),
	"gru": layer(func(r *rand.Rand, d nn.Option) nn.Layer {
		return nn.NewGRU(r, 3, 4, d, nn.Bidirectional())
	}),
	"lstm_nobias": layer(func(r *rand.Rand, d nn.Option) nn.Layer { return nn.NewLSTM(r, 3, 2, d, nn.NoBias()) }),
	"float64":     layer(func(r *rand.Rand, d nn.Option) nn.Layer { return nn.NewDense(r, 3, 2, d) }),
	"float16":     layer(func(r *rand.Rand, d nn.Option) nn.Layer { return nn.NewDense(r, 3, 2, d) }),
	"bfloat16":    layer(func(r *rand.Rand, d nn.Option) nn.Layer { return nn.NewDense(r, 3, 2, d) }),
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name+".safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func tensors(t *testing.T, data []byte) map[string]safetensors.Tensor {
	t.Helper()
	f, err := safetensors.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	m := map[string]safetensors.Tensor{}
	for _, a := range f.Tensors {
		m[a.Name] = a
	}
	return m
}

// buffer makes an array of a tensor, with floats in dtype d.
func buffer(a safetensors.Tensor, d graph.Dtype) graph.Buffer {
	if a.Dtype == "I64" {
		b := graph.NewBuffer(graph.T(graph.Int64, a.Shape...))
		copy(b.Bytes(), a.Data)
		return b
	}
	wide := graph.NewBuffer(graph.T(graph.Float64, a.Shape...))
	copy(wide.Bytes(), a.Data)
	if d == graph.Float64 {
		return wide
	}
	b := graph.NewBuffer(graph.T(d, a.Shape...))
	for i, v := range graph.Data[float64](wide) {
		graph.Data[float32](b)[i] = float32(v)
	}
	return b
}

// Every file that PyTorch wrote gives PyTorch's results, and is written again as it was.
func TestPyTorchsFiles(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "*.safetensors"))
	if err != nil || len(files) != len(cases)+2 { // and results, halves
		t.Errorf("%d files for %d cases: %v", len(files), len(cases), err)
	}
	results := tensors(t, read(t, "results"))
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			data := read(t, name)
			for _, d := range []graph.Dtype{graph.Float32, graph.Float64} {
				model := c.build(rand.New(rand.NewPCG(1, 2)), nn.Dtype(d))
				opts := c.opts
				if (d == graph.Float64) != (name == "float64") {
					opts = append(slices.Clip(opts), torch.Convert())
				}
				if err := torch.Decode(data, model, opts...); err != nil {
					t.Fatal(err)
				}
				c.compare(t, name, model, d, results)
				if d == graph.Float32 && !strings.Contains(name, "float") || d == graph.Float64 && name == "float64" {
					c.writtenAgain(t, name, model, data)
				}
			}
		})
	}
}

func (c row) compare(t *testing.T, name string, model any, d graph.Dtype, results map[string]safetensors.Tensor) {
	t.Helper()
	g := graph.New(graph.Evaluation)
	var in []*graph.Node
	for a, ok := results[name+".0"]; ok; a, ok = results[fmt.Sprint(name, ".", len(in))] {
		in = append(in, g.Constant(buffer(a, d)))
	}
	var y *graph.Node
	if c.forward != nil {
		y = c.forward(model, in)
	} else {
		y = model.(nn.Layer).Forward(in[0])
	}
	p, err := exec.Compile(g, exec.Out(y))
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.RunBuffers()
	if err != nil {
		t.Fatal(err)
	}
	want := graph.Data[float64](buffer(results[name+".y"], graph.Float64))
	if len(want) == 0 || out[0].Len() != len(want) {
		t.Fatalf("%d elements, want %d", out[0].Len(), len(want))
	}
	for i, w := range want {
		got, tol := 0.0, 1e-12
		if d == graph.Float32 {
			got, tol = float64(graph.Data[float32](out[0])[i]), 1e-5
		} else {
			got = graph.Data[float64](out[0])[i]
		}
		if !(math.Abs(got-w) <= tol*max(1, math.Abs(w))) {
			t.Errorf("%v: element %d is %v, not %v", d, i, got, w)
			return
		}
	}
}

// writtenAgain holds a saved model against the file it came from, all but the count of batches, and names that are second ones.
func (c row) writtenAgain(t *testing.T, name string, model any, from []byte) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "w.safetensors")
	if err := torch.Save(path, model, c.opts...); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := torch.Encode(model, c.opts...); err != nil || string(again) != string(data) {
		t.Error("Encode and Save differ:", err)
	}
	was, is := tensors(t, from), tensors(t, data)
	counts := 0
	for key, a := range was {
		b := is[key]
		if strings.HasSuffix(key, "num_batches_tracked") {
			counts++
			if a.Data[0] == 0 && !strings.HasPrefix(name, "instancenorm") || // which does not count
				string(b.Data) != string(make([]byte, 8)) {
				t.Errorf("%s was %v, and is %v", key, a.Data, b.Data)
			}
			a.Data = b.Data
		}
		if a.Dtype != b.Dtype || !slices.Equal(a.Shape, b.Shape) || string(a.Data) != string(b.Data) {
			t.Errorf("%s was %s%v, and is %s%v, or of other values", key, a.Dtype, a.Shape, b.Dtype, b.Shape)
		}
	}
	if name == "net" {
		for _, part := range []string{".weight", ".bias"} {
			if string(is["mix"+part].Data) != string(is["mix_again"+part].Data) {
				t.Error("a layer with two names has two values")
			}
			delete(is, "mix_again"+part)
		}
	}
	if len(is) != len(was) || counts == 0 && string(data) != string(from) {
		t.Error("not the bytes of PyTorch's file")
	}
}
