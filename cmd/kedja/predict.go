package main

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/train"
	"github.com/kedja-ml/kedja/vision"
	"github.com/kedja-ml/kedja/vision/digit"
	"github.com/kedja-ml/kedja/vision/mnist"
	"github.com/kedja-ml/kedja/vision/recipe"
	"github.com/kedja-ml/kedja/vision/weights"
)

type predictMNIST struct {
	Image   string `arg:"" help:"PNG or JPEG of one handwritten digit: any size, dark on light or light on dark."`
	Weights string `help:"Folder of a run of train mnist, or its weights; the ones in the program if empty." type:"path"`
	Top     int    `default:"3" help:"How many classes to print."`
}

// Run prints the most probable digits.
func (c *predictMNIST) Run(to streams) error {
	if c.Top < 1 || c.Top > 10 {
		return fmt.Errorf("predict mnist: want 1 to 10 classes, not %d", c.Top)
	}
	f, err := os.Open(c.Image)
	if err != nil {
		return fmt.Errorf("predict mnist: %w", err)
	}
	defer f.Close()
	if i, err := f.Stat(); err == nil && i.IsDir() {
		return fmt.Errorf("predict mnist: %s: is a directory", c.Image)
	}
	pixels, err := digit.Decode(f)
	if err != nil {
		return fmt.Errorf("predict mnist: %s: %w", c.Image, err)
	}
	model, views, err := c.model()
	if err != nil {
		return fmt.Errorf("predict mnist: %w", err)
	}
	g := graph.New(graph.Evaluation)
	x := g.Input("image", graph.Float32, 1, 1+len(views), 1, 28, 28)
	p, err := exec.Compile(g, exec.In(x), exec.Out(ops.Exp(vision.Agree(model, x))))
	if err != nil {
		return err
	}
	image := graph.NewBuffer(x.Type())
	vision.Look(graph.Data[float32](image), pixels, 28, 28, mnist.Moments(), views...)
	result, err := p.RunBuffers(image)
	if err != nil {
		return err
	}
	printTop(to, graph.Data[float32](result[0]), []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}, c.Top)
	return nil
}

// model is the network of the first recipe that the weights fit, and the views in which that one reads an image.
func (c *predictMNIST) model() (nn.Layer, []vision.Variation, error) {
	var first error
	path := ""
	if c.Weights != "" {
		var err error
		if path, err = weightsAt(c.Weights, "the folder of a finished run, or one of its checkpoints"); err != nil {
			return nil, nil, err
		}
	}
	for _, r := range recipe.MNIST() {
		model := r.Model(rand.New(rand.NewPCG(0, 0)), vision.Digits)
		var err error
		if path == "" {
			err = train.Decode(weights.CNN, model)
		} else {
			err = train.Load(path, model)
		}
		if err == nil {
			return model, r.Views, nil
		}
		first = cmp.Or(first, err)
	}
	return nil, nil, first
}

// weightsAt is the file of weights in a folder, which was to be what is wanted, or the file itself.
func weightsAt(path, want string) (string, error) {
	i, err := os.Stat(path)
	if err != nil || !i.IsDir() {
		return path, nil // whoever reads it says what is wrong
	}
	within := filepath.Join(path, "weights.safetensors")
	if _, err := os.Stat(within); errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("%s: holds no weights.safetensors, want %s", path, want)
	}
	return within, nil
}
