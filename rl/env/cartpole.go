package env

import (
	"errors"
	"fmt"
	"math"

	"github.com/kedja-ml/kedja/internal/npyrand"
)

// CartPole is Gymnasium's CartPole-v1: a pole on a cart that is pushed left (0) or right (1) at each step (Barto, Sutton & Anderson,
// 1983). The observation is the state: position in m, velocity in m/s, angle in rad, angular velocity in rad/s. The reward is 1 for
// every step. The episode is terminated where |position| > 2.4 or |angle| > 12°, and truncated after 500 steps.
type CartPole struct {
	State [4]float64
	steps int
	over  bool
}

// NewCartPole returns an environment that must be Reset first.
func NewCartPole() *CartPole { return &CartPole{over: true} }

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

func (*CartPole) ObsSize() int { return 4 }
func (*CartPole) Actions() int { return 2 }

// Reset draws the state from [−0.05, 0.05)⁴ as Gymnasium's reset(seed=seed) does, bit for bit.
func (c *CartPole) Reset(seed uint64, obs []float32) {
	r := npyrand.New(seed)
	for i := range c.State {
		c.State[i] = r.Uniform(-0.05, 0.05)
	}
	c.steps, c.over = 0, false
	c.observe(obs)
}

func (c *CartPole) observe(obs []float32) {
	for i, v := range c.State {
		obs[i] = float32(v)
	}
}

// Step applies the force for 0.02 s by one explicit Euler step: positions move by the old velocities.
func (c *CartPole) Step(action int, obs []float32) (reward float32, terminated, truncated bool, err error) {
	if c.over {
		return 0, false, false, errors.New("cartpole: the episode is over; Reset begins another")
	}
	if action != 0 && action != 1 {
		return 0, false, false, fmt.Errorf("cartpole: action %d, want 0 or 1", action)
	}
	force := -push
	if action == 1 {
		force = push
	}
	x, v, angle, spin := c.State[0], c.State[1], c.State[2], c.State[3]
	sin, cos := sincos(angle)
	temp := (force + float64(poleMoment*float64(spin*spin))*sin) / massTotal
	turn := (float64(gravity*sin) - float64(cos*temp)) / (halfLength * (4.0/3.0 - float64(massPole*float64(cos*cos))/massTotal))
	accelerate := temp - float64(float64(poleMoment*turn)*cos)/massTotal
	c.State = [4]float64{x + float64(tau*v), v + float64(tau*accelerate), angle + float64(tau*spin), spin + float64(tau*turn)}
	c.steps++
	c.observe(obs)
	terminated = math.Abs(c.State[0]) > maxPosition || math.Abs(c.State[2]) > maxAngle
	truncated = c.steps >= timeLimit
	c.over = terminated || truncated
	return 1, terminated, truncated, nil
}
