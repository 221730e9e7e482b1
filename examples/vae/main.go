// Command vae trains a variational autoencoder on MNIST, measures its evidence lower bound on the test images, and writes a sheet
// of digits that it made up.
//
//	go run ./examples/vae [-seed 1] [-epochs 6] [-png runs/vae.png]
package main

import (
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/vision/mnist"
)

const (
	pixels = mnist.Rows * mnist.Columns
	sheet  = 10 // digits a row and a column
)

func main() {
	seed := flag.Uint64("seed", 1, "of weights, order and draws")
	epochs := flag.Int("epochs", 6, "times that each image is seen")
	out := flag.String("png", "runs/vae.png", "where the sheet goes")
	flag.Parse()
	if err := run(*seed, *epochs, *out); err != nil {
		log.Fatal(err)
	}
}

func run(seed uint64, epochs int, out string) error {
	images, tests, err := mnist.Load()
	if err != nil {
		return err
	}
	m := NewVAE(rand.New(rand.NewPCG(seed, 0)))
	steps := epochs * images.Len() / batch
	step, err := m.Plan(seed, optim.NewAdam(nn.Params(m), optim.Cosine(2e-3, 0, steps)))
	if err != nil {
		return err
	}
	r := rand.New(rand.NewPCG(seed, 1))
	for e := range epochs {
		elbo, kl, err := epoch(step, images, r.Perm(images.Len()))
		if err != nil {
			return err
		}
		fmt.Printf("epoch %d  ELBO %.2f  KL %.2f\n", e+1, elbo, kl)
	}
	eval, err := m.Plan(seed+1, nil)
	if err != nil {
		return err
	}
	elbo, kl, err := epoch(eval, tests, r.Perm(tests.Len()))
	if err != nil {
		return err
	}
	fmt.Printf("test     ELBO %.2f  KL %.2f\n", elbo, kl)
	return draw(m, seed, out)
}

// epoch runs p on the images in the given order, and returns means.
func epoch(p *exec.Plan, images *mnist.Set, order []int) (elbo, kl float64, err error) {
	levels := make([]uint8, batch*pixels)
	n := len(order) / batch
	for b := range n {
		for i := range batch {
			copy(levels[i*pixels:], images.Image(order[b*batch+i]))
		}
		out, err := p.Run(levels)
		if err != nil {
			return 0, 0, err
		}
		elbo += exec.Scalar(out[0]) / float64(n)
		kl += exec.Scalar(out[1]) / float64(n)
	}
	return elbo, kl, nil
}

// draw writes a sheet of samples.
func draw(m *VAE, seed uint64, path string) error {
	g := graph.New(graph.Evaluation)
	g.SetRNG(graph.NewRNG(seed))
	p, err := exec.Compile(g, exec.Out(m.Sample(g, sheet*sheet)))
	if err != nil {
		return err
	}
	out, err := p.Run()
	if err != nil {
		return err
	}
	ink := out[0].Data().([]float32)
	pic := image.NewGray(image.Rect(0, 0, sheet*mnist.Columns, sheet*mnist.Rows))
	for i, p := range ink {
		digit, at := i/pixels, i%pixels
		x, y := digit%sheet*mnist.Columns+at%mnist.Columns, digit/sheet*mnist.Rows+at/mnist.Columns
		pic.SetGray(x, y, color.Gray{Y: 255 - uint8(255*p)})
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := png.Encode(f, pic); err != nil {
		return err
	}
	return f.Close()
}
