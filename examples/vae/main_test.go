package main

import (
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/vision/mnist"
)

// Within a few steps the bound rises above that of a coin for each pixel, −784·ln 2 = −543; a sheet of samples is written.
func TestLearns(t *testing.T) {
	if testing.Short() {
		t.Skip("trains")
	}
	images, _, err := mnist.Load()
	if err != nil {
		t.Fatal(err)
	}
	m := NewVAE(rand.New(rand.NewPCG(1, 0)))
	step, err := m.Plan(1, optim.NewAdam(nn.Params(m), optim.Constant(2e-3)))
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 1))
	var bounds []float64
	for range 4 {
		elbo, kl, err := epoch(step, images, r.Perm(5*batch))
		if err != nil || kl < 0 {
			t.Fatal(kl, err)
		}
		bounds = append(bounds, elbo)
	}
	if last := bounds[len(bounds)-1]; !(last > -300 && last > bounds[0]+100) {
		t.Errorf("ELBO %.1f", bounds)
	}
	path := filepath.Join(t.TempDir(), "sheet.png")
	if err := draw(m, 1, path); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	pic, err := png.Decode(f)
	if err != nil || pic.Bounds().Dx() != 280 || pic.Bounds().Dy() != 280 {
		t.Error(pic.Bounds(), err)
	}
}
