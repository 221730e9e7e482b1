// Command 4-filter shifts a hand-made 3×3 filter over an image, then learns the filter from pairs of images.
package main

import (
	"fmt"
	"log"
	"math"
	"math/rand/v2"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// drawing is an image of 9 rows and 18 columns: # is 1, anything else 0.
var drawing = [...]string{
	"..................",
	"..#######.........",
	"..#######.........",
	"..#######.....#...",
	"..#######....##...",
	"..#######...###...",
	"...........####...",
	"..........#####...",
	"..................",
}

// edge is large where the image grows brighter from left to right (Sobel & Feldman, 1968).
var edge = [...]float64{
	-1, 0, 1,
	-2, 0, 2,
	-1, 0, 1,
}

// apply returns the images, of size rows × cols, filtered by w.
func apply(w, images []float64, n, rows, cols int) ([]float64, error) {
	g := graph.New(graph.Evaluation)
	x := g.Input("x", graph.Float64, n, 1, rows, cols)
	filter := g.Input("filter", graph.Float64, 1, 1, 3, 3)
	y := ops.Conv(x, filter, ops.Convolution{})
	p, err := exec.Compile(g, exec.In(x, filter), exec.Out(y))
	if err != nil {
		return nil, err
	}
	out, err := p.Run(images, w)
	if err != nil {
		return nil, err
	}
	return out[0].Data().([]float64), nil
}

// learn finds the filter that makes targets from images, and the number of steps it took.
func learn(images, targets []float64, n, rows, cols int) ([]float64, int, error) {
	w := graph.NewParam("filter", graph.NewBuffer(graph.T(graph.Float64, 1, 1, 3, 3)))

	g := graph.New(graph.Training)
	x := g.Input("x", graph.Float64, n, 1, rows, cols)
	y := g.Input("y", graph.Float64, n, 1, rows-2, cols-2)
	guess := ops.Conv(x, g.Use(w), ops.Convolution{})
	loss := ops.Mean(ops.Square(ops.Sub(guess, y)))
	slope := autodiff.Grad(loss, g.Use(w))[0]
	g.Assign(w, ops.Sub(g.Use(w), ops.Scale(0.3, slope)))

	step, err := exec.Compile(g, exec.In(x, y), exec.Out(loss))
	if err != nil {
		return nil, 0, err
	}
	for i := range 5000 {
		out, err := step.Run(images, targets)
		if err != nil {
			return nil, 0, err
		}
		l := exec.Scalar(out[0])
		if i%5 == 0 {
			fmt.Printf("step %2d  loss %.10f\n", i, l)
		}
		if l < 1e-12 {
			return graph.Data[float64](w.Value()), i + 1, nil
		}
	}
	return nil, 0, fmt.Errorf("no filter found in 5000 steps")
}

// paint prints an image: + where it is above 0, - below, . at 0.
func paint(image []float64, cols int) {
	for i := 0; i < len(image); i += cols {
		line := make([]byte, cols)
		for j, v := range image[i : i+cols] {
			line[j] = '.'
			if v > 0 {
				line[j] = '+'
			} else if v < 0 {
				line[j] = '-'
			}
		}
		fmt.Println(string(line))
	}
}

func run() error {
	var image []float64
	for _, line := range drawing {
		for _, c := range line {
			v := 0.0
			if c == '#' {
				v = 1
			}
			image = append(image, v)
		}
	}
	rows, cols := len(drawing), len(drawing[0])
	edges, err := apply(edge[:], image, 1, rows, cols)
	if err != nil {
		return err
	}
	paint(edges, cols-2)

	const n, size = 8, 10
	r := rand.New(rand.NewPCG(1, 1))
	images := make([]float64, n*size*size)
	for i := range images {
		images[i] = r.NormFloat64()
	}
	targets, err := apply(edge[:], images, n, size, size)
	if err != nil {
		return err
	}
	w, taken, err := learn(images, targets, n, size, size)
	if err != nil {
		return err
	}
	fmt.Println("learned after", taken, "steps:")
	worst := 0.0
	for i, v := range w {
		worst = max(worst, math.Abs(v-edge[i]))
		fmt.Printf("%9.4f", math.Round(v*1e4)/1e4+0) // + 0 turns −0 into 0
		if i%3 == 2 {
			fmt.Println()
		}
	}
	fmt.Println("within 1e-5 of the hand-made one:", worst < 1e-5)
	return nil
}

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}
