package diagnose_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/data/synth"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/train"
	"github.com/kedja-ml/kedja/train/diagnose"
)

// plant gives some units of a layer a bias.
func plant(d *nn.Dense, bias float32, units ...int) {
	b := graph.Data[float32](d.B.Value())
	for _, u := range units {
		b[u] = bias
	}
	d.B.Set(graph.BufferOf(b, len(b)))
}

// dead are the hidden units that no point reaches, by hand.
func dead(t *testing.T, m *net, points data.Dataset) (units []int) {
	w, b := graph.Data[float32](m.Hidden.W.Value()), graph.Data[float32](m.Hidden.B.Value())
	for u := range b {
		reached := false
		for i := range points.Len() {
			row, err := data.Get(points, i)
			if err != nil {
				t.Fatal(err)
			}
			x := graph.Data[float32](row[0])
			reached = reached || x[0]*w[u]+x[1]*w[len(b)+u]+b[u] > 0
		}
		if !reached {
			units = append(units, u)
		}
	}
	return units
}

// Dead and saturated units are found, those that are planted and those that the draw of the weights left, and no others, for any batches.
func TestUnits(t *testing.T) {
	points, err := synth.Moons(101, 0.1, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, batch := range []int{10, 101, 1000} {
		m := newNet(1)
		for range 2 {
			found, err := diagnose.Units(points, batch, 1, m.loss)
			if err != nil || len(found) != 2 {
				t.Fatal(found, err)
			}
			if found[0].Op != "relu" || found[1].Op != "tanh" || found[0].Units != 16 || !strings.Contains(found[0].Origin, "setup_test.go") {
				t.Errorf("%+v", found)
			}
			if want := dead(t, m, points); len(want) == 16 || fmt.Sprint(found[0].Dead) != fmt.Sprint(want) {
				t.Errorf("%v are dead, want %v", found[0].Dead, want)
			}
			plant(m.Hidden, -100, 2, 5)
		}
		plant(m.Second, 50, 7)
		found, err := diagnose.Units(points, batch, 1, m.loss)
		if err != nil || fmt.Sprint(found[1].Dead) != "[7]" || !slices.Contains(found[0].Dead, 2) || !slices.Contains(found[0].Dead, 5) {
			t.Errorf("%+v, %v", found, err)
		}
	}
}

// Channels of images are units: a dead one is found wherever it looks.
func TestUnitsOfImages(t *testing.T) {
	shapes, err := synth.Shapes(20, 8, 0.1, 1)
	if err != nil {
		t.Fatal(err)
	}
	conv := nn.NewConv2D(rand.New(rand.NewPCG(1, 0)), 1, 4, 3)
	b := graph.Data[float32](conv.B.Value())
	b[3] = -100
	conv.B.Set(graph.BufferOf(b, 4))
	found, err := diagnose.Units(shapes, 8, 1, func(f []*graph.Node) train.Outputs {
		return train.Outputs{Loss: ops.Mean(ops.ReLU(conv.Forward(f[0])))}
	})
	if err != nil || len(found) != 1 || found[0].Units != 4 || fmt.Sprint(found[0].Dead) != "[3]" {
		t.Errorf("%+v, %v", found, err)
	}
}

func ExampleUnits() {
	points, err := synth.Moons(100, 0.1, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	m := newNet(1)
	plant(m.Hidden, 1, 3, 6, 14) // which no point reaches as they were drawn
	plant(m.Hidden, -100, 4)     // no input is so large
	layers, err := diagnose.Units(data.Dataset(points), 50, 1, m.loss)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, a := range layers {
		fmt.Println(a.Op, len(a.Dead), "of", a.Units, "units dead:", a.Dead)
	}
	// Output:
	// relu 1 of 16 units dead: [4]
	// tanh 0 of 16 units dead: []
}
