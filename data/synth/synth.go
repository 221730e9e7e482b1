// Package synth makes data sets from a seed, for documentation and tests: small, known, and the same everywhere.
package synth

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/graph"
)

// points collects float32 vectors of length 2 with their classes.
type points struct {
	x []float32
	y []int32
}

func (p *points) add(x, y float64, class int) {
	p.x, p.y = append(p.x, float32(x), float32(y)), append(p.y, int32(class))
}

func (p *points) set() data.Dataset {
	d, _ := data.Arrays(graph.BufferOf(p.x, len(p.y), 2), graph.BufferOf(p.y, len(p.y))) // they agree by construction
	return d
}

// checked reports what no set can be made of.
func checked(n int, noise float64) error {
	if n < 0 || !(noise >= 0) {
		return fmt.Errorf("synth: %d examples with noise %v, want no negative number", n, noise)
	}
	return nil
}

// Spirals returns n points in the plane on as many arms as there are classes, each turning once and a half about the origin while its
// radius grows to 1, with Gaussian noise of the given deviation. Point i is of class i mod classes. A net without a hidden layer cannot
// tell the arms apart.
func Spirals(n, classes int, noise float64, seed uint64) (data.Dataset, error) {
	if err := checked(n, noise); err != nil {
		return nil, err
	}
	if classes < 1 {
		return nil, fmt.Errorf("synth: %d classes, want at least one", classes)
	}
	r := rand.New(rand.NewPCG(seed, 0x5c1))
	var p points
	for i := range n {
		c := i % classes
		radius := math.Sqrt(r.Float64())
		sin, cos := math.Sincos(3*math.Pi*radius + 2*math.Pi*float64(c)/float64(classes))
		p.add(radius*cos+noise*r.NormFloat64(), radius*sin+noise*r.NormFloat64(), c)
	}
	return p.set(), nil
}

// Moons returns n points on two half circles of radius 1 that reach into each other: class 0 about (0, 0) above, class 1 about (1, ½)
// below, with Gaussian noise of the given deviation. The classes take turns.
func Moons(n int, noise float64, seed uint64) (data.Dataset, error) {
	if err := checked(n, noise); err != nil {
		return nil, err
	}
	r := rand.New(rand.NewPCG(seed, 0x300))
	var p points
	for i := range n {
		sin, cos := math.Sincos(math.Pi * r.Float64())
		if i%2 == 1 {
			sin, cos = 0.5-sin, 1-cos
		}
		p.add(cos+noise*r.NormFloat64(), sin+noise*r.NormFloat64(), i%2)
	}
	return p.set(), nil
}

// names are what Shapes draws, by class.
var names = [...]string{"disc", "ring", "square", "cross"}

// ShapeName names a class of Shapes.
func ShapeName(class int) string {
	if class < 0 || class >= len(names) {
		return fmt.Sprintf("class %d", class)
	}
	return names[class]
}

// Shapes returns n pictures, float32 [1, side, side] with levels from 0 to 1, of a disc, a ring, an upright square or a cross of random
// size and place, with Gaussian noise of the given deviation, and its class, which takes turns. The picture depends on the seed and its
// number alone.
func Shapes(n, side int, noise float64, seed uint64) (data.Dataset, error) {
	if err := checked(n, noise); err != nil {
		return nil, err
	}
	if side < 8 {
		return nil, fmt.Errorf("synth: pictures of %d×%d, want at least 8×8", side, side)
	}
	return data.Func(n, []graph.Type{graph.T(graph.Float32, 1, side, side), graph.T(graph.Int32)}, func(i int, _ uint64, row []graph.Buffer) error {
		r := rand.New(rand.NewPCG(seed, uint64(i)))
		half := float64(side) / 2
		size := half * (0.4 + 0.4*r.Float64())
		cx, cy := half+(half-size)*(2*r.Float64()-1), half+(half-size)*(2*r.Float64()-1)
		pix := graph.Data[float32](row[0])
		for y := range side {
			for x := range side {
				// An edge is one pixel wide.
				in := min(1, max(0, 0.5-distance(i%len(names), float64(x)+0.5-cx, float64(y)+0.5-cy, size)))
				pix[y*side+x] = float32(min(1, max(0, in+noise*r.NormFloat64())))
			}
		}
		graph.Data[int32](row[1])[0] = int32(i % len(names))
		return nil
	}), nil
}

// distance is how far a point lies outside a shape about the origin, about.
func distance(class int, x, y, size float64) float64 {
	x, y = math.Abs(x), math.Abs(y)
	switch names[class] {
	case "disc":
		return math.Hypot(x, y) - size
	case "ring":
		return math.Abs(math.Hypot(x, y)-0.8*size) - 0.2*size
	case "square":
		return max(x, y) - 0.85*size
	}
	return max(min(x, y)-0.2*size, max(x, y)-size)
}

// Addition returns n sequences of length steps for the adding problem (Hochreiter & Schmidhuber, "Long short-term memory", Neural
// Computation 9, 1997, experiment 4, with markers 0 and 1): float32 [steps, 2], each step a number from [0, 1) and a marker; two steps
// are marked, one in each half, and the answer, float32 [1], is the sum of their numbers. Answering 1 always has a mean squared error of
// 1/6.
func Addition(n, steps int, seed uint64) (data.Dataset, error) {
	if n < 0 || steps < 2 {
		return nil, fmt.Errorf("synth: %d sequences of %d steps, want at least 2 steps", n, steps)
	}
	return data.Func(n, []graph.Type{graph.T(graph.Float32, steps, 2), graph.T(graph.Float32, 1)}, func(i int, _ uint64, row []graph.Buffer) error {
		r := rand.New(rand.NewPCG(seed, uint64(i)))
		x := graph.Data[float32](row[0])
		for s := range steps {
			x[2*s], x[2*s+1] = r.Float32(), 0
		}
		a, b := r.IntN(steps/2), steps/2+r.IntN(steps-steps/2)
		x[2*a+1], x[2*b+1] = 1, 1
		graph.Data[float32](row[1])[0] = x[2*a] + x[2*b]
		return nil
	}), nil
}
