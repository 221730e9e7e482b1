package main

import (
	"math/rand/v2"
	"testing"

	"github.com/kedja-ml/kedja/train"
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
	few := &mnist.Set{Images: images.Images[:256*mnist.Rows*mnist.Columns], Labels: images.Labels[:256]}
	var first, last float64
	cfg := NewViT(rand.New(rand.NewPCG(1, 0))).Training(few, 1, 5)
	cfg.Observe = func(e train.Epoch) error {
		if e.Epoch == 1 {
			first = e.Loss
		}
		last = e.Loss
		return nil
	}
	if err := train.Fit(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	if !(last < 2.2 && last < first-0.1) {
		t.Errorf("the loss fell from %.3f to %.3f", first, last)
	}
}
