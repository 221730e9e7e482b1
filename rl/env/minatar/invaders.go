package minatar

import (
	"math/bits"

	"github.com/kedja-ml/kedja/internal/npyrand"
	"github.com/kedja-ml/kedja/rl/env/internal/paint"
)

// invaders: a cannon in the lowest row, and aliens who march to the side and come down at the edges.
type invaders struct {
	ramping bool
	s       struct {
		Cannon              int8 // column
		Aliens, Own, Theirs board
		Direction           int8 // of the aliens
		Pace, MarchIn       int8
		ShootIn, Pause      int8 // until their next shot, and until the next own one is possible
	}
}

func (v *invaders) state() any { return &v.s }

func (v *invaders) start(*npyrand.RandomState) {
	s := &v.s
	s.Cannon, s.Own, s.Theirs, s.Direction = 5, board{}, board{}, -1
	s.Pace, s.MarchIn, s.ShootIn, s.Pause = 12, 12, 10, 0
	v.wave()
}

func (v *invaders) wave() { v.s.Aliens.fill(0, 3, 2, 7) }

func (v *invaders) cannon() cell { return cell{size - 1, v.s.Cannon} }

func (v *invaders) step(action int32, _ *npyrand.RandomState) (reward float32, over bool) {
	s := &v.s
	if action == Fire && s.Pause == 0 {
		s.Own.add(v.cannon())
		s.Pause = 5
	}
	s.Cannon = v.cannon().steered(action, size-1, size-1).Col
	s.Own.up()
	s.Theirs.down()
	over = s.Theirs.has(v.cannon()) || s.Aliens.has(v.cannon())
	if s.MarchIn == 0 {
		s.MarchIn = int8(min(s.Aliens.count(), int(s.Pace)))
		over = v.march() || over
	}
	if s.ShootIn == 0 {
		s.ShootIn = 10
		s.Theirs.add(v.marksman())
	}
	for r := range s.Aliens {
		hit := s.Aliens[r] & s.Own[r]
		s.Aliens[r] ^= hit
		s.Own[r] ^= hit
		reward += float32(bits.OnesCount16(hit))
	}
	s.Pause = max(0, s.Pause-1)
	s.MarchIn--
	s.ShootIn--
	if s.Aliens.empty() {
		if v.ramping {
			s.Pace = max(6, s.Pace-1)
		}
		v.wave()
	}
	return reward, over
}

// march moves the aliens a step, and reports whether they have landed.
func (v *invaders) march() (landed bool) {
	s := &v.s
	edge := uint16(1)
	if s.Direction > 0 {
		edge = 1 << (size - 1)
	}
	if s.Aliens.columns()&edge == 0 {
		s.Aliens.sideways(s.Direction)
	} else {
		s.Direction = -s.Direction
		lowest := s.Aliens[size-1]
		s.Aliens.down()
		s.Aliens[0] = lowest
		landed = lowest != 0
	}
	return landed || s.Aliens.has(v.cannon())
}

// marksman is the lowest alien of the nearest column that has any, the left one of two.
func (v *invaders) marksman() cell {
	columns := v.s.Aliens.columns()
	at := cell{Row: size - 1}
	for d := range int8(size) {
		if c := v.s.Cannon - d; c >= 0 && columns>>c&1 != 0 {
			at.Col = c
			break
		}
		if c := v.s.Cannon + d; columns>>c&1 != 0 {
			at.Col = c
			break
		}
	}
	for at.Row > 0 && !v.s.Aliens.has(at) {
		at.Row--
	}
	return at
}

func (v *invaders) draw(c canvas) {
	c.light(0, v.cannon())
	c.board(1, &v.s.Aliens)
	if v.s.Direction < 0 {
		c.board(2, &v.s.Aliens)
	} else {
		c.board(3, &v.s.Aliens)
	}
	c.board(4, &v.s.Own)
	c.board(5, &v.s.Theirs)
}

func (v *invaders) valid(bool) bool {
	s := &v.s
	return within(s.Cannon, 0, size-1) && s.Aliens.valid() && s.Own.valid() && s.Theirs.valid() && !s.Aliens.empty() && isDirection(s.Direction) &&
		within(s.Pace, 6, 12) && within(s.MarchIn, 0, 12) && within(s.ShootIn, 0, 10) && within(s.Pause, 0, 5)
}

func (v *invaders) layers() []layer {
	return []layer{{0, 'A', paint.White}, {1, 'M', paint.Green}, {4, '|', paint.Gold}, {5, '!', paint.Red}}
}
