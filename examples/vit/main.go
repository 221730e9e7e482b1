// Command vit trains a small vision transformer on MNIST with train.Fit, and measures it on the test images.
//
//	go run ./examples/vit [-seed 1] [-epochs 4]
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"math/rand/v2"

	"github.com/kedja-ml/kedja/train"
	"github.com/kedja-ml/kedja/vision"
	"github.com/kedja-ml/kedja/vision/mnist"
)

func main() {
	seed := flag.Uint64("seed", 1, "of weights and of the order of images")
	epochs := flag.Int("epochs", 4, "times that each image is seen")
	flag.Parse()
	if err := run(*seed, *epochs); err != nil {
		log.Fatal(err)
	}
}

func run(seed uint64, epochs int) error {
	images, tests, err := mnist.Load()
	if err != nil {
		return err
	}
	m := NewViT(rand.New(rand.NewPCG(seed, 0)))
	cfg := m.Training(images, seed, epochs)
	cfg.Observe = func(e train.Epoch) error {
		fmt.Printf("epoch %d  step %d  loss %.4f  accuracy %.4f  %.0f s\n", e.Epoch, e.Step, e.Loss, e.Accuracy, e.Seconds)
		return nil
	}
	if err := train.Fit(context.Background(), cfg); err != nil {
		return err
	}
	eval, err := train.NewEvaluator(m, cfg.Shape, 100, 0)
	if err != nil {
		return err
	}
	res, err := eval.Run(vision.NewDigits(tests), nil)
	if err != nil {
		return err
	}
	fmt.Printf("test     loss %.4f  accuracy %.4f\n", res.Loss, res.Accuracy)
	return nil
}
