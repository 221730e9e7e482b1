package minatar

import (
	"github.com/kedja-ml/kedja/internal/npyrand"
	"github.com/kedja-ml/kedja/rl/env/internal/paint"
)

// breakout: a ball that always flies diagonally, a paddle in the lowest row, bricks in three rows.
type breakout struct {
	s struct {
		Paddle      int8 // column
		Ball, Was   cell // now and before the last step
		Down, Right int8 // the ball's direction, −1 or 1 each
		Bricks      board
		Contact     bool // the ball's cell was a brick's
	}
}

func (b *breakout) state() any { return &b.s }

func (b *breakout) start(r *npyrand.RandomState) {
	s := &b.s
	s.Paddle, s.Down, s.Contact = 4, 1, false
	s.Ball, s.Right = cell{3, 0}, 1
	if r.IntN(2) == 1 {
		s.Ball, s.Right = cell{3, size - 1}, -1
	}
	s.Was = s.Ball
	b.build()
}

func (b *breakout) build() { b.s.Bricks.fill(1, 3, 0, size-1) }

func (b *breakout) step(action int32, _ *npyrand.RandomState) (reward float32, over bool) {
	s := &b.s
	s.Paddle = cell{size - 1, s.Paddle}.steered(action, size-1, size-1).Col
	s.Was = s.Ball
	next := cell{s.Ball.Row + s.Down, s.Ball.Col + s.Right}
	if !within(next.Col, 0, size-1) {
		next.Col, s.Right = s.Ball.Col, -s.Right
	}
	brick := s.Bricks.has(next)
	switch {
	case next.Row < 0:
		next.Row, s.Down = 0, 1
	case brick && !s.Contact:
		reward = 1
		s.Bricks.remove(next)
		next.Row, s.Down = s.Ball.Row, -s.Down
	case next.Row == size-1:
		if s.Bricks.empty() {
			b.build()
		}
		switch s.Paddle {
		case s.Ball.Col:
			next.Row, s.Down = s.Ball.Row, -1
		case next.Col:
			next.Row, s.Down, s.Right = s.Ball.Row, -1, -s.Right
		default:
			over = true
		}
	}
	s.Contact = brick
	s.Ball = next
	return reward, over
}

func (b *breakout) draw(c canvas) {
	c.light(0, cell{size - 1, b.s.Paddle})
	c.light(1, b.s.Ball)
	c.light(2, b.s.Was)
	c.board(3, &b.s.Bricks)
}

func (b *breakout) valid(running bool) bool {
	s := &b.s
	return within(s.Paddle, 0, size-1) && s.Ball.onBoard() && s.Was.onBoard() && isDirection(s.Down) && isDirection(s.Right) &&
		s.Bricks.valid() && s.Bricks[size-1] == 0 && (s.Ball.Row < size-1 || !running)
}

func (b *breakout) layers() []layer {
	return []layer{{0, '=', paint.White}, {1, 'o', paint.Gold}, {2, '.', shade(3)}, {3, '#', paint.Red}}
}
