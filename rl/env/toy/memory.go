package toy

import (
	"strings"

	"github.com/kedja-ml/kedja/internal/npyrand"
	"github.com/kedja-ml/kedja/rl/env"
)

// Memory shows a cue, left or right, then a corridor in which every place looks alike and every action goes on, and at its end a fork, where
// action 0 is left and 1 right: what the cue was pays 1, the other nothing (after the T-maze of Bakker, 2002). The observation is four numbers,
// one of which is 1: cue left, cue right, corridor, fork. Whoever forgets gets 0.5 on average, whatever it does.
type Memory struct {
	length int
	s      struct {
		env.Episode
		Cue int32
	}
}

// NewMemory has a corridor of so many places between cue and fork.
func NewMemory(length int) *Memory { return &Memory{length: max(0, length)} }

func (*Memory) Spec() env.Spec {
	return env.Spec{Name: "memory", Obs: []int{4}, Actions: env.Discrete(2)}
}

func (m *Memory) Reset(seed uint64, obs []float32) {
	var r npyrand.Rand
	r.Seed(seed)
	m.s.Cue = int32(r.Uint64() >> 63)
	m.s.Begin()
	clear(obs)
	obs[m.s.Cue] = 1
}

func (m *Memory) Step(a env.Action, obs []float32) (env.Outcome, error) {
	if err := m.s.Check("memory", 2, a); err != nil {
		return env.Outcome{}, err
	}
	chosen, reward := m.forked(), float32(0)
	if chosen && a.Index == int(m.s.Cue) {
		reward = 1
	}
	o := m.s.Next(reward, chosen, 0)
	clear(obs)
	if m.forked() || chosen {
		obs[3] = 1
	} else {
		obs[2] = 1
	}
	return o, nil
}

// forked reports whether the agent is at the fork.
func (m *Memory) forked() bool { return int(m.s.Steps) == m.length+1 }

// Text shows the corridor from above, the cue only where it can be seen.
func (m *Memory) Text() string {
	places := []byte("?" + strings.Repeat(".", m.length) + "<")
	if m.s.Steps == 0 {
		places[0] = "LR"[m.s.Cue]
	} else {
		places[min(int(m.s.Steps), len(places)-1)] = '@'
	}
	return string(places) + "\n"
}

func (m *Memory) AppendBinary(b []byte) ([]byte, error) { return env.Pack(b, &m.s) }

func (m *Memory) UnmarshalBinary(b []byte) error { return env.Unpack("memory", b, &m.s) }
