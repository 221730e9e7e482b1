package toy

import (
	"fmt"
	"math"

	"github.com/kedja-ml/kedja/internal/npyrand"
	"github.com/kedja-ml/kedja/rl/env"
)

// Bandit has arms that pay by normal distributions of variance 1 about means of their own, which are drawn from another one about 0 (the testbed
// of Sutton & Barto, 2018, section 2.3). There is nothing to see: the observation is 1. An episode is 100 pulls, and terminated after them.
type Bandit struct {
	Means []float64
	s     struct {
		env.Episode
		Random npyrand.Rand
	}
}

// NewBandit draws the means of so many arms.
func NewBandit(arms int, seed uint64) (*Bandit, error) {
	if arms < 1 {
		return nil, fmt.Errorf("bandit: %d arms, want at least 1", arms)
	}
	b := &Bandit{Means: make([]float64, arms)}
	r := npyrand.New(seed)
	for i := range b.Means {
		b.Means[i] = normal(r)
	}
	return b, nil
}

// normal draws from the standard normal distribution (Box & Muller, 1958).
func normal(r *npyrand.Rand) float64 {
	u, v := 1-r.Float64(), r.Float64()
	return math.Sqrt(-2*math.Log(u)) * math.Cos(2*math.Pi*v)
}

func (b *Bandit) Spec() env.Spec {
	return env.Spec{Name: "bandit", Obs: []int{1}, Actions: env.Discrete(len(b.Means))}
}

func (b *Bandit) Reset(seed uint64, obs []float32) {
	b.s.Random.Seed(seed)
	b.s.Begin()
	obs[0] = 1
}

// Step pulls an arm.
func (b *Bandit) Step(a env.Action, obs []float32) (env.Outcome, error) {
	if err := b.s.Check("bandit", len(b.Means), a); err != nil {
		return env.Outcome{}, err
	}
	obs[0] = 1
	return b.s.Next(float32(b.Means[a.Index]+normal(&b.s.Random)), b.s.Steps == 99, 0), nil
}

func (b *Bandit) AppendBinary(to []byte) ([]byte, error) { return env.Pack(to, &b.s) }

func (b *Bandit) UnmarshalBinary(from []byte) error { return env.Unpack("bandit", from, &b.s) }
