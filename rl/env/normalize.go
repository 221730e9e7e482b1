package env

import "math"

// Moments are running means and variances of the columns of rows, without a row being kept (Welford, 1962). They begin as if one row of mean 0
// and variance 1 had been seen with the weight 1e-4, so that the first ones do no harm.
type Moments struct {
	Count             float64
	Mean, SquaresLeft []float64 // SquaresLeft is the sum of squared distances from the mean
}

const priorCount = 1e-4

// NewMoments is of rows of so many numbers.
func NewMoments(columns int) *Moments {
	m := &Moments{Count: priorCount, Mean: make([]float64, columns), SquaresLeft: make([]float64, columns)}
	for i := range m.SquaresLeft {
		m.SquaresLeft[i] = priorCount
	}
	return m
}

// Add counts rows, one after the other.
func (m *Moments) Add(rows []float32) {
	columns := len(m.Mean)
	for at := 0; at+columns <= len(rows); at += columns {
		m.Count++
		for i, x := range rows[at : at+columns] {
			d := float64(x) - m.Mean[i]
			m.Mean[i] += d / m.Count
			m.SquaresLeft[i] += float64(d * (float64(x) - m.Mean[i]))
		}
	}
}

// Std is the standard deviation of a column, of all rows so far.
func (m *Moments) Std(column int) float64 { return math.Sqrt(m.SquaresLeft[column]/m.Count + 1e-8) }

// Normalize replaces rows by (x − mean)/std, cut off at ±10.
func (m *Moments) Normalize(rows []float32) {
	columns := len(m.Mean)
	for at := 0; at+columns <= len(rows); at += columns {
		for i, x := range rows[at : at+columns] {
			rows[at+i] = float32(clip10((float64(x) - m.Mean[i]) / m.Std(i)))
		}
	}
}

func clip10(x float64) float64 { return min(10, max(-10, x)) }

func (m *Moments) parts() []any { return []any{&m.Count, m.Mean, m.SquaresLeft} }

// NormalizeObs shows observations less their running mean, in units of their running standard deviation, cut off at ±10.
type NormalizeObs struct {
	Env
	*Moments
	Frozen bool // as an evaluation wants it: the statistics stay as they are
}

// NewNormalizeObs wraps e.
func NewNormalizeObs(e Env) *NormalizeObs {
	return &NormalizeObs{Env: e, Moments: NewMoments(e.Spec().Size())}
}

func (n *NormalizeObs) Unwrap() Env { return n.Env }

// Spec is that of the wrapped environment, whose observations are no longer whole numbers.
func (n *NormalizeObs) Spec() Spec {
	s := n.Env.Spec()
	s.Bytes = false
	return s
}

func (n *NormalizeObs) Reset(seed uint64, obs []float32) {
	n.Env.Reset(seed, obs)
	n.see(obs)
}

func (n *NormalizeObs) see(obs []float32) {
	if !n.Frozen {
		n.Add(obs)
	}
	n.Normalize(obs)
}

func (n *NormalizeObs) Step(a Action, obs []float32) (Outcome, error) {
	o, err := n.Env.Step(a, obs)
	if err == nil {
		n.see(obs)
	}
	return o, err
}

func (n *NormalizeObs) AppendBinary(b []byte) ([]byte, error) {
	return packWrapper(b, n.Env, n.parts()...)
}

func (n *NormalizeObs) UnmarshalBinary(b []byte) error {
	return unpackWrapper(n.Spec().Name, b, n.Env, n.parts()...)
}

// NormalizeReward divides rewards by the running standard deviation of the discounted sum Rₜ = γ·Rₜ₋₁ + rₜ, and cuts them off at ±10
// (Engstrom et al., 2020). Their mean is left, since moving it would change which policy is best.
type NormalizeReward struct {
	Env
	*Moments
	Discount float64
	Frozen   bool
	sum      float64
	one      []float32
}

// NewNormalizeReward wraps e.
func NewNormalizeReward(e Env, discount float64) *NormalizeReward {
	return &NormalizeReward{Env: e, Moments: NewMoments(1), Discount: discount, one: make([]float32, 1)}
}

func (n *NormalizeReward) Unwrap() Env { return n.Env }

func (n *NormalizeReward) Reset(seed uint64, obs []float32) {
	n.sum = 0
	n.Env.Reset(seed, obs)
}

func (n *NormalizeReward) Step(a Action, obs []float32) (Outcome, error) {
	o, err := n.Env.Step(a, obs)
	if err != nil {
		return o, err
	}
	if !n.Frozen {
		n.sum = float64(n.Discount*n.sum) + float64(o.Reward)
		n.one[0] = float32(n.sum)
		n.Add(n.one)
	}
	o.Reward = float32(clip10(float64(o.Reward) / n.Std(0)))
	return o, nil
}

func (n *NormalizeReward) AppendBinary(b []byte) ([]byte, error) {
	return packWrapper(b, n.Env, append(n.parts(), &n.sum)...)
}

func (n *NormalizeReward) UnmarshalBinary(b []byte) error {
	return unpackWrapper(n.Spec().Name, b, n.Env, append(n.parts(), &n.sum)...)
}
