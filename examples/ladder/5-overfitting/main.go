// Command 5-overfitting trains a network that is far too large on 500 handwritten digits, in six ways, and draws how each fares on digits
// that it does not see.
//
//	go run ./examples/ladder/5-overfitting [-seeds 3] [-epochs 60] [-out overfitting.png]
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"

	"github.com/kedja-ml/kedja/train/plots"
)

func main() {
	seeds := flag.Int("seeds", 3, "how many seeds, from 1 on, are averaged")
	epochs := flag.Int("epochs", 60, "times that each image is seen")
	out := flag.String("out", "overfitting.png", "the picture, of seed 1")
	flag.Parse()
	if err := run(context.Background(), *seeds, *epochs, *out); err != nil {
		log.Fatal(err)
	}
}

// run prints the means over seeds, and draws the first.
func run(ctx context.Context, seeds, epochs int, out string) error {
	d, err := load()
	if err != nil {
		return err
	}
	var first []result
	fmt.Println("                 training  validation          test")
	fmt.Println("                 loss      loss    accuracy    accuracy   step")
	for _, w := range ways {
		var mean result
		for seed := range uint64(seeds) {
			r, err := d.train(ctx, w, seed+1, epochs)
			if err != nil {
				return fmt.Errorf("%s: %w", w.name, err)
			}
			if seed == 0 {
				first = append(first, r)
			}
			mean.add(r, 1/float64(seeds))
		}
		fmt.Printf("%-15s  %.4f    %.4f  %.2f %%     %.2f %%    %4.0f\n", w.name, mean.fit, mean.loss, 100*mean.accuracy, 100*mean.test, mean.step)
	}
	if err := plots.WriteFile(out, picture(first)...); err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, "wrote", out)
	return nil
}

// picture shows the plain run, where training and validation part, beside the validation of all.
func picture(rs []result) []plots.Figure {
	plain := plots.Curves("loss", false, rs[0].reports)
	plain.Title, plain.Y = "nothing done: the net learns 500 images by heart", "cross-entropy"
	plain.From, plain.To = 0, 1.4
	all := plots.Figure{Title: "validation: what helps", X: "step", Y: "cross-entropy", From: 0, To: 1.4}
	for i, r := range rs {
		line := plots.Line{Name: ways[i].name, Color: i}
		for _, rep := range r.reports {
			line.Points = append(line.Points, plots.Point{Step: float64(rep.Step), Value: rep.Validation["loss"]})
		}
		if ways[i].stop {
			line.Best, line.Dashed = plots.Smallest, true
		}
		all.Lines = append(all.Lines, line)
	}
	return []plots.Figure{plain, all}
}
