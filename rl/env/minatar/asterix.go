package minatar

import (
	"math/bits"

	"github.com/kedja-ml/kedja/internal/npyrand"
	"github.com/kedja-ml/kedja/rl/env/internal/paint"
)

// asterix: gold and enemies cross the board, at most one of them in each row between the lowest and the highest.
type asterix struct {
	ramping bool
	s       struct {
		Player                             cell
		Things                             [8]thing // thing i is in row i + 1
		SpawnInterval, SpawnIn             int8
		MoveInterval, MoveIn, RampIn, Ramp int8
	}
}

type thing struct {
	Col, Direction int8 // no direction: there is none
	Gold           bool
}

func (a *asterix) state() any { return &a.s }

func (a *asterix) start(*npyrand.RandomState) {
	s := &a.s
	s.Player, s.Things = cell{5, 5}, [8]thing{}
	s.SpawnInterval, s.SpawnIn, s.MoveInterval, s.MoveIn, s.RampIn, s.Ramp = 10, 10, 5, 5, 100, 0
}

func (a *asterix) step(action int32, r *npyrand.RandomState) (reward float32, over bool) {
	s := &a.s
	if s.SpawnIn == 0 {
		a.spawn(r)
		s.SpawnIn = s.SpawnInterval
	}
	s.Player = s.Player.steered(action, 1, size-2)
	reward, over = a.contact(reward, over)
	if s.MoveIn == 0 {
		s.MoveIn = s.MoveInterval
		for i := range s.Things {
			t := &s.Things[i]
			t.Col += t.Direction
			if !within(t.Col, 0, size-1) {
				*t = thing{}
			}
		}
		reward, over = a.contact(reward, over)
	}
	s.SpawnIn--
	s.MoveIn--
	if a.ramping {
		a.ramp()
	}
	return reward, over
}

func (a *asterix) spawn(r *npyrand.RandomState) {
	var t thing
	t.Direction, t.Col = oneWay(r)
	t.Gold = r.Float64() < 1./3
	var empty uint
	for i := range a.s.Things {
		if a.s.Things[i].Direction == 0 {
			empty |= 1 << i
		}
	}
	if empty == 0 {
		return
	}
	for range r.IntN(bits.OnesCount(empty)) {
		empty &= empty - 1
	}
	a.s.Things[bits.TrailingZeros(empty)] = t
}

// contact is with what is in the player's cell; there is one row in which that can be.
func (a *asterix) contact(reward float32, over bool) (float32, bool) {
	t := &a.s.Things[a.s.Player.Row-1]
	switch {
	case t.Direction == 0 || t.Col != a.s.Player.Col:
	case t.Gold:
		*t = thing{}
		reward++
	default:
		over = true
	}
	return reward, over
}

func (a *asterix) ramp() {
	s := &a.s
	switch {
	case s.SpawnInterval <= 1 && s.MoveInterval <= 1:
	case s.RampIn >= 0:
		s.RampIn--
	default:
		if s.MoveInterval > 1 && s.Ramp%2 == 1 {
			s.MoveInterval--
		}
		s.SpawnInterval = max(1, s.SpawnInterval-1)
		s.Ramp++
		s.RampIn = 100
	}
}

func (a *asterix) draw(c canvas) {
	c.light(0, a.s.Player)
	for i := range a.s.Things {
		t := &a.s.Things[i]
		if t.Direction == 0 {
			continue
		}
		at, channel := cell{int8(i + 1), t.Col}, 1
		if t.Gold {
			channel = 3
		}
		c.light(channel, at)
		c.trail(2, at, t.Direction)
	}
}

func (a *asterix) valid(bool) bool {
	s := &a.s
	for _, t := range s.Things {
		if t != (thing{}) && !(isDirection(t.Direction) && within(t.Col, 0, size-1)) {
			return false
		}
	}
	return s.Player.onBoard() && within(s.Player.Row, 1, size-2) && within(s.SpawnInterval, 1, 10) && within(s.SpawnIn, 0, 10) &&
		within(s.MoveInterval, 1, 5) && within(s.MoveIn, 0, 5) && within(s.RampIn, -1, 100) && within(s.Ramp, 0, 100)
}

func (a *asterix) layers() []layer {
	return []layer{{0, '@', paint.White}, {1, 'x', paint.Red}, {3, '$', paint.Gold}, {2, '.', shade(3)}}
}
