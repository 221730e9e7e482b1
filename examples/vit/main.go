// Command vit trains a small vision transformer on MNIST with train.Loop, and measures it on the test images.
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
	fit, tests, err := mnist.Load()
	if err != nil {
		return err
	}
	images, err := vision.Prepare(fit, mnist.Moments(), nil)
	if err != nil {
		return err
	}
	others, err := vision.Prepare(tests, mnist.Moments(), nil)
	if err != nil {
		return err
	}
	m := NewViT(rand.New(rand.NewPCG(seed, 0)))
	loop, err := m.Training(images, seed, epochs)
	if err != nil {
		return err
	}
	loop.OnReport = func(r train.Report) error {
		fmt.Printf("epoch %d  step %d  loss %.4f  accuracy %.4f  %.0f s\n", r.Epoch+1, r.Step, r.Train["loss"], r.Train["accuracy"], r.Seconds)
		return nil
	}
	if _, err := loop.Run(context.Background()); err != nil {
		return err
	}
	res, err := train.Measure(others, 100, 0, loop.Loss)
	if err != nil {
		return err
	}
	fmt.Printf("test     loss %.4f  accuracy %.4f\n", res["loss"], res["accuracy"])
	return nil
}
