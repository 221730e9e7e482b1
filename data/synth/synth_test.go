package synth_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/data/synth"
	"github.com/kedja-ml/kedja/graph"
)

func ExampleShapes() {
	set, err := synth.Shapes(4, 11, 0, 3)
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range 2 {
		row, _ := data.Get(set, i)
		fmt.Println(synth.ShapeName(int(graph.Data[int32](row[1])[0])))
		for y := range 11 {
			line := ""
			for _, v := range graph.Data[float32](row[0])[y*11 : (y+1)*11] {
				line += string(".:*#"[min(3, int(4*v))])
			}
			fmt.Println(line)
		}
	}
	// Output:
	// disc
	// ...........
	// ...........
	// ...:***....
	// ..*#####...
	// .:#######..
	// .*#######..
	// .########:.
	// .*#######..
	// ..######*..
	// ..:####*...
	// ....::.....
	// ring
	// .....:*:...
	// ...*####*..
	// ..:#*..:#:.
	// ..*#....#*.
	// ..*#....#*.
	// ..:#:..:#:.
	// ...*#**##..
	// ....*##*...
	// ...........
	// ...........
	// ...........
}

// The distance of a point from its noiseless curve is what the doc says.
func TestPointsLieOnTheirCurves(t *testing.T) {
	moons, err := synth.Moons(500, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	spirals, err := synth.Spirals(500, 3, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 500 {
		m, _ := data.Get(moons, i)
		x, c := graph.Data[float32](m[0]), float64(graph.Data[int32](m[1])[0])
		if d := math.Hypot(float64(x[0])-c, float64(x[1])-c/2); math.Abs(d-1) > 1e-6 || (1-2*c)*(float64(x[1])-c/2) < -1e-6 {
			t.Fatalf("point %d: %v of class %v", i, x, c)
		}
		s, _ := data.Get(spirals, i)
		x, c = graph.Data[float32](s[0]), float64(graph.Data[int32](s[1])[0])
		radius := math.Hypot(float64(x[0]), float64(x[1]))
		turn := math.Atan2(float64(x[1]), float64(x[0])) - 3*math.Pi*radius - 2*math.Pi*c/3
		if math.Abs(math.Remainder(turn, 2*math.Pi)) > 1e-4 && radius > 1e-3 || radius > 1 {
			t.Fatalf("point %d of class %v: radius %v, angle off by %v", i, c, radius, turn)
		}
	}
}

func TestAdditionAnswers(t *testing.T) {
	set, err := synth.Addition(2000, 9, 5)
	if err != nil {
		t.Fatal(err)
	}
	squares := 0.0
	for i := range set.Len() {
		row, _ := data.Get(set, i)
		x, sum, marks := graph.Data[float32](row[0]), float32(0), 0
		for s := range 9 {
			if x[2*s+1] == 1 {
				sum, marks = sum+x[2*s], marks+1
			}
		}
		y := graph.Data[float32](row[1])[0]
		if sum != y || marks != 2 {
			t.Fatalf("sequence %d: %v with %d marks, the answer is %v", i, x, marks, y)
		}
		squares += float64((y - 1) * (y - 1))
	}
	if mse := squares / 2000; math.Abs(mse-1.0/6) > 0.02 {
		t.Errorf("answering 1 has the error %.3f, want about 1/6", mse)
	}
}

// A mean level tells shapes from empty pictures, and each is a function of seed and number.
func TestShapesRepeat(t *testing.T) {
	a, err := synth.Shapes(8, 28, 0.1, 2)
	if err != nil {
		t.Fatal(err)
	}
	b, _ := synth.Shapes(4, 28, 0.1, 2)
	for i := range 4 {
		x, _ := data.Get(a, i)
		y, _ := data.Get(b, i)
		sum := float32(0)
		for k, v := range graph.Data[float32](x[0]) {
			if v != graph.Data[float32](y[0])[k] {
				t.Fatalf("picture %d differs", i)
			}
			sum += v
		}
		if mean := sum / (28 * 28); mean < 0.03 || mean > 0.7 {
			t.Errorf("picture %d, a %s, has the mean level %v", i, synth.ShapeName(i), mean)
		}
	}
	if s := synth.ShapeName(4); s != "class 4" {
		t.Error(s)
	}
}

func TestBadSets(t *testing.T) {
	_, a := synth.Spirals(-1, 2, 0, 0)
	_, b := synth.Spirals(1, 0, 0, 0)
	_, c := synth.Moons(1, math.NaN(), 0)
	_, d := synth.Shapes(1, 7, 0, 0)
	_, e := synth.Addition(1, 1, 0)
	_, f := synth.Shapes(-1, 8, 0, 0)
	for i, err := range []error{a, b, c, d, e, f} {
		if err == nil || !strings.HasPrefix(err.Error(), "synth: ") {
			t.Errorf("case %d: %v", i, err)
		}
	}
}
