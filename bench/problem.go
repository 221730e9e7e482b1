package main

import (
	"hash/fnv"
	"math"
	"slices"
	"strings"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
)

// A benchCase is one line of the benchmark.
type benchCase struct {
	name  string
	start func(s settings) (runner, error)
}

// cases lists the benchmark.
func cases() []benchCase {
	of := func(name string, build func(d graph.Dtype) *problem) benchCase {
		return benchCase{name, func(s settings) (runner, error) { return build(graph.Float32).start(s.options()...) }}
	}
	model := func(name string) benchCase {
		i := slices.IndexFunc(models(), func(m trained) bool { return m.name == name })
		m := models()[i]
		return of(name, func(d graph.Dtype) *problem { return m.build(d, m.batch) })
	}
	return []benchCase{
		{"gemm-1024", product(1024, 1024, 1024)},
		{"gemm-256", product(256, 256, 256)},
		{"gemm-64", product(64, 64, 64)},
		{"gemm-128x784x256", product(128, 784, 256)},
		model("mlp-b128"),
		model("cnn-b64"),
		model("resnet-b32"),
		model("gpt-b8"),
		model("lstm-b32"),
		model("dqn-b128"),
		of("act-latency", acting),
		model("dcgan-b64"),
		model("ddpm-b32"),
		of("softmax-xent", softmaxXent),
		of("layernorm", layerNorm),
		of("gelu-erf", geluErf),
		of("gelu-tanh", geluTanh),
		untrapped(of("adam-10m", adam10m)),
		of("adam-10m-trap", adam10m),
		convolution("conv-fwd", convForward, graph.Exact),
		convolution("conv-fwd-winograd2", convForward, graph.Close),
		convolution("conv-fwd-winograd4", convForward, graph.Loose),
		convolution("conv-bwd", convBackward, graph.Exact),
		convolution("conv-bwd-winograd2", convBackward, graph.Close),
		convolution("conv-bwd-winograd4", convBackward, graph.Loose),
	}
}

// A trained is a model with its optimiser: of these the goldens hold every step.
type trained struct {
	name  string
	batch int
	build func(d graph.Dtype, batch int) *problem
}

func models() []trained {
	return []trained{
		{"mlp-b128", 128, mlp},
		{"cnn-b64", 64, cnn},
		{"resnet-b32", 32, resnet},
		{"gpt-b8", 8, gpt},
		{"lstm-b32", 32, lstm},
		{"dqn-b128", 128, dqn},
		{"dcgan-b64", 64, dcgan},
		{"ddpm-b32", 32, ddpm},
	}
}

// A problem is a step on a graph: what the benchmark times, and what the goldens hold against PyTorch. Parameters and feeds hold what
// formula says, which the other side computes too.
type problem struct {
	dtype  graph.Dtype
	g      *graph.Graph
	in     []*graph.Node
	feed   []graph.Buffer
	out    []*graph.Node // the loss first, if there is one
	params []named
	grads  []*graph.Node // of params, where they are trained
}

type named struct {
	name string
	*graph.Param
}

func newProblem(d graph.Dtype) *problem { return &problem{dtype: d, g: graph.New(graph.Training)} }

// input adds an input, with formula's values.
func (p *problem) input(name string, lo, hi float64, dims ...int) *graph.Node {
	n := p.g.Input(name, p.dtype, dims...)
	p.in, p.feed = append(p.in, n), append(p.feed, formula(name, graph.Type{Dtype: p.dtype, Shape: n.Shape()}, lo, hi))
	return n
}

// index adds an input of whole numbers in [0, limit).
func (p *problem) index(name string, limit int, dims ...int) *graph.Node {
	n := p.g.Input(name, graph.Int32, dims...)
	p.in, p.feed = append(p.in, n), append(p.feed, formula(name, n.Type(), 0, float64(limit)))
	return n
}

// model gives the parameters of a model formula's values, as wide as the default initialiser's.
func (p *problem) model(prefix string, m any) {
	for name, v := range nn.Params(m) {
		t := v.Type()
		width := 1 / math.Sqrt(float64(fanIn(t.Shape)))
		lo, hi := -width, width
		if t.Shape.Rank() == 1 {
			if lo, hi = -0.1, 0.1; strings.HasSuffix(name, "Scale") {
				lo, hi = 0.9, 1.1
			}
		}
		v.Set(formula(prefix+name, t, lo, hi))
		p.params = append(p.params, named{prefix + name, v})
	}
}

// fanIn is of filters [out, in, …] and of matrices [in, out].
func fanIn(s graph.Shape) int {
	if s.Rank() == 2 {
		return s.Dim(0)
	}
	return s.Size() / max(1, s.Dim(0))
}

// minimize adds one step of an optimiser on the loss, which becomes the first output.
func (p *problem) minimize(o optim.Optimizer, loss *graph.Node) *problem {
	p.out = append(p.out, loss)
	grads := o.Grads(loss)
	p.grads = append(p.grads, grads...)
	o.Update(grads)
	return p
}

// pull adds the cotangents that dy gives xs to the outputs.
func (p *problem) pull(y, dy *graph.Node, xs ...*graph.Node) *problem {
	p.out = append(p.out, autodiff.VJP([]*graph.Node{y}, []*graph.Node{dy}, xs)...)
	return p
}

// formula is an array that depends on its name alone: element i is lo + (hi − lo)·u, where u in [0, 1) is the upper 53 bits of SplitMix64's
// finaliser (Steele, Lea & Flood, 2014) over the name's FNV-1a hash plus i times the golden ratio; whole numbers are rounded down.
func formula(name string, t graph.Type, lo, hi float64) graph.Buffer {
	h := fnv.New64a()
	h.Write([]byte(name))
	seed, b := h.Sum64(), graph.NewBuffer(t)
	for i := range b.Len() {
		z := seed + uint64(i+1)*0x9e3779b97f4a7c15
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		v := lo + (hi-lo)*(float64((z^z>>31)>>11)*0x1p-53)
		switch t.Dtype {
		case graph.Float32:
			graph.Data[float32](b)[i] = float32(v)
		case graph.Float64:
			graph.Data[float64](b)[i] = v
		case graph.Int32:
			graph.Data[int32](b)[i] = int32(v)
		}
	}
	return b
}
