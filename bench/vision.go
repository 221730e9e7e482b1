package main

import (
	"math/rand/v2"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
)

// blank draws what formula overwrites.
func blank() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

// with gives the parameters of a layer the dtype of the problem.
func (p *problem) with(opts ...nn.Option) []nn.Option { return append(opts, nn.Dtype(p.dtype)) }

// classify is one step of Adam on the cross-entropy of a classifier.
func (p *problem) classify(m nn.Layer, o func() optim.Optimizer, shape ...int) *problem {
	p.model("", m)
	x, y := p.input("x", -1.7, 1.7, shape...), p.index("y", 10, shape[0])
	return p.minimize(o(), nn.CrossEntropy(m.Forward(x), y))
}

// adam is Adam with PyTorch's defaults.
func adam(m any, rate float64) func() optim.Optimizer {
	return func() optim.Optimizer { return optim.NewAdam(nn.Params(m), optim.Constant(rate)) }
}

// mlp is 784-256-128-10 with ReLU.
func mlp(d graph.Dtype, batch int) *problem {
	p, r := newProblem(d), blank()
	m := nn.Sequential{
		nn.NewDense(r, 784, 256, p.with()...), nn.Func(ops.ReLU),
		nn.NewDense(r, 256, 128, p.with()...), nn.Func(ops.ReLU),
		nn.NewDense(r, 128, 10, p.with()...),
	}
	return p.classify(m, adam(m, 1e-3), batch, 784)
}

// cnn is conv 3×3 32, ReLU, conv 3×3 64, ReLU, max pool 2, dense 128, ReLU, dense 10.
func cnn(d graph.Dtype, batch int) *problem {
	p, r := newProblem(d), blank()
	m := nn.Sequential{
		nn.NewConv2D(r, 1, 32, 3, p.with()...), nn.Func(ops.ReLU),
		nn.NewConv2D(r, 32, 64, 3, p.with()...), nn.Func(ops.ReLU),
		nn.Func(func(x *graph.Node) *graph.Node { return nn.MaxPool(x, 2) }),
		nn.Flatten{},
		nn.NewDense(r, 9216, 128, p.with()...), nn.Func(ops.ReLU),
		nn.NewDense(r, 128, 10, p.with()...),
	}
	return p.classify(m, adam(m, 1e-3), batch, 1, 28, 28)
}

// A block is a basic residual block (He et al., 2016, figure 2); Short is nil for the identity.
type block struct {
	Conv1, Conv2, Short *nn.Conv
	Norm1, Norm2, NormS *nn.BatchNorm
}

func (p *problem) block(r *rand.Rand, in, out, stride int) *block {
	b := &block{
		Conv1: nn.NewConv2D(r, in, out, 3, p.with(nn.Stride(stride), nn.Padding(1), nn.NoBias())...), Norm1: nn.NewBatchNorm(out, p.with()...),
		Conv2: nn.NewConv2D(r, out, out, 3, p.with(nn.Padding(1), nn.NoBias())...), Norm2: nn.NewBatchNorm(out, p.with()...),
	}
	if in != out || stride != 1 {
		b.Short = nn.NewConv2D(r, in, out, 1, p.with(nn.Stride(stride), nn.NoBias())...)
		b.NormS = nn.NewBatchNorm(out, p.with()...)
	}
	return b
}

func (b *block) Forward(x *graph.Node) *graph.Node {
	h := ops.ReLU(b.Norm1.Forward(b.Conv1.Forward(x)))
	h = b.Norm2.Forward(b.Conv2.Forward(h))
	if b.Short != nil {
		x = b.NormS.Forward(b.Short.Forward(x))
	}
	return ops.ReLU(ops.Add(h, x))
}

// resnet is ResNet-20 for CIFAR (He et al., 2016, section 4.2) with convolutions where the shape changes, trained by SGD.
func resnet(d graph.Dtype, batch int) *problem { return deepResNet(d, batch, 3) }

// deepResNet has so many blocks of each width.
func deepResNet(d graph.Dtype, batch, blocks int) *problem {
	p, r := newProblem(d), blank()
	m := nn.Sequential{
		nn.NewConv2D(r, 3, 16, 3, p.with(nn.Padding(1), nn.NoBias())...), nn.NewBatchNorm(16, p.with()...), nn.Func(ops.ReLU),
	}
	in := 16
	for _, out := range []int{16, 32, 64} {
		for i := range blocks {
			stride := 1
			if i == 0 && out > 16 {
				stride = 2
			}
			m = append(m, p.block(r, in, out, stride))
			in = out
		}
	}
	m = append(m, nn.Func(func(x *graph.Node) *graph.Node { return ops.Mean(x, 2, 3) }), nn.NewDense(r, 64, 10, p.with()...))
	return p.classify(m, func() optim.Optimizer {
		o := optim.NewSGD(nn.Params(m), optim.Constant(0.1), 0.9)
		o.WeightDecay = 1e-4
		return o
	}, batch, 3, 32, 32)
}
