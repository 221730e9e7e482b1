package classic

import (
	"image"
	"math"

	"github.com/kedja-ml/kedja/rl/env/internal/paint"
)

// columns is the width of the pictures in letters.
const columns = 60

// Image draws the cart, its pole and the ends of the track.
func (c *CartPole) Image() image.Image {
	p := paint.New(480, 240, -2.6, 2.6, -0.6)
	x, angle := c.s.Now[0], c.s.Now[2]
	p.Line(-2.6, -0.1, 2.6, -0.1, 0.02, paint.Black)
	for _, end := range []float64{-maxPosition, maxPosition} {
		p.Box(end-0.02, -0.25, end+0.02, -0.1, paint.Red)
	}
	p.Box(x-0.25, -0.05, x+0.25, 0.15, paint.Black)
	p.Disc(x-0.15, -0.05, 0.05, paint.Grey)
	p.Disc(x+0.15, -0.05, 0.05, paint.Grey)
	p.Line(x, 0.15, x+2*halfLength*math.Sin(angle), 0.15+2*halfLength*math.Cos(angle), 0.08, paint.Gold)
	p.Disc(x, 0.15, 0.04, paint.Blue)
	return p.RGBA
}

// Text draws the same with the dots of braille letters.
func (c *CartPole) Text() string { return paint.Braille(c.Image(), columns) }

// Image draws the links and the height that the tip must reach.
func (a *Acrobot) Image() image.Image {
	p := paint.New(320, 320, -2.2, 2.2, -2.2)
	s1, c1 := math.Sincos(a.s.Now[0])
	s2, c2 := math.Sincos(a.s.Now[0] + a.s.Now[1])
	p.Line(-2.2, 1, 2.2, 1, 0.02, paint.Red)
	p.Line(0, 0, s1, -c1, 0.16, paint.Blue)
	p.Line(s1, -c1, s1+s2, -c1-c2, 0.16, paint.Gold)
	p.Disc(0, 0, 0.07, paint.Black)
	p.Disc(s1, -c1, 0.07, paint.Black)
	return p.RGBA
}

// Text draws the same with the dots of braille letters.
func (a *Acrobot) Text() string { return paint.Braille(a.Image(), columns*2/3) }

// Image draws the valley, the car and the goal.
func (m *MountainCar) Image() image.Image { return valley(m.s.Now[0], 0.5) }

// Text draws the same with the dots of braille letters.
func (m *MountainCar) Text() string { return paint.Braille(m.Image(), columns) }

// Image draws the valley, the car and the goal.
func (m *MountainCarContinuous) Image() image.Image { return valley(m.s.Now[0], 0.45) }

// Text draws the same with the dots of braille letters.
func (m *MountainCarContinuous) Text() string { return paint.Braille(m.Image(), columns) }

// valley draws heights as sin 3x, whose slope the cosine in the dynamics is.
func valley(x, goal float64) image.Image {
	height := func(x float64) float64 { return 0.45*math.Sin(3*x) + 0.55 }
	p := paint.New(480, 320, -1.25, 0.65, -0.05)
	p.Curve(height, -1.25, 0.65, 60, 0.012, paint.Black)
	p.Line(goal, height(goal), goal, height(goal)+0.15, 0.01, paint.Black)
	p.Box(goal, height(goal)+0.1, goal+0.08, height(goal)+0.15, paint.Green)
	p.Line(leftWall, height(leftWall), leftWall, height(leftWall)+0.1, 0.01, paint.Red)
	tilt := math.Atan(1.35 * math.Cos(3*x))
	s, c := math.Sincos(tilt)
	at := func(along, up float64) (float64, float64) { return x + along*c - up*s, height(x) + along*s + up*c }
	x0, y0 := at(-0.04, 0.05)
	x1, y1 := at(0.04, 0.05)
	p.Line(x0, y0, x1, y1, 0.05, paint.Blue)
	for _, wheel := range []float64{-0.04, 0.04} {
		wx, wy := at(wheel, 0.02)
		p.Disc(wx, wy, 0.018, paint.Black)
	}
	return p.RGBA
}

// Image draws the rod, and the torque as an arc of a length in proportion.
func (p *Pendulum) Image() image.Image {
	c := paint.New(320, 320, -1.3, 1.3, -1.3)
	s, up := math.Sincos(p.s.Now[0])
	c.Line(0, 0, -s, up, 0.16, paint.Red)
	c.Disc(0, 0, 0.05, paint.Black)
	arc := p.s.Last / 2 * math.Pi / 2
	for i := range 20 {
		s0, c0 := math.Sincos(arc * float64(i) / 20)
		s1, c1 := math.Sincos(arc * float64(i+1) / 20)
		c.Line(-0.3*s0, 0.3*c0, -0.3*s1, 0.3*c1, 0.03, paint.Blue)
	}
	return c.RGBA
}

// Text draws the same with the dots of braille letters.
func (p *Pendulum) Text() string { return paint.Braille(p.Image(), columns*2/3) }
