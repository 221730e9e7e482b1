package classic

import (
	"math"

	"github.com/kedja-ml/kedja/internal/npyrand"
	"github.com/kedja-ml/kedja/rl/env"
)

// Pendulum is Gymnasium's Pendulum-v1: a rod of 1 m and 1 kg is to be swung up and held by a torque u of at most 2 N·m, too little to lift
// it at once. With the angle θ from upright and its velocity ω, |ω| ≤ 8 rad/s, g = 10 m/s² and dt = 0.05 s, a step is
//
//	ω ← ω + (1.5·g·sin θ + 3u)·dt,  θ ← θ + ω·dt
//
// with the new ω in the second. The observation is cos θ, sin θ, ω. The reward is −(θ² + 0.1·ω² + 0.001·u²), of the state before the step
// and θ in [−π, π). There is no end; episodes are truncated after 200 steps.
type Pendulum struct {
	s struct {
		env.Episode
		Now  [2]float64
		Last float64 // torque, which pictures show
	}
}

// NewPendulum returns an environment that must be Reset first.
func NewPendulum() *Pendulum { return new(Pendulum) }

// State is the angle, which is not brought into one turn, and its velocity.
func (p *Pendulum) State() [2]float64 { return p.s.Now }

// SetState puts the rod somewhere else within the episode.
func (p *Pendulum) SetState(s [2]float64) { p.s.Now = s }

func (*Pendulum) Spec() env.Spec {
	return env.Spec{Name: "pendulum", Obs: []int{3}, Actions: env.Box(1, -2, 2)}
}

func (p *Pendulum) AppendBinary(b []byte) ([]byte, error) { return env.Pack(b, &p.s) }

func (p *Pendulum) UnmarshalBinary(b []byte) error { return env.Unpack("pendulum", b, &p.s) }

// Reset draws the angle from [−π, π) and the velocity from [−1, 1), as Gymnasium does.
func (p *Pendulum) Reset(seed uint64, obs []float32) {
	var r npyrand.Rand
	r.Seed(seed)
	p.s.Now = [2]float64{r.Uniform(-math.Pi, math.Pi), r.Uniform(-1, 1)}
	p.s.Last = 0
	p.s.Begin()
	p.observe(obs)
}

func (p *Pendulum) observe(obs []float32) {
	s, c := math.Sincos(p.s.Now[0])
	obs[0], obs[1], obs[2] = float32(c), float32(s), float32(p.s.Now[1])
}

// Step holds the torque for 0.05 s. What is of the torque alone is computed in float32, as in Gymnasium.
func (p *Pendulum) Step(a env.Action, obs []float32) (env.Outcome, error) {
	if err := p.s.CheckPoint("pendulum", -2, 2, a); err != nil {
		return env.Outcome{}, err
	}
	const dt = 0.05
	u, angle, spin := a.Point[0], p.s.Now[0], p.s.Now[1]
	off := turned(angle)
	cost := float64(off*off) + float64(0.1*float64(spin*spin)) + float64(0.001*float32(u*u))
	spin = clip(spin+float64((float64(15*math.Sin(angle))+float64(float32(3*u)))*dt), 8)
	p.s.Now = [2]float64{angle + float64(spin*dt), spin}
	p.s.Last = float64(u)
	p.observe(obs)
	return p.s.Next(float32(-cost), false, 200), nil
}

// turned brings an angle into [−π, π).
func turned(x float64) float64 {
	r := math.Mod(x+math.Pi, 2*math.Pi)
	if r < 0 {
		r += 2 * math.Pi
	}
	return r - math.Pi
}
