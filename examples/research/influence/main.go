// Command influence foretells how much the loss on test data changes when one example is left out of training, by a Hessian that is never
// formed (Koh & Liang, "Understanding black-box predictions via influence functions", 2017), and then leaves out each and trains again.
package main

import (
	"fmt"
	"log"
	"math/rand/v2"
	"slices"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/implicit"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
	"gonum.org/v1/gonum/stat"
)

const n, width = 400, 10

// loss is that of logistic regression with a penalty; θ is weights, rows, classes, and how much each row counts.
func loss(th []*graph.Node) *graph.Node {
	each := nn.BCEWithLogits(ops.MatMul(th[1], th[0]), th[2], nn.None)
	return ops.Add(ops.Scale(1.0/n, ops.Sum(ops.Mul(th[3], each))), ops.Scale(0.005, ops.Sum(ops.Square(th[0]))))
}

// run returns the correlation of what is foretold with what comes.
func run() float64 {
	r, g := rand.New(rand.NewPCG(1, 0)), graph.New(graph.Training)
	draws := make([]float64, 2*n*(width+1))
	for i := range draws {
		draws[i] = r.NormFloat64()
	}
	drawn := ops.Split(g.Constant(graph.BufferOf(draws, 2*n, width+1)), 1, width, 1) // features and noise
	class := ops.Step(ops.Add(ops.SumKeep(drawn[0], 1), ops.Scale(2, drawn[1])))
	x, y := ops.Split(drawn[0], 0, n, n), ops.Split(class, 0, n, n)
	model := nn.NewDense(r, width, 1, nn.NoBias(), nn.Dtype(graph.Float64))
	w, counts := g.Use(model.W), g.Input("counts", graph.Float64, n, 1)
	theta, test := []*graph.Node{w, x[0], y[0], counts}, nn.BCEWithLogits(ops.MatMul(x[1], w), y[1])
	s := implicit.CG(func(v *graph.Node, th []*graph.Node) *graph.Node { // H⁻¹ · gradient of test
		return autodiff.HVP(loss(th), th[:1], []*graph.Node{v})[0]
	}, autodiff.Grad(test, w)[0], theta, implicit.Limit{Tolerance: 1e-9})
	slope := autodiff.Grad(loss(theta), w)[0]
	foretold := autodiff.Grad(ops.Sum(ops.Mul(slope, ops.StopGradient(s))), counts)[0] // of a row that counts 1 less

	l := optim.NewLBFGS(nn.Params(model), 10)
	plan, err := exec.Compile(g, exec.In(counts), exec.Out(l.Outputs(loss(theta))...))
	ask, err2 := exec.Compile(g, exec.In(counts), exec.Out(test, foretold))
	if err != nil || err2 != nil {
		log.Fatal(err, err2)
	}
	train := func(out int) []float64 { // without that row, where there is one: what is foretold, and the loss on test data
		counts := slices.Repeat([]float64{1}, n+1)
		counts[out] = 0
		_, err := l.Run(100, func() ([]graph.Buffer, error) { return plan.RunBuffers(graph.BufferOf(counts[:n], n, 1)) })
		v, err2 := ask.Run(counts[:n])
		if err != nil || err2 != nil {
			log.Fatal(err, err2)
		}
		return append(slices.Clone(v[1].Data().([]float64)), exec.Scalar(v[0]))
	}
	said, came := train(n)[:n], make([]float64, n)
	for i := range came {
		came[i] = train(i)[n] // less the loss with all, which is the same for each
	}
	return stat.Correlation(said, came, nil)
}

func main() { fmt.Printf("correlation of foretold and real changes: %.4f\n", run()) }
