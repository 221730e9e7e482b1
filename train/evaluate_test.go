package train_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/train"
)

// Batches of any size, whole or not, and any number of workers give the same means.
func TestMeasure(t *testing.T) {
	m, set := newNet(1), clusters(100)
	want, err := train.Measure(set, 100, 1, m.loss)
	if err != nil || want["loss"] < 0.1 || len(want) != 2 {
		t.Fatal(want, err)
	}
	for _, batch := range []int{1, 3, 7, 64, 99, 1000} {
		got, err := train.Measure(set, batch, batch%4, m.loss)
		if err != nil || math.Abs(got["loss"]-want["loss"]) > 1e-6 || math.Abs(got["accuracy"]-want["accuracy"]) > 1e-6 {
			t.Error(batch, got, want, err)
		}
	}
}

// What a loop validates is what Measure says of the same examples.
func TestValidationIsAMeasure(t *testing.T) {
	s := newSetup(t, t.TempDir(), func(s *setup) { s.EMA = nil })
	out, err := s.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got, err := train.Measure(s.Validation.Data, 13, 2, s.m.loss)
	if err != nil || math.Abs(got["loss"]-out.Last["loss"]) > 1e-6 || math.Abs(got["accuracy"]-out.Last["accuracy"]) > 1e-6 {
		t.Error(got, out.Last, err)
	}
}

// Every example is seen once and in order, and nothing is trained.
func TestEvaluate(t *testing.T) {
	m, set := newNet(1), clusters(23)
	var labels []int32
	var rows int
	build := func(in []*graph.Node) []*graph.Node {
		return []*graph.Node{ops.Softmax(m.Out.Forward(m.Hidden.Forward(in[0])), -1)}
	}
	before := bitsOf(m)
	err := train.Evaluate(set, 10, 2, build, func(b data.Batch, out []graph.Buffer) error {
		labels = append(labels, graph.Data[int32](b.Fields[1])...)
		rows += out[0].Type.Shape.Dim(0)
		return nil
	})
	if err != nil || rows != 23 || len(labels) != 23 || !slices.Equal(labels[:4], []int32{0, 1, 2, 0}) || bitsOf(m) != before {
		t.Error(rows, labels, err)
	}
	stop := errors.New("seen enough")
	if err := train.Evaluate(set, 10, 1, build, func(data.Batch, []graph.Buffer) error { return stop }); err != stop {
		t.Error(err)
	}
}

func TestMeasureRefuses(t *testing.T) {
	m := newNet(1)
	wrong := data.Func(40, clusters(1).Types(), func(i int, seed uint64, row []graph.Buffer) error {
		err := clusters(40).Read(i, seed, row)
		graph.Data[int32](row[1])[0]++ // one more than there are classes
		return err
	})
	broken := data.Func(40, clusters(1).Types(), func(i int, _ uint64, _ []graph.Buffer) error { return errors.New("torn") })
	for _, c := range []struct {
		set   data.Dataset
		batch int
		loss  func([]*graph.Node) train.Outputs
		want  string
	}{
		{nil, 5, m.loss, "wants examples"},
		{clusters(0), 5, m.loss, "wants examples"},
		{clusters(5), 0, m.loss, "batches of at least 1"},
		{wrong, 7, m.loss, "label"},
		{broken, 7, m.loss, "example 0: torn"},
		{clusters(5), 5, func(b []*graph.Node) train.Outputs { return train.Outputs{Loss: m.Hidden.Forward(b[0])} }, "want a scalar"},
		{clusters(5), 5, func(b []*graph.Node) train.Outputs { return train.Outputs{Loss: nn.MSE(b[0], b[1])} }, "mse"},
	} {
		if _, err := train.Measure(c.set, c.batch, 1, c.loss); err == nil || !strings.Contains(strings.ToLower(err.Error()), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
}

// Continue begins where there is nothing, and goes on where there is something.
func TestContinue(t *testing.T) {
	want := whole(t, nil)
	dir := t.TempDir()
	for round := range 4 {
		s := newSetup(t, dir, nil)
		steps := 0
		s.OnStep = func(train.Step) error {
			if steps++; steps == 17 {
				return errKilled
			}
			return nil
		}
		if round == 0 {
			_ = s.Log.Write("of a run that died before its first checkpoint")
		}
		out, err := s.Continue(t.Context())
		if err == nil && out.Step == 45 {
			if got := s.bits(t); got != want {
				t.Errorf("other bytes:\n%s\nwant\n%s", got, want)
			}
			return
		}
		if !errors.Is(err, errKilled) {
			t.Fatal(err)
		}
		s.close()
	}
	t.Error("never done")
}

// Open gives a loop its folder, which no other has meanwhile.
func TestOpen(t *testing.T) {
	dir := t.TempDir()
	s := newSetup(t, t.TempDir(), nil)
	s.Loop.Checkpoints, s.Loop.Log, s.Loop.Times = nil, nil, nil
	rate := optim.Constant(0.01)
	s.Optimizer = optim.NewSGD(nn.Params(s.m), rate, 0)
	f, err := s.Open(dir, keepAll)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := new(train.Loop).Open(dir, keepAll); err == nil || !strings.Contains(err.Error(), "another process is writing here") {
		t.Error(err)
	}
	if _, err := s.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if steps, err := s.Checkpoints.Store.Steps(); err != nil || !slices.Equal(steps, []int{0, 45}) {
		t.Error(steps, err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if f, err = new(train.Loop).Open(dir, keepAll); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
