package classic

import (
	"math"

	"github.com/kedja-ml/kedja/internal/npyrand"
	"github.com/kedja-ml/kedja/rl/env"
)

// MountainCar is Gymnasium's MountainCar-v0: a car in a valley, too weak to climb out but by swinging (Moore, 1990). Actions 0, 1, 2 push
// to the left, not at all and to the right. With position x in [−1.2, 0.6] and velocity v in [−0.07, 0.07], a step is
//
//	v ← v + 0.001·(action − 1) − 0.0025·cos 3x,  x ← x + v
//
// and the left wall stops the car. The observation is x, v. The reward is −1 a step. The episode is terminated where x ≥ 0.5 and v ≥ 0, and
// truncated after 200 steps.
type MountainCar struct {
	s struct {
		env.Episode
		Now [2]float64
	}
}

// NewMountainCar returns an environment that must be Reset first.
func NewMountainCar() *MountainCar { return new(MountainCar) }

// State is position and velocity.
func (m *MountainCar) State() [2]float64 { return m.s.Now }

// SetState puts the car somewhere else within the episode.
func (m *MountainCar) SetState(s [2]float64) { m.s.Now = s }

func (*MountainCar) Spec() env.Spec {
	return env.Spec{Name: "mountaincar", Obs: []int{2}, Actions: env.Discrete(3)}
}

func (m *MountainCar) AppendBinary(b []byte) ([]byte, error) { return env.Pack(b, &m.s) }

func (m *MountainCar) UnmarshalBinary(b []byte) error { return env.Unpack("mountaincar", b, &m.s) }

// Reset puts the car at rest somewhere in [−0.6, −0.4), as Gymnasium does.
func (m *MountainCar) Reset(seed uint64, obs []float32) {
	m.s.Now = restInValley(seed)
	m.s.Begin()
	observe2(m.s.Now, obs)
}

func restInValley(seed uint64) [2]float64 {
	var r npyrand.Rand
	r.Seed(seed)
	return [2]float64{r.Uniform(-0.6, -0.4), 0}
}

func observe2(s [2]float64, obs []float32) { obs[0], obs[1] = float32(s[0]), float32(s[1]) }

// The valley of both kinds.
const (
	leftWall, rightEnd = -1.2, 0.6
	fastest            = 0.07
	slope              = 0.0025
)

// Step pushes once.
func (m *MountainCar) Step(a env.Action, obs []float32) (env.Outcome, error) {
	if err := m.s.Check("mountaincar", 3, a); err != nil {
		return env.Outcome{}, err
	}
	x, v := m.s.Now[0], m.s.Now[1]
	v = clip(v+(float64(float64(a.Index-1)*0.001)-float64(slope*math.Cos(3*x))), fastest)
	x = min(rightEnd, max(leftWall, x+v))
	if x == leftWall && v < 0 {
		v = 0
	}
	m.s.Now = [2]float64{x, v}
	observe2(m.s.Now, obs)
	return m.s.Next(-1, x >= 0.5 && v >= 0, 200), nil
}

// MountainCarContinuous is Gymnasium's MountainCarContinuous-v0: MountainCar with a force u in [−1, 1] of the agent's choice,
//
//	v ← v + 0.0015·u − 0.0025·cos 3x,  x ← x + v
//
// The reward is −0.1·u² a step, and 100 more for the one that ends the episode, where x ≥ 0.45 and v ≥ 0. Episodes are truncated after 999
// steps. As in Gymnasium, everything after the first step is computed in float32.
type MountainCarContinuous struct {
	s struct {
		env.Episode
		Now [2]float64
	}
}

// NewMountainCarContinuous returns an environment that must be Reset first.
func NewMountainCarContinuous() *MountainCarContinuous { return new(MountainCarContinuous) }

// State is position and velocity.
func (m *MountainCarContinuous) State() [2]float64 { return m.s.Now }

// SetState puts the car somewhere else within the episode.
func (m *MountainCarContinuous) SetState(s [2]float64) { m.s.Now = s }

func (*MountainCarContinuous) Spec() env.Spec {
	return env.Spec{Name: "mountaincar-continuous", Obs: []int{2}, Actions: env.Box(1, -1, 1)}
}

func (m *MountainCarContinuous) AppendBinary(b []byte) ([]byte, error) { return env.Pack(b, &m.s) }

func (m *MountainCarContinuous) UnmarshalBinary(b []byte) error {
	return env.Unpack("mountaincar-continuous", b, &m.s)
}

// Reset puts the car at rest somewhere in [−0.6, −0.4), as Gymnasium does.
func (m *MountainCarContinuous) Reset(seed uint64, obs []float32) {
	m.s.Now = restInValley(seed)
	m.s.Begin()
	observe2(m.s.Now, obs)
}

// Step pushes once.
func (m *MountainCarContinuous) Step(a env.Action, obs []float32) (env.Outcome, error) {
	if err := m.s.CheckPoint("mountaincar-continuous", -1, 1, a); err != nil {
		return env.Outcome{}, err
	}
	u, there := a.Point[0], false
	if m.s.Steps == 0 {
		m.s.Now, there = roll(m.s.Now[0], m.s.Now[1], u)
	} else {
		m.s.Now, there = roll(float32(m.s.Now[0]), float32(m.s.Now[1]), u)
	}
	m.s.Now = [2]float64{float64(float32(m.s.Now[0])), float64(float32(m.s.Now[1]))}
	observe2(m.s.Now, obs)
	reward := -float64(float64(u) * float64(u) * 0.1)
	if there {
		reward += 100
	}
	return m.s.Next(float32(reward), there, 999), nil
}

// roll is a step of the car in the arithmetic of T; the push itself is one in float32, and the cosine one in float64.
func roll[T float32 | float64](x, v T, u float32) (next [2]float64, there bool) {
	v += T(T(float32(u*0.0015)) - T(float64(slope*math.Cos(float64(3*x)))))
	v = min(fastest, max(-fastest, v))
	x = min(rightEnd, max(leftWall, x+v))
	if x == leftWall && v < 0 {
		v = 0
	}
	return [2]float64{float64(x), float64(v)}, x >= 0.45 && v >= 0
}
