package plots

import (
	"math"
	"strconv"

	"gonum.org/v1/plot"
)

// ticks stand at multiples of 1, 2 or 5 times a power of ten, some five of them.
type ticks struct{}

func (ticks) Ticks(low, high float64) (ts []plot.Tick) {
	step := math.Pow(10, math.Floor(math.Log10((high-low)/4)))
	for _, k := range []float64{5, 2, 1} {
		if (high-low)/(k*step) >= 3.5 {
			step *= k
			break
		}
	}
	for k := math.Ceil(low/step - 1e-9); k*step <= high+1e-9*step; k++ {
		v := k * step
		digits := max(0, int(math.Ceil(-math.Log10(step)-1e-9)))
		format := byte('f')
		if math.Abs(v) >= 1e6 || step < 1e-5 {
			format, digits = 'g', 4
		}
		ts = append(ts, plot.Tick{Value: v, Label: strconv.FormatFloat(v+0, format, digits, 64)}) // + 0 turns −0 into 0
	}
	return ts
}

// room gives an axis an extent where all points are at one place.
func room(a *plot.Axis, logarithmic bool) {
	switch {
	case a.Max > a.Min:
	case logarithmic:
		a.Min, a.Max = a.Min/2, a.Max*2
	case a.Min >= 1: // such as a step, about which ticks would stand at fractions
		a.Min = 0
	default:
		a.Min, a.Max = a.Min-0.5, a.Max+0.5
	}
}

// placeLegend puts the legend where the fewest points are, and makes room for it above where there are some everywhere.
func (f Figure) placeLegend(p *plot.Plot, entries int) {
	height := 0.05*float64(entries) + 0.03
	var taken [4]int // right top, left top, right bottom, left bottom
	for _, l := range f.Lines {
		for _, q := range l.Points {
			if !finite(q) {
				continue
			}
			x, y := share(q.Step, p.X, f.LogX), share(q.Value, p.Y, f.Log)
			for c := range taken {
				fromSide, fromEdge := x, y
				if c%2 == 0 {
					fromSide = 1 - x
				}
				if c < 2 {
					fromEdge = 1 - y
				}
				if fromSide < 0.45 && fromEdge < height {
					taken[c]++
				}
			}
		}
	}
	best := 0
	for c, n := range taken {
		if n < taken[best] {
			best = c
		}
	}
	if taken[best] > 0 && f.From == 0 && f.To == 0 {
		best = 0
		if f.Log {
			p.Y.Max *= math.Pow(p.Y.Max/p.Y.Min, height/(1-height))
		} else {
			p.Y.Max += (p.Y.Max - p.Y.Min) * height / (1 - height)
		}
	}
	p.Legend.Left, p.Legend.Top, p.Legend.XOffs = best%2 == 1, best < 2, -8
	if p.Legend.Left {
		p.Legend.XOffs = 8
	}
}

// share is where a value lies between the ends of an axis.
func share(v float64, a plot.Axis, logarithmic bool) float64 {
	if logarithmic {
		return math.Log(v/a.Min) / math.Log(a.Max/a.Min)
	}
	return (v - a.Min) / (a.Max - a.Min)
}
