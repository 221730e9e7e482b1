package plots

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"

	"github.com/kedja-ml/kedja/internal/patherr"
	"github.com/kedja-ml/kedja/train"
)

// A Figure is curves over one pair of axes.
type Figure struct {
	Title, X, Y string
	Log         bool // whether Y is drawn logarithmic; what is not positive is then left out
	LogX        bool
	From, To    float64 // of Y; chosen by the curves where both are 0
	Lines       []Line
}

// A Line is a curve. Points that are not finite are left out.
type Line struct {
	Name   string
	Points []Point
	Best   Best // marks a point, from which on what is drawn lies in a shade
	Dashed bool
	Color  int // of the palette; lines of one colour belong together
}

// A Point is a number at a step.
type Point struct{ Step, Value float64 }

// Best says which point of a line is marked.
type Best int

const (
	Unmarked Best = iota
	Smallest
	Largest
	Last
)

// best is the marked point: of equal ones the first.
func (l Line) best() (p Point, ok bool) {
	for _, q := range l.Points {
		if !finite(q) {
			continue
		}
		if !ok || l.Best == Smallest && q.Value < p.Value || l.Best == Largest && q.Value > p.Value || l.Best == Last {
			p, ok = q, true
		}
	}
	return p, ok && l.Best != Unmarked
}

func finite(p Point) bool {
	return !math.IsNaN(p.Value) && !math.IsInf(p.Value, 0) && !math.IsNaN(p.Step) && !math.IsInf(p.Step, 0)
}

// Curves is a metric, such as "loss", on training examples and on those of the validation, whose best step is marked: where the two part,
// and the second turns, the model overfits. Where larger, more of it is better.
func Curves(metric string, larger bool, reports []train.Report) Figure {
	var fit, held []Point
	for _, r := range reports {
		if v, ok := r.Train[metric]; ok {
			fit = append(fit, Point{float64(r.Step), v})
		}
		if v, ok := r.Validation[metric]; ok {
			held = append(held, Point{float64(r.Step), v})
		}
	}
	best := Smallest
	if larger {
		best = Largest
	}
	return Figure{
		Title: metric + " by step", X: "step", Y: metric,
		Lines: []Line{{Name: "training", Points: fit}, {Name: "validation", Points: held, Best: best, Color: 1}},
	}
}

// ReadLog reads the reports of a log that a train.Loop wrote. Lines that are none, such as events, are left out; numbers that were not finite
// are NaN.
func ReadLog(path string) ([]train.Report, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("plots: %s: %w", path, patherr.Cause(err))
	}
	defer f.Close()
	rs, err := readLog(f)
	if err != nil {
		return nil, fmt.Errorf("plots: %s: %w", path, err)
	}
	return rs, nil
}

func readLog(r io.Reader) (reports []train.Report, err error) {
	s := bufio.NewScanner(r)
	s.Buffer(nil, 1<<24)
	for n := 1; s.Scan(); n++ {
		var line map[string]any
		if err := json.Unmarshal(s.Bytes(), &line); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		step, ok := line["step"].(float64)
		if _, event := line["event"]; event || !ok {
			continue
		}
		rep := train.Report{Step: int(step), Train: map[string]float64{}, Validation: map[string]float64{}}
		if e, ok := line["epoch"].(float64); ok {
			rep.Epoch = int(e)
		}
		for name, v := range line {
			to, prefix := rep.Train, "validation_"
			if len(name) > len(prefix) && name[:len(prefix)] == prefix {
				to, name = rep.Validation, name[len(prefix):]
			}
			switch v := v.(type) {
			case float64:
				to[name] = v
			case nil:
				to[name] = math.NaN()
			}
		}
		delete(rep.Train, "step")
		delete(rep.Train, "epoch")
		reports = append(reports, rep)
	}
	if err := s.Err(); err != nil {
		return nil, err
	}
	return reports, nil
}
