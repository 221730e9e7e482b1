package minatar

import (
	"github.com/kedja-ml/kedja/internal/npyrand"
	"github.com/kedja-ml/kedja/rl/env/internal/paint"
)

// freeway: a chicken that goes up and down a column, and a car in each row between the lowest and the highest.
type freeway struct {
	s struct {
		Row   int8 // the chicken's
		Pause int8 // steps until it can go again
		Left  int16
		Cars  [8]car // car i is in row i + 1
	}
}

type car struct{ Col, Direction, Speed, Wait int8 } // it moves every Speed + 1 steps

const chickenCol = 4

func (f *freeway) state() any { return &f.s }

func (f *freeway) start(r *npyrand.RandomState) {
	s := &f.s
	s.Row, s.Pause, s.Left, s.Cars = size-1, 3, 2500, [8]car{}
	f.drawSpeeds(r)
}

func (f *freeway) drawSpeeds(r *npyrand.RandomState) {
	for i := range f.s.Cars {
		speed := int8(1 + r.IntN(5))
		f.s.Cars[i].Speed, f.s.Cars[i].Wait = speed, speed
	}
	for i := range f.s.Cars {
		f.s.Cars[i].Direction = -1
		if r.Float64() > 0.5 {
			f.s.Cars[i].Direction = 1
		}
	}
}

func (f *freeway) step(action int32, r *npyrand.RandomState) (reward float32, over bool) {
	s := &f.s
	if s.Pause == 0 && (action == Up || action == Down) {
		s.Row, s.Pause = cell{s.Row, chickenCol}.steered(action, 0, size-1).Row, 3
	}
	if s.Row == 0 {
		reward = 1
		f.drawSpeeds(r)
		s.Row = size - 1
	}
	for i := range s.Cars {
		car := &s.Cars[i]
		hits := func() bool { return car.Col == chickenCol && int(s.Row) == i+1 }
		if hits() {
			s.Row = size - 1
		}
		if car.Wait > 0 {
			car.Wait--
			continue
		}
		car.Wait, car.Col = car.Speed, (car.Col+car.Direction+size)%size
		if hits() {
			s.Row = size - 1
		}
	}
	s.Pause = max(0, s.Pause-1)
	s.Left--
	return reward, s.Left < 0
}

func (f *freeway) draw(c canvas) {
	c.light(0, cell{f.s.Row, chickenCol})
	for i := range f.s.Cars {
		car := &f.s.Cars[i]
		row := int8(i + 1)
		c.light(1, cell{row, car.Col})
		c.light(1+int(car.Speed), cell{row, (car.Col - car.Direction + size) % size})
	}
}

func (f *freeway) valid(bool) bool {
	for _, c := range f.s.Cars {
		if !within(c.Col, 0, size-1) || !isDirection(c.Direction) || !within(c.Speed, 1, 5) || !within(c.Wait, 0, c.Speed) {
			return false
		}
	}
	return within(f.s.Row, 1, size-1) && within(f.s.Pause, 0, 3) && f.s.Left >= -1 && f.s.Left <= 2500
}

func (f *freeway) layers() []layer {
	return []layer{{0, '@', paint.Gold}, {1, '#', paint.Red}, {2, '1', shade(5)}, {3, '2', shade(4)}, {4, '3', shade(3)}, {5, '4', shade(2)}, {6, '5', shade(1)}}
}
