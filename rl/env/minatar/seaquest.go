package minatar

import (
	"image/color"

	"github.com/kedja-ml/kedja/internal/npyrand"
	"github.com/kedja-ml/kedja/rl/env/internal/paint"
)

// seaquest: a boat among fish, other boats and divers, which must come up for air.
type seaquest struct {
	ramping bool
	s       struct {
		Boat                         cell
		Facing                       int8
		Oxygen                       int16
		Aboard                       int32 // divers; below 0 after six of them were brought up
		Pause                        int8  // until the next own shot is possible
		Surfaced                     bool
		Own, Theirs                  shoal // shots
		Fish, Boats, Divers          shoal
		SpawnInterval, SpawnIn       int8
		DiverIn, MoveInterval, Ramps int8
	}
}

const (
	fullOxygen = 200
	fullBoat   = 6  // divers
	diverMoves = 5  // interval
	boatShoots = 10 // interval
	bars       = size
)

func (q *seaquest) state() any { return &q.s }

func (q *seaquest) start(*npyrand.RandomState) {
	s := &q.s
	s.Boat, s.Facing, s.Oxygen, s.Aboard, s.Pause, s.Surfaced = cell{0, 5}, -1, fullOxygen, 0, 0, true
	for _, l := range []*shoal{&s.Own, &s.Theirs, &s.Fish, &s.Boats, &s.Divers} {
		*l = shoal{}
	}
	s.SpawnInterval, s.SpawnIn, s.DiverIn, s.MoveInterval, s.Ramps = 20, 20, 30, 5, 0
}

func (q *seaquest) step(action int32, r *npyrand.RandomState) (reward float32, over bool) {
	s := &q.s
	if s.SpawnIn == 0 {
		s.SpawnIn = s.SpawnInterval
		q.spawnEnemy(r)
	}
	if s.DiverIn == 0 {
		s.DiverIn = 30
		d := swimmer{MoveIn: diverMoves}
		d.Direction, d.At.Col = oneWay(r)
		d.At.Row = int8(1 + r.IntN(8))
		s.Divers.add(d)
	}
	q.act(action)
	reward += q.moveOwnShots()
	q.moveDivers()
	hits, lost := q.moveEnemies(&s.Boats, true)
	reward, over = reward+hits, over || lost
	over = q.moveTheirShots() || over
	hits, lost = q.moveEnemies(&s.Fish, false)
	reward, over = reward+hits, over || lost
	for _, timer := range []*int8{&s.SpawnIn, &s.DiverIn, &s.Pause} {
		*timer = max(0, *timer-1)
	}
	over = over || s.Oxygen <= 0
	switch {
	case s.Boat.Row > 0:
		s.Oxygen--
		s.Surfaced = false
	case s.Surfaced:
	case s.Aboard == 0:
		over = true
	default:
		reward += q.surface()
	}
	return reward, over
}

func (q *seaquest) spawnEnemy(r *npyrand.RandomState) {
	s := &q.s
	e := swimmer{MoveIn: s.MoveInterval, ShootIn: boatShoots}
	e.Direction, e.At.Col = oneWay(r)
	l := &s.Fish
	if r.Float64() < 1./3 {
		l = &s.Boats
	}
	e.At.Row = int8(1 + r.IntN(8))
	if !s.Fish.oppose(&e) && !s.Boats.oppose(&e) {
		l.add(e)
	}
}

func (q *seaquest) act(action int32) {
	s := &q.s
	switch action {
	case Fire:
		if s.Pause == 0 {
			s.Own.add(swimmer{At: s.Boat, Direction: s.Facing})
			s.Pause = 5
		}
	case Left:
		s.Facing = -1
	case Right:
		s.Facing = 1
	}
	s.Boat = s.Boat.steered(action, 0, size-2)
}

func (q *seaquest) moveOwnShots() (reward float32) {
	s := &q.s
	for i := s.Own.N - 1; i >= 0; i-- {
		shot := &s.Own.All[i]
		shot.At.Col += shot.Direction
		switch {
		case !shot.At.onBoard():
			s.Own.remove(i)
		case s.Fish.removeAt(shot.At) || s.Boats.removeAt(shot.At):
			s.Own.remove(i)
			reward++
		}
	}
	return reward
}

func (q *seaquest) moveDivers() {
	s := &q.s
	for i := s.Divers.N - 1; i >= 0; i-- {
		d := &s.Divers.All[i]
		taken := func() bool { return d.At == s.Boat && s.Aboard < fullBoat }
		switch {
		case taken():
		case d.MoveIn > 0:
			d.MoveIn--
			continue
		default:
			d.MoveIn = diverMoves
			d.At.Col += d.Direction
		}
		if taken() {
			s.Aboard++
			s.Divers.remove(i)
		} else if !d.At.onBoard() {
			s.Divers.remove(i)
		}
	}
}

