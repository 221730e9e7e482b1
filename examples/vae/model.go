package main

import (
	"math/rand/v2"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/vision/mnist"
)

const (
	latent   = 16
	channels = 16
	batch    = 100
)

// A VAE learns to draw images: an encoder q(z|x) and a decoder p(x|z), trained together to make the evidence lower bound high
// (Kingma & Welling, Auto-encoding variational Bayes, 2014).
type VAE struct{ Encoder, Decoder nn.Sequential }

// NewVAE draws a model of binary images [N, 1, 28, 28].
func NewVAE(r *rand.Rand) *VAE {
	half, relu := []nn.Option{nn.Stride(2), nn.Same()}, nn.Func(ops.ReLU)
	return &VAE{
		Encoder: nn.Sequential{
			nn.NewConv2D(r, 1, channels, 4, half...), relu, // 14×14
			nn.NewConv2D(r, channels, 2*channels, 4, half...), relu, // 7×7
			nn.Flatten{}, nn.NewDense(r, 2*channels*7*7, 128), relu, nn.NewDense(r, 128, 2*latent),
		},
		Decoder: nn.Sequential{
			nn.NewDense(r, latent, 128), relu, nn.NewDense(r, 128, 2*channels*7*7), relu,
			nn.Func(func(x *graph.Node) *graph.Node { return ops.Reshape(x, -1, 2*channels, 7, 7) }),
			nn.NewConvTranspose2D(r, 2*channels, channels, 4, half...), relu,
			nn.NewConvTranspose2D(r, channels, 1, 4, half...),
		},
	}
}

// ELBO is the mean over images x [N, 1, 28, 28] of zeros and ones of a lower bound of ln p(x), in nats, and its second term:
//
//	E ln p(x|z) − KL(q(z|x) ‖ N(0, 1)),  z = μ + σ·ε drawn from q
func (m *VAE) ELBO(x *graph.Node) (elbo, kl *graph.Node) {
	n := x.Shape().Dim(0)
	q := ops.Split(m.Encoder.Forward(x), 1, latent, latent)
	mean, logVar := q[0], q[1]
	noise := ops.Normal(x.Graph(), n, latent)
	z := ops.Add(mean, ops.Mul(ops.Exp(ops.Scale(0.5, logVar)), noise))
	missed := nn.BCEWithLogits(m.Decoder.Forward(z), x, nn.BatchMean)
	kl = nn.KLNormal(mean, logVar, nn.BatchMean)
	return ops.Neg(ops.Add(missed, kl)), kl
}

// Sample draws n images, as probabilities of ink [n, 1, 28, 28].
func (m *VAE) Sample(g *graph.Graph, n int) *graph.Node {
	return ops.Sigmoid(m.Decoder.Forward(ops.Normal(g, n, latent)))
}

// Plan compiles the bound and its second term for a batch of grey levels, whose pixels are drawn anew each time: ink with the
// probability of their share of 255. With an optimiser it is a step of training.
func (m *VAE) Plan(seed uint64, o optim.Optimizer) (*exec.Plan, error) {
	mode := graph.Training
	if o == nil {
		mode = graph.Evaluation
	}
	g := graph.New(mode)
	g.SetRNG(graph.NewRNG(seed))
	levels := g.Input("levels", graph.Uint8, batch, 1, mnist.Rows, mnist.Columns)
	share := ops.Scale(1.0/255, ops.Cast(levels, graph.Float32))
	ink := ops.Less(ops.Uniform(g, share.Shape().Dims()...), share)
	elbo, kl := m.ELBO(ops.Cast(ink, graph.Float32))
	if o != nil {
		o.Minimize(ops.Neg(elbo))
	}
	return exec.Compile(g, exec.In(levels), exec.Out(elbo, kl))
}
