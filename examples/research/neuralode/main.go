// Command neuralode learns a spiral dy/dt = y³·A from pieces of its path by gradients of the adjoint equation (Chen et al., "Neural ordinary
// differential equations", 2018), and follows what it learnt from the beginning.
package main

import (
	"fmt"
	"log"
	"math/rand/v2"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/flow"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ode"
	"github.com/kedja-ml/kedja/ops"
)

const points, piece = 250, 10 // a tenth of a unit of time apart

func cube(y *graph.Node) *graph.Node { return ops.Mul(y, ops.Square(y)) }

func truth(_, y *graph.Node, a []*graph.Node) *graph.Node { return ops.MatMul(cube(y), a[0]) }

func net(_, y *graph.Node, w []*graph.Node) *graph.Node {
	return ops.Add(ops.MatMul(ops.Tanh(ops.Add(ops.MatMul(cube(y), w[0]), w[1])), w[2]), w[3])
}

// path [points, 2] follows the field from (2, 0).
func path(g *graph.Graph, field ode.Field, theta ...*graph.Node) *graph.Node {
	start := g.Constant(graph.BufferOf([]float64{2, 0}, 1, 2))
	_, ys := flow.Scan(append(theta, start), []*graph.Node{ops.Iota(g, graph.Int32, points)}, func(s, _ []*graph.Node) (next, y []*graph.Node) {
		w, at := s[:len(theta):len(theta)], s[len(theta)]
		return append(w, ode.DormandPrince(field, at, 0, 0.1, ode.Tolerance{}, w...)), []*graph.Node{at}
	})
	return ops.Reshape(ys[0], points, 2)
}

// run returns the root mean square error of a coordinate along the learnt path.
func run(iterations int) float64 {
	r, g, wide := rand.New(rand.NewPCG(1, 0)), graph.New(graph.Training), nn.Dtype(graph.Float64)
	drawn, err := exec.Eval(path(g, truth, g.Constant(graph.BufferOf([]float64{-0.1, 2, -2, -0.1}, 2, 2))))
	if err != nil {
		log.Fatal(err)
	}
	want := g.Constant(graph.BufferOf(drawn[0].Data().([]float64), points, 2))
	a, b := nn.NewDense(r, 2, 50, wide), nn.NewDense(r, 50, 2, wide)
	w := []*graph.Node{g.Use(a.W), g.Use(a.B), g.Use(b.W), g.Use(b.B)}
	rough := ode.Tolerance{Absolute: 1e-5, Relative: 1e-5}
	ends := ode.DormandPrince(net, ops.Slice(want, 0, 0, points-piece), 0, 0.1*piece, rough, w...) // of all pieces at once
	loss := nn.MSE(ends, ops.Slice(want, 0, piece, points-piece))
	l := optim.NewLBFGS(nn.Params(nn.Sequential{a, b}), 20)
	plan, err := exec.Compile(g, exec.Out(l.Outputs(loss)...))
	if err == nil {
		_, err = l.Run(iterations, func() ([]graph.Buffer, error) { return plan.RunBuffers() })
	}
	out, err2 := exec.Eval(ops.Sqrt(nn.MSE(path(g, net, w...), want)))
	if err != nil || err2 != nil {
		log.Fatal(err, err2)
	}
	return exec.Scalar(out[0])
}

func main() { fmt.Printf("error along a spiral of radius 2, over 25 units of time: %.4f\n", run(300)) }
