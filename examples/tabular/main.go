// Command tabular learns two tables: a number from columns of different units, and the species of irises. Each is learnt from columns as
// they are, and from columns that are standardised to mean 0 and deviation 1.
//
//	go run ./examples/tabular [-seed 1]
//
// iris.csv holds the 150 flowers that E. Anderson measured, in cm, as R. A. Fisher published them ("The use of multiple measurements in
// taxonomic problems", Annals of Eugenics 7, 1936, table I).
package main

import (
	"bytes"
	"context"
	_ "embed"
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"strings"

	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/data/csv"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/train"
	"github.com/kedja-ml/kedja/train/metrics"
)

//go:embed iris.csv
var iris []byte

// A task is a table, what is learnt from it, and how that is measured.
type task struct {
	table    data.Dataset
	out      int // numbers that the network gives
	loss     func(out, target *graph.Node) *graph.Node
	measures map[string]metrics.Metric
	steps    int
}

// species is a task of three classes.
func species() (task, error) {
	t, err := csv.Read(bytes.NewReader(iris), csv.Options{},
		csv.Field{Columns: []string{"sepal length", "sepal width", "petal length", "petal width"}},
		csv.Field{Columns: []string{"species"}, Classes: []string{}})
	if err != nil {
		return task{}, err
	}
	c := metrics.Classes{N: len(t.Fields[1].Classes)}
	return task{t, c.N, func(out, class *graph.Node) *graph.Node { return nn.CrossEntropy(out, class) }, map[string]metrics.Metric{
		"accuracy": metrics.NewAccuracy(c), "F1": metrics.NewF1(c, metrics.Macro), "AUC": metrics.NewAUC(c, metrics.Macro),
	}, 300}, nil
}

// number is a task of one number, y = 10 sin(πab) + 20 (c − ½)² + 10 d + 5 e + noise of deviation 1, with a to e from [0, 1) and another five
// columns that say nothing (Friedman, "Multivariate Adaptive Regression Splines", Annals of Statistics 19, 1991, section 4.3), in units
// as tables have them: one column in thousands, another in thousandths.
func number(seed uint64) (task, error) {
	t, err := csv.Read(strings.NewReader(friedman(1200, seed)), csv.Options{},
		csv.Field{Columns: strings.Split("abcdefghij", "")}, csv.Field{Columns: []string{"y"}})
	if err != nil {
		return task{}, err
	}
	return task{t, 1, func(out, y *graph.Node) *graph.Node { return nn.MSE(out, y) }, map[string]metrics.Metric{
		"R2": metrics.NewR2(),
	}, 2000}, nil
}

// A Net has one hidden layer.
type Net struct{ Hidden, Out *nn.Dense }

// Forward maps rows to what is learnt of them.
func (m *Net) Forward(x *graph.Node) *graph.Node { return m.Out.Forward(ops.Tanh(m.Hidden.Forward(x))) }

// learn trains on three quarters of the rows and returns what is measured on the others.
func (t task) learn(ctx context.Context, seed uint64, standardised bool) (map[string]float64, error) {
	fit, held, err := data.Holdout(t.table.Len(), t.table.Len()/4, seed)
	if err != nil {
		return nil, err
	}
	seen, err := data.Subset(t.table, fit)
	if err != nil {
		return nil, err
	}
	unseen, err := data.Subset(t.table, held)
	if err != nil {
		return nil, err
	}
	if standardised {
		for field, f := range seen.Types() {
			if f.Dtype != graph.Float32 { // a class
				continue
			}
			m, err := data.MomentsOf(seen, field, 0) // of what is trained on, alone
			if err != nil {
				return nil, err
			}
			if seen, err = data.Standardize(seen, field, 0, m); err != nil {
				return nil, err
			}
			if unseen, err = data.Standardize(unseen, field, 0, m); err != nil {
				return nil, err
			}
		}
	}
	batches, err := data.NewLoader(seen, data.Config{Batch: 32, Order: data.Shuffled{Seed: seed}})
	if err != nil {
		return nil, err
	}
	r := rand.New(rand.NewPCG(seed, 0))
	model := &Net{nn.NewDense(r, seen.Types()[0].Shape.Dim(0), 32), nn.NewDense(r, 32, t.out)}
	loop := &train.Loop{
		Model: model, Data: batches, Steps: t.steps, Seed: seed,
		Optimizer: optim.NewAdamW(nn.Params(model), optim.Cosine(1e-2, 1e-5, t.steps), 1e-2),
		Loss: func(row []*graph.Node) train.Outputs {
			out := model.Forward(row[0])
			return train.Outputs{Loss: t.loss(out, row[1]), Predictions: out, Targets: row[1]}
		},
		Validation: &train.Validation{Data: unseen, Batch: 100, Every: t.steps, Metrics: t.measures},
	}
	o, err := loop.Run(ctx)
	return o.Last, err
}

func run(ctx context.Context, seed uint64) error {
	y, err := number(seed)
	if err != nil {
		return err
	}
	s, err := species()
	if err != nil {
		return err
	}
	for _, standardised := range []bool{false, true} {
		a, err := y.learn(ctx, seed, standardised)
		if err != nil {
			return err
		}
		b, err := s.learn(ctx, seed, standardised)
		if err != nil {
			return err
		}
		what := "as they are  "
		if standardised {
			what = "standardised "
		}
		fmt.Printf("%s number: R² %.3f   irises: accuracy %.3f  F1 %.3f  AUC %.3f\n", what, a["R2"], b["accuracy"], b["F1"], b["AUC"])
	}
	return nil
}

func main() {
	seed := flag.Uint64("seed", 1, "of the table, of which rows are held out, of weights and order")
	flag.Parse()
	if err := run(context.Background(), *seed); err != nil {
		log.Fatal(err)
	}
}
