package optim

import "math"

// A point is a place on the line of a search: how far along, the parameters, the loss, its gradient and its slope along the line.
type point struct {
	t, f, slope float64
	x, d        []float64
}

func (p point) finite() bool { return !math.IsNaN(p.f-p.f) && !math.IsNaN(p.slope-p.slope) }

// search looks along dir from at for a point of the strong Wolfe conditions, first at step t (Nocedal & Wright, 2006, algorithm 3.5). If
// it finds none, it returns the lowest point it saw, which may be at itself, with t = 0.
func (l *LBFGS) search(at point, dir []float64, t float64, look func(x []float64) (point, error)) (point, error) {
	at.t, at.slope = 0, dot(at.d, dir)
	if !(at.slope < 0) {
		return at, nil
	}
	slack := 4 * math.Abs(at.f) * 0x1p-52 // what rounding hides
	trials := 0
	try := func(t float64) (point, error) {
		trials++
		x := make([]float64, len(dir))
		for i, v := range at.x {
			x[i] = v + t*dir[i]
		}
		p, err := look(x)
		p.t, p.slope = t, dot(p.d, dir)
		return p, err
	}
	low := func(p point) bool { return p.finite() && p.f <= at.f+l.Decrease*p.t*at.slope+slack }
	flat := func(p point) bool { return math.Abs(p.slope) <= -l.Curvature*at.slope }

	// zoom narrows an interval that holds a good point between lo, the lowest low point so far, and hi (algorithm 3.6).
	zoom := func(lo, hi point) (point, error) {
		for trials < l.Trials && math.Abs(hi.t-lo.t) > 1e-16*math.Max(1, lo.t) {
			p, err := try(between(lo, hi))
			switch {
			case err != nil:
				return at, err
			case !low(p) || p.f > lo.f+slack:
				hi = p
			case flat(p):
				return p, nil
			default:
				if p.slope*(hi.t-lo.t) >= 0 {
					hi = lo
				}
				lo = p
			}
		}
		return lowest(at, lo), nil
	}

	last := at
	for trials < l.Trials {
		p, err := try(t)
		switch {
		case err != nil:
			return at, err
		case !low(p) || last.t > 0 && p.f > last.f+slack:
			return zoom(last, p)
		case flat(p):
			return p, nil
		case p.slope >= 0:
			return zoom(p, last)
		}
		further := cubic(last, p)
		if !(further > p.t+0.1*(p.t-last.t)) {
			further = 10 * p.t
		}
		last, t = p, min(further, 10*p.t)
	}
	return lowest(at, last), nil
}

// lowest returns p if it is lower than at, else at.
func lowest(at, p point) point {
	if p.f < at.f {
		return p
	}
	return at
}

// between returns the minimum of the cubic through lo and hi, kept away from both ends; the middle where there is none, and near lo if
// hi is out of bounds.
func between(lo, hi point) float64 {
	if !hi.finite() {
		return lo.t + 0.1*(hi.t-lo.t)
	}
	a, b := min(lo.t, hi.t), max(lo.t, hi.t)
	t, edge := cubic(lo, hi), 0.1*(b-a)
	if math.IsNaN(t) {
		return (a + b) / 2
	}
	return min(max(t, a+edge), b-edge)
}

// cubic is the minimum of the cubic with the values and slopes of p and q (Nocedal & Wright, equation 3.59), NaN if it has none.
func cubic(p, q point) float64 {
	d := p.slope + q.slope - 3*(p.f-q.f)/(p.t-q.t)
	e := math.Copysign(math.Sqrt(d*d-p.slope*q.slope), q.t-p.t)
	return q.t - (q.t-p.t)*(q.slope+e-d)/(q.slope-p.slope+2*e)
}
