package main

import "github.com/kedja-ml/kedja/rl/env"

// thermostat is a room that loses its heat to the cold outside: action 1 heats it for five minutes, 0 does not. Ten hours are an episode; the
// nearer to 20 degrees, the better.
type thermostat struct {
	s struct { // all of the state: a struct of fixed size with exported fields
		env.Episode
		Room, Outside float64
	}
}

func newThermostat() (env.Env, error) { return new(thermostat), nil }

func (*thermostat) Spec() env.Spec {
	return env.Spec{Name: "thermostat", Obs: []int{2}, Actions: env.Discrete(2)}
}

func (t *thermostat) Reset(seed uint64, obs []float32) {
	t.s.Room, t.s.Outside = 10+float64(seed%21), -10+float64(seed/21%21)
	t.s.Begin()
	t.observe(obs)
}

func (t *thermostat) observe(obs []float32) { // numbers of about 1, which networks learn from best
	obs[0], obs[1] = float32(t.s.Room-20)/10, float32(t.s.Outside)/10
}

func (t *thermostat) Step(a env.Action, obs []float32) (env.Outcome, error) {
	if err := t.s.Check("thermostat", 2, a); err != nil {
		return env.Outcome{}, err
	}
	t.s.Room += 0.02*(t.s.Outside-t.s.Room) + 1.5*float64(a.Index)
	t.observe(obs)
	off := (t.s.Room - 20) / 5
	return t.s.Next(float32(-min(1, off*off)), false, 120), nil
}

func (t *thermostat) AppendBinary(b []byte) ([]byte, error) { return env.Pack(b, &t.s) }

func (t *thermostat) UnmarshalBinary(b []byte) error { return env.Unpack("thermostat", b, &t.s) }
