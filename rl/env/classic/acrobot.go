package classic

import (
	"math"

	"github.com/kedja-ml/kedja/internal/npyrand"
	"github.com/kedja-ml/kedja/rl/env"
)

// Acrobot is Gymnasium's Acrobot-v1: two links that hang from a fixed joint, with a torque of −1, 0 or 1 N·m (actions 0, 1, 2) at the joint
// between them (Sutton, 1996; the dynamics are those of Sutton & Barto's book, where every length, mass and moment of inertia is 1, and g
// 9.8 m/s²). The state is the angles θ₁ of the first link from hanging down and θ₂ of the second from the first, in [−π, π], and their
// velocities, of at most 4π and 9π rad/s; one step is 0.2 s, by one step of Runge and Kutta's fourth-order method. The observation is
// cos θ₁, sin θ₁, cos θ₂, sin θ₂ and the velocities. The reward is −1 a step, and 0 for the one that ends the episode, where the tip is
// higher than one link above the joint: −cos θ₁ − cos(θ₁ + θ₂) > 1. Episodes are truncated after 500 steps.
type Acrobot struct {
	s struct {
		env.Episode
		Now [4]float64
	}
}

// NewAcrobot returns an environment that must be Reset first.
func NewAcrobot() *Acrobot { return new(Acrobot) }

// State is θ₁, θ₂ and their velocities.
func (a *Acrobot) State() [4]float64 { return a.s.Now }

// SetState puts the links somewhere else within the episode.
func (a *Acrobot) SetState(s [4]float64) { a.s.Now = s }

func (*Acrobot) Spec() env.Spec {
	return env.Spec{Name: "acrobot", Obs: []int{6}, Actions: env.Discrete(3)}
}

func (a *Acrobot) AppendBinary(b []byte) ([]byte, error) { return env.Pack(b, &a.s) }

func (a *Acrobot) UnmarshalBinary(b []byte) error { return env.Unpack("acrobot", b, &a.s) }

// Reset draws the state from [−0.1, 0.1)⁴ as Gymnasium does, which rounds it to float32.
func (a *Acrobot) Reset(seed uint64, obs []float32) {
	var r npyrand.Rand
	r.Seed(seed)
	for i := range a.s.Now {
		a.s.Now[i] = float64(float32(r.Uniform(-0.1, 0.1)))
	}
	a.s.Begin()
	a.observe(obs)
}

func (a *Acrobot) observe(obs []float32) {
	for i, angle := range a.s.Now[:2] {
		s, c := math.Sincos(angle)
		obs[2*i], obs[2*i+1] = float32(c), float32(s)
	}
	obs[4], obs[5] = float32(a.s.Now[2]), float32(a.s.Now[3])
}

// Step holds the torque for 0.2 s.
func (a *Acrobot) Step(act env.Action, obs []float32) (env.Outcome, error) {
	if err := a.s.Check("acrobot", 3, act); err != nil {
		return env.Outcome{}, err
	}
	const dt = 0.2
	torque := float64(act.Index - 1)
	x := a.s.Now
	k1 := swing(x, torque)
	k2 := swing(along(x, dt/2, k1), torque)
	k3 := swing(along(x, dt/2, k2), torque)
	k4 := swing(along(x, dt, k3), torque)
	for i := range x {
		x[i] += float64(dt / 6 * (k1[i] + float64(2*k2[i]) + float64(2*k3[i]) + k4[i]))
	}
	x[0], x[1] = wrap(x[0]), wrap(x[1])
	x[2], x[3] = clip(x[2], 4*math.Pi), clip(x[3], 9*math.Pi)
	a.s.Now = x
	a.observe(obs)
	up := -math.Cos(x[0])-math.Cos(x[0]+x[1]) > 1
	reward := float32(-1)
	if up {
		reward = 0
	}
	return a.s.Next(reward, up, 500), nil
}

// swing is the time derivative of a state (Sutton & Barto, 2018, section 11.3 of the first edition), with all lengths, masses and moments
// 1 and the centres of mass in the middle of the links.
func swing(x [4]float64, torque float64) [4]float64 {
	const g, lc = 9.8, 0.5
	sin2, cos2 := math.Sincos(x[1])
	v1, v2 := x[2], x[3]
	d1 := lc*lc + (1 + lc*lc + float64(2*lc*cos2)) + 2
	d2 := (lc*lc + float64(lc*cos2)) + 1
	phi2 := lc * g * math.Cos(x[0]+x[1]-math.Pi/2)
	phi1 := -float64(lc*float64(v2*v2)*sin2) - float64(2*lc*v2*v1*sin2) + float64((lc+1)*g*math.Cos(x[0]-math.Pi/2)) + phi2
	a2 := (torque + float64(d2/d1*phi1) - float64(lc*float64(v1*v1)*sin2) - phi2) / (lc*lc + 1 - float64(d2*d2)/d1)
	a1 := -(float64(d2*a2) + phi1) / d1
	return [4]float64{v1, v2, a1, a2}
}

// along is x + h·k.
func along(x [4]float64, h float64, k [4]float64) [4]float64 {
	for i := range x {
		x[i] += float64(h * k[i])
	}
	return x
}

// wrap brings an angle into [−π, π].
func wrap(x float64) float64 {
	for x > math.Pi {
		x -= 2 * math.Pi
	}
	for x < -math.Pi {
		x += 2 * math.Pi
	}
	return x
}

func clip(x, most float64) float64 { return min(most, max(-most, x)) }
