package recipe_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/train"
	"github.com/kedja-ml/kedja/vision"
	"github.com/kedja-ml/kedja/vision/recipe"
)

// bars are n images of a bar that stands or lies, in colour, 9×13.
func bars(n int) data.Dataset {
	f := []graph.Type{graph.T(graph.Uint8, 3, 9, 13), graph.T(graph.Int32)}
	return data.Func(n, f, func(i int, _ uint64, row []graph.Buffer) error {
		r, levels := rand.New(rand.NewPCG(uint64(i), 1)), graph.Data[uint8](row[0])
		for k := range levels {
			levels[k] = uint8(r.IntN(60))
		}
		at, c := 2+r.IntN(5), r.IntN(3)
		for k := range 5 {
			y, x := at, 2+k
			if i%2 == 1 {
				y, x = 2+k, at
			}
			levels[c*9*13+y*13+x] = 255
		}
		graph.Data[int32](row[1])[0] = int32(i % 2)
		return nil
	})
}

var (
	format = vision.Format{Channels: 3, Height: 9, Width: 13, Classes: 2}
	grey   = data.Moments{Mean: []float64{0.1, 0.1, 0.1}, Deviation: []float64{0.2, 0.2, 0.2}}
)

// Every recipe learns, whatever the images' size and the number of channels and classes.
func TestRecipesLearn(t *testing.T) {
	names := map[string]bool{}
	for _, r := range recipe.MNIST() {
		if r.Name == "" || r.Help == "" || names[r.Name] || r.Holdout < 1 {
			t.Errorf("%+v", r)
		}
		names[r.Name] = true
		r.Batch, r.Epochs, r.Steps = 16, 40, 100
		model := r.Model(rand.New(rand.NewPCG(1, 0)), format)
		loop, _, err := r.Loop(model, bars(160), bars(100), grey, recipe.Options{Seed: 1, Workers: 1})
		if err != nil {
			t.Fatal(r.Name, err)
		}
		if out, err := loop.Run(t.Context()); err != nil || out.Step != 100 || out.Last["accuracy"] < 0.9 {
			t.Error(r.Name, out, err)
		}
	}
	if recipe.MNIST()[0].Name != "default" {
		t.Error("the default does not come first")
	}
}

// What is frozen stays, and accumulating divides the updates.
func TestOptions(t *testing.T) {
	r := recipe.Default()
	r.Batch, r.Epochs, r.Steps = 16, 4, 6
	run := func(o recipe.Options) (changed []string) {
		o.Seed, o.Workers = 1, 1
		model, start := r.Model(rand.New(rand.NewPCG(1, 0)), format), r.Model(rand.New(rand.NewPCG(1, 0)), format)
		loop, _, err := r.Loop(model, bars(64), nil, grey, o)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := loop.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		was := map[string]string{}
		for name, p := range nn.Params(start) {
			was[name] = string(p.Value().Bytes())
		}
		for name, p := range nn.Params(model) {
			if was[name] != string(p.Value().Bytes()) {
				changed = append(changed, name)
			}
		}
		return changed
	}
	if got := run(recipe.Options{}); len(got) != 8 {
		t.Error(got)
	}
	if got := fmt.Sprint(run(recipe.Options{Trained: func(name string) bool { return strings.HasPrefix(name, "Out.") }})); got != "[Out.W Out.B]" {
		t.Error(got)
	}
	if got := run(recipe.Options{Accumulate: 7}); len(got) != 0 { // 6 batches are not enough for an update
		t.Error(got)
	}
	if got := run(recipe.Options{Accumulate: 3}); len(got) != 8 {
		t.Error(got)
	}
}

// painted is a variation that makes all of an image one number.
type painted float32

func (p painted) Apply(dst []float32, _ []uint8, _, _ int, _, _ float32, _ uint64) {
	for i := range dst {
		dst[i] = float32(p)
	}
}

// In the last epochs images vary in another way.
func TestSettling(t *testing.T) {
	r := recipe.Fast()
	r.Batch, r.Epochs, r.Steps, r.Vary, r.Settle, r.Settling = 16, 3, 0, painted(1), painted(2), 1
	loop, _, err := r.Loop(r.Model(rand.New(rand.NewPCG(1, 0)), format), bars(64), nil, grey, recipe.Options{Seed: 1})
	if err != nil || loop.Steps != 12 {
		t.Fatal(loop, err)
	}
	for i := range loop.Steps {
		b, err := loop.Data.Next()
		if err != nil {
			t.Fatal(err)
		}
		if got, want := graph.Data[float32](b.Fields[0])[0], float32(1+i/8); got != want {
			t.Errorf("batch %d is painted %v, want %v", i, got, want)
		}
	}
}

func TestLoopRefuses(t *testing.T) {
	r := recipe.Fast()
	model := r.Model(rand.New(rand.NewPCG(1, 0)), format)
	for _, c := range []struct {
		change func(*recipe.Recipe, *recipe.Options)
		want   string
	}{
		{func(r *recipe.Recipe, _ *recipe.Options) { r.Epochs = 0 }, "0 epochs"},
		{func(r *recipe.Recipe, _ *recipe.Options) { r.Batch = 1000 }, "no batch of 1000 from 64 examples"},
		{func(r *recipe.Recipe, _ *recipe.Options) { r.Settling = -1 }, "-1 of them settling"},
		{func(_ *recipe.Recipe, o *recipe.Options) { o.Accumulate = -1 }, "-1 batches an update"},
		{func(_ *recipe.Recipe, o *recipe.Options) { o.Trained = func(string) bool { return false } }, "no parameter is left to train"},
	} {
		r, o := r, recipe.Options{Seed: 1}
		r.Batch = 16
		c.change(&r, &o)
		if _, _, err := r.Loop(model, bars(64), nil, grey, o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
}

func ExampleRecipe_Loop() {
	r := recipe.Fast()
	r.Batch, r.Steps = 16, 2
	model := r.Model(rand.New(rand.NewPCG(1, 0)), format)
	loop, _, err := r.Loop(model, bars(64), bars(20), grey, recipe.Options{Seed: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	loop.OnStep = func(s train.Step) error {
		fmt.Println("step", s.Step, "of", s.Steps)
		return nil
	}
	_, err = loop.Run(context.Background())
	fmt.Println(err)
	// Output:
	// step 1 of 2
	// step 2 of 2
	// <nil>
}