// moveEnemies moves fish, or boats, which shoot. The episode is over where one is in the boat's cell.
func (q *seaquest) moveEnemies(l *shoal, shoot bool) (reward float32, over bool) {
	s := &q.s
	for i := l.N - 1; i >= 0; i-- {
		e := &l.All[i]
		gone := false
		over = over || e.At == s.Boat
		if e.MoveIn > 0 {
			e.MoveIn--
		} else {
			e.MoveIn = s.MoveInterval
			e.At.Col += e.Direction
			switch {
			case !e.At.onBoard():
				gone = true
			case e.At == s.Boat:
				over = true
			case s.Own.removeAt(e.At):
				gone = true
				reward++
			}
		}
		switch {
		case !shoot:
		case e.ShootIn > 0:
			e.ShootIn--
		default: // also by one that was just hit
			e.ShootIn = boatShoots
			s.Theirs.add(swimmer{At: e.At, Direction: e.Direction})
		}
		if gone {
			l.remove(i)
		}
	}
	return reward, over
}

func (q *seaquest) moveTheirShots() (over bool) {
	s := &q.s
	for i := s.Theirs.N - 1; i >= 0; i-- {
		shot := &s.Theirs.All[i]
		over = over || shot.At == s.Boat
		shot.At.Col += shot.Direction
		if !shot.At.onBoard() {
			s.Theirs.remove(i)
		} else {
			over = over || shot.At == s.Boat
		}
	}
	return over
}

// surface takes in air, and leaves six divers ashore.
func (q *seaquest) surface() (reward float32) {
	s := &q.s
	s.Surfaced = true
	if s.Aboard == fullBoat {
		s.Aboard = 0
		reward = float32(q.oxygenBars())
	}
	s.Oxygen = fullOxygen
	s.Aboard--
	if q.ramping && (s.SpawnInterval > 1 || s.MoveInterval > 2) {
		if s.MoveInterval > 2 && s.Ramps%2 == 1 {
			s.MoveInterval--
		}
		s.SpawnInterval = max(1, s.SpawnInterval-1)
		s.Ramps++
	}
	return reward
}

func (q *seaquest) oxygenBars() int8 { return int8(max(0, q.s.Oxygen) * bars / fullOxygen) }

func (q *seaquest) draw(c canvas) {
	s := &q.s
	c.light(0, s.Boat)
	c.trail(1, s.Boat, s.Facing)
	for i, l := range [...]*shoal{2: &s.Own, 4: &s.Theirs, 5: &s.Fish, 6: &s.Boats, 9: &s.Divers} {
		if l == nil {
			continue
		}
		for j := range l.N {
			c.light(i, l.All[j].At)
			if i >= 5 {
				c.trail(3, l.All[j].At, l.All[j].Direction)
			}
		}
	}
	for col := range q.oxygenBars() {
		c.light(7, cell{size - 1, col})
	}
	for i := range int8(max(0, s.Aboard)) {
		c.light(8, cell{size - 1, size - 2 - i})
	}
}

func (q *seaquest) valid(bool) bool {
	s := &q.s
	for _, l := range []*shoal{&s.Own, &s.Theirs, &s.Fish, &s.Boats, &s.Divers} {
		if !l.valid() {
			return false
		}
	}
	return s.Boat.onBoard() && s.Boat.Row < size-1 && isDirection(s.Facing) && s.Oxygen >= -1 && s.Oxygen <= fullOxygen && s.Aboard <= fullBoat &&
		within(s.Pause, 0, 5) && within(s.SpawnInterval, 1, 20) && within(s.SpawnIn, 0, 20) && within(s.DiverIn, 0, 30) &&
		within(s.MoveInterval, 2, 5) && s.Ramps >= 0
}

func (q *seaquest) layers() []layer {
	return []layer{
		{0, '@', paint.White},
		{4, '!', paint.Red},
		{2, '-', paint.Gold},
		{6, 'B', color.RGBA{150, 60, 120, 255}},
		{5, 'f', paint.Green},
		{9, 'd', color.RGBA{90, 200, 220, 255}},
		{1, '=', paint.Grey},
		{8, 'd', color.RGBA{90, 200, 220, 255}},
		{7, 'o', paint.Blue},
		{3, '.', shade(3)},
	}
}
