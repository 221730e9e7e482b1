// Command 3-spirals learns to tell two spirals apart with dense layers, and counts its errors on points kept aside.
package main

import (
	"fmt"
	"log"
	"math"
	"math/rand/v2"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
)

const steps = 300

// MLP is two hidden layers and an output of one number for each class.
type MLP struct{ First, Second, Out *nn.Dense }

func newMLP(r *rand.Rand) *MLP {
	f64 := nn.Dtype(graph.Float64)
	return &MLP{
		First:  nn.NewDense(r, 2, 32, f64),
		Second: nn.NewDense(r, 32, 32, f64),
		Out:    nn.NewDense(r, 32, 2, f64),
	}
}

// Forward returns the logits.
func (m *MLP) Forward(x *graph.Node) *graph.Node {
	h := ops.ReLU(m.First.Forward(x))
	h = ops.ReLU(m.Second.Forward(h))
	return m.Out.Forward(h)
}

// spirals draws n points of two spirals, half a turn apart, and the number of each one's spiral.
func spirals(r *rand.Rand, n int) (xy []float64, class []int32) {
	for i := range n {
		c := i % 2
		radius := 0.15 + 0.85*r.Float64()
		angle := 9*radius + math.Pi*float64(c)
		xy = append(xy,
			radius*math.Cos(angle)+0.05*r.NormFloat64(),
			radius*math.Sin(angle)+0.05*r.NormFloat64())
		class = append(class, int32(c))
	}
	return xy, class
}

// train takes steps of Adam on all points at once.
func train(m *MLP, xy []float64, class []int32) error {
	g := graph.New(graph.Training)
	x := g.Input("x", graph.Float64, len(class), 2)
	labels := g.Input("labels", graph.Int32, len(class))
	logits := m.Forward(x)
	loss := nn.CrossEntropy(logits, labels)
	accuracy := nn.Accuracy(logits, labels)
	optim.NewAdam(nn.Params(m), optim.Constant(1e-2)).Minimize(loss)

	step, err := exec.Compile(g, exec.In(x, labels), exec.Out(loss, accuracy))
	if err != nil {
		return err
	}
	for i := range steps {
		out, err := step.Run(xy, class)
		if err != nil {
			return err
		}
		if i%50 == 0 || i == steps-1 {
			fmt.Printf("step %3d  loss %.4f  accuracy %5.1f%%\n", i, exec.Scalar(out[0]), 100*exec.Scalar(out[1]))
		}
	}
	return nil
}

// predict returns the most probable class of each point and the probability of class 1.
func predict(m *MLP, xy []float64) (class []int32, p1 []float64, err error) {
	g := graph.New(graph.Evaluation)
	x := g.Input("x", graph.Float64, len(xy)/2, 2)
	logits := m.Forward(x)
	best := ops.Cast(ops.ArgMax(logits, 1), graph.Int32)
	prob := ops.Slice(ops.Softmax(logits, 1), 1, 1, 1)
	p, err := exec.Compile(g, exec.In(x), exec.Out(best, prob))
	if err != nil {
		return nil, nil, err
	}
	out, err := p.Run(xy)
	if err != nil {
		return nil, nil, err
	}
	return out[0].Data().([]int32), out[1].Data().([]float64), nil
}

// picture prints the plane from −1 to 1: o and # where a class is at least 90 % probable, . between.
func picture(m *MLP) error {
	const rows, cols = 15, 31
	var xy []float64
	for i := range rows {
		for j := range cols {
			xy = append(xy, 2*float64(j)/(cols-1)-1, 1-2*float64(i)/(rows-1))
		}
	}
	_, p1, err := predict(m, xy)
	if err != nil {
		return err
	}
	for i := range rows {
		line := make([]byte, cols)
		for j, p := range p1[i*cols : (i+1)*cols] {
			line[j] = '.'
			if p >= 0.9 {
				line[j] = '#'
			} else if p <= 0.1 {
				line[j] = 'o'
			}
		}
		fmt.Println(string(line))
	}
	return nil
}

func run() error {
	r := rand.New(rand.NewPCG(1, 1))
	xy, class := spirals(r, 300)
	heldOut, truth := spirals(r, 200)
	m := newMLP(r)
	if err := train(m, xy, class); err != nil {
		return err
	}
	guess, _, err := predict(m, heldOut)
	if err != nil {
		return err
	}
	right := 0
	for i := range truth {
		if guess[i] == truth[i] {
			right++
		}
	}
	fmt.Printf("held out: %d of %d right\n", right, len(truth))
	return picture(m)
}

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}
