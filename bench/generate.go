package main

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
)

// dcgan is one step of a generator and a discriminator (Radford et al., 2016): the discriminator is trained on real and made images, then
// the generator on what the trained discriminator says of the same made images.
func dcgan(d graph.Dtype, batch int) *problem {
	p, r := newProblem(d), blank()
	halve := func(opts ...nn.Option) []nn.Option { return p.with(append(opts, nn.Stride(2), nn.Padding(1))...) }
	leaky := nn.Func(func(x *graph.Node) *graph.Node { return ops.LeakyReLU(x, 0.2) })
	generator := nn.Sequential{
		nn.NewDense(r, 64, 6272, p.with()...),
		nn.Func(func(x *graph.Node) *graph.Node { return ops.Reshape(x, -1, 128, 7, 7) }),
		nn.NewBatchNorm(128, p.with()...), nn.Func(ops.ReLU),
		nn.NewConvTranspose2D(r, 128, 64, 4, halve(nn.NoBias())...), nn.NewBatchNorm(64, p.with()...), nn.Func(ops.ReLU),
		nn.NewConvTranspose2D(r, 64, 1, 4, halve()...), nn.Func(ops.Tanh),
	}
	discriminator := nn.Sequential{
		nn.NewConv2D(r, 1, 64, 4, halve()...), leaky,
		nn.NewConv2D(r, 64, 128, 4, halve(nn.NoBias())...), nn.NewBatchNorm(128, p.with()...), leaky,
		nn.Flatten{},
		nn.NewDense(r, 6272, 1, p.with()...),
	}
	p.model("D.", discriminator)
	p.model("G.", generator)
	z, real := p.input("z", -1.7, 1.7, batch, 64), p.input("real", -1, 1, batch, 1, 28, 28)
	judged := func(images *graph.Node, target float64) *graph.Node {
		logits := discriminator.Forward(images)
		return nn.BCEWithLogits(logits, ops.Like(target, logits))
	}
	made := generator.Forward(z)
	adam := func(m any) *optim.Adam {
		a := optim.NewAdam(nn.Params(m), optim.Constant(2e-4))
		a.Beta1 = 0.5
		return a
	}
	p.minimize(adam(discriminator), ops.Add(judged(real, 1), judged(ops.StopGradient(made), 0)))
	p.minimize(adam(generator), judged(made, 1))
	p.out = p.out[:1] // the discriminator's loss
	return p
}
