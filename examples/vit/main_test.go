package main

import (
	"math/rand/v2"
	"testing"

	"github.com/kedja-ml/kedja/train"
	"github.com/kedja-ml/kedja/vision"
	"github.com/kedja-ml/kedja/vision/mnist"
)

// Within a few steps on 256 images the loss falls clearly below ln 10 = 2.3.
func TestLearns(t *testing.T) {
	if testing.Short() {
		t.Skip("trains")
	}
	images, _, err := mnist.Load()
	if err != nil {
		t.Fatal(err)
	}
	few, err := vision.Prepare(&mnist.Set{Images: images.Images, Labels: images.Labels[:256]}, mnist.Moments(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var first, last float64
	loop, err := NewViT(rand.New(rand.NewPCG(1, 0))).Training(few, 1, 5)
	if err != nil {
		t.Fatal(err)
	}
	loop.OnReport = func(r train.Report) error {
		if last = r.Train["loss"]; r.Epoch == 0 {
			first = last
		}
		return nil
	}
	if _, err := loop.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !(last < 2.2 && last < first-0.1) {
		t.Errorf("the loss fell from %.3f to %.3f", first, last)
	}
}
