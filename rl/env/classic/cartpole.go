package classic

import (
	"math"

	"github.com/kedja-ml/kedja/internal/npyrand"
	"github.com/kedja-ml/kedja/rl/env"
)

// CartPole is Gymnasium's CartPole-v1: a pole on a cart that is pushed left (0) or right (1) at each step (Barto, Sutton & Anderson,
// 1983). The observation is the state: position in m, velocity in m/s, angle in rad, angular velocity in rad/s. The reward is 1 for
// every step. The episode is terminated where |position| > 2.4 or |angle| > 12°, and truncated after 500 steps.
type CartPole struct {
	s struct {
		env.Episode
		Now [4]float64
	}
}

// NewCartPole returns an environment that must be Reset first.
func NewCartPole() *CartPole { return new(CartPole) }

// The constants of CartPole-v1, in SI units.
const (
	gravity    = 9.8
	massPole   = 0.1
	massTotal  = 1.0 + massPole
	halfLength = 0.5
	poleMoment = massPole * halfLength
	push       = 10.0
	tau        = 0.02

	maxPosition = 2.4
	maxAngle    = 12 * 2 * math.Pi / 360
	timeLimit   = 500
)

// State is the position, velocity, angle and angular velocity.
func (c *CartPole) State() [4]float64 { return c.s.Now }

// SetState puts the cart and its pole somewhere else within the episode.
func (c *CartPole) SetState(s [4]float64) { c.s.Now = s }

func (*CartPole) Spec() env.Spec {
	return env.Spec{Name: "cartpole", Obs: []int{4}, Actions: env.Discrete(2)}
}

func (c *CartPole) AppendBinary(b []byte) ([]byte, error) { return env.Pack(b, &c.s) }

func (c *CartPole) UnmarshalBinary(b []byte) error { return env.Unpack("cartpole", b, &c.s) }

// Reset draws the state from [−0.05, 0.05)⁴ as Gymnasium's reset(seed=seed) does, bit for bit.
func (c *CartPole) Reset(seed uint64, obs []float32) {
	var r npyrand.Rand
	r.Seed(seed)
	for i := range c.s.Now {
		c.s.Now[i] = r.Uniform(-0.05, 0.05)
	}
	c.s.Begin()
	c.observe(obs)
}

func (c *CartPole) observe(obs []float32) {
	for i, v := range c.s.Now {
		obs[i] = float32(v)
	}
}

// Step applies the force for 0.02 s by one explicit Euler step: positions move by the old velocities.
func (c *CartPole) Step(a env.Action, obs []float32) (env.Outcome, error) {
	if err := c.s.Check("cartpole", 2, a); err != nil {
		return env.Outcome{}, err
	}
	force := -push
	if a.Index == 1 {
		force = push
	}
	x, v, angle, spin := c.s.Now[0], c.s.Now[1], c.s.Now[2], c.s.Now[3]
	sin, cos := sincos(angle)
	temp := (force + float64(poleMoment*float64(spin*spin))*sin) / massTotal
	turn := (float64(gravity*sin) - float64(cos*temp)) / (halfLength * (4.0/3.0 - float64(massPole*float64(cos*cos))/massTotal))
	accelerate := temp - float64(float64(poleMoment*turn)*cos)/massTotal
	c.s.Now = [4]float64{x + float64(tau*v), v + float64(tau*accelerate), angle + float64(tau*spin), spin + float64(tau*turn)}
	c.observe(obs)
	return c.s.Next(1, math.Abs(c.s.Now[0]) > maxPosition || math.Abs(c.s.Now[2]) > maxAngle, timeLimit), nil
}
