package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/graph/dot"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/vision"
	"github.com/kedja-ml/kedja/vision/mnist"
	"github.com/kedja-ml/kedja/vision/recipe"
)

type trainMNIST struct {
	learning `embed:""`
}

// Run trains from the seed's random weights.
func (c *trainMNIST) Run(ctx context.Context, to streams) error {
	j, err := c.job()
	if err != nil {
		return err
	}
	return j.run(ctx, to, false)
}

func (c *trainMNIST) job() (*job, error) {
	r, err := c.chosen("mnist", recipe.MNIST())
	if err != nil {
		return nil, err
	}
	fit, test, err := mnist.Load()
	if err != nil {
		return nil, err
	}
	j := &job{learning: c.learning, name: "mnist", settings: c, recipe: r, format: vision.Digits, moments: mnist.Moments(), test: test}
	return j, j.divide(fit)
}

type graphMNIST struct {
	Dot   bool `help:"Print DOT instead of text."`
	Train bool `help:"The training step, with gradients and updates, instead of the forward pass."`
	Batch int  `default:"128" help:"Images at once."`
}

// Run prints the graph as it is traced.
func (c *graphMNIST) Run(to streams) error {
	if c.Batch < 1 {
		return fmt.Errorf("graph mnist: want a batch of at least 1, not %d", c.Batch)
	}
	model := vision.NewCNN(rand.New(rand.NewPCG(1, 0)), vision.Digits)
	mode := graph.Evaluation
	if c.Train {
		mode = graph.Training
	}
	g := graph.New(mode)
	logits := model.Forward(g.Input("x", graph.Float32, c.Batch, 1, 28, 28))
	for name, p := range nn.Params(model) { // so that they print by name
		p.SetName(name)
	}
	if c.Train {
		loss := nn.CrossEntropy(logits, g.Input("labels", graph.Int32, c.Batch))
		optim.NewAdam(nn.Params(model), optim.Constant(1e-3)).Minimize(loss)
	}
	if err := g.Err(); err != nil {
		return err
	}
	text := g.String()
	if c.Dot {
		text = dot.Of(g)
	}
	_, err := io.WriteString(to.out, text)
	return err
}
