package env

import (
	"errors"
	"fmt"
)

// Space is the set of actions: N of them, numbered from 0, or a box, whose points have a coordinate from Low[i] to High[i] for each i.
type Space struct {
	N         int // 0 for a box
	Low, High []float32
}

// Discrete is the space of n actions.
func Discrete(n int) Space { return Space{N: n} }

// Box is the space of the points with dim coordinates from low to high.
func Box(dim int, low, high float32) Space {
	s := Space{Low: make([]float32, dim), High: make([]float32, dim)}
	for i := range dim {
		s.Low[i], s.High[i] = low, high
	}
	return s
}

// Dim is how many coordinates an action has; 0 for a discrete space.
func (s Space) Dim() int { return len(s.Low) }

// Action is an action: the Index of one of N, or the Point of a box. Nobody keeps the point's slice.
type Action struct {
	Index int
	Point []float32
}

// Check refuses an action outside the space, in the name of an environment.
func (s Space) Check(name string, a Action) error {
	if s.N > 0 {
		return checkIndex(name, s.N, a)
	}
	return checkPoint(name, s.Low, s.High, a)
}

func checkIndex(name string, n int, a Action) error {
	if uint(a.Index) < uint(n) && a.Point == nil {
		return nil
	}
	if a.Point != nil {
		return fmt.Errorf("%s: the action %v, want one of 0 to %d", name, a.Point, n-1)
	}
	return fmt.Errorf("%s: action %d, want 0 to %d", name, a.Index, n-1)
}

func checkPoint(name string, low, high []float32, a Action) error {
	if len(a.Point) != len(low) || a.Index != 0 {
		return fmt.Errorf("%s: an action of %d coordinates and index %d, want %d coordinates and no index", name, len(a.Point), a.Index, len(low))
	}
	for i, x := range a.Point {
		if !(x >= low[i] && x <= high[i]) {
			return fmt.Errorf("%s: coordinate %d of the action is %v, want %v to %v", name, i, x, low[i], high[i])
		}
	}
	return nil
}

// Episode is what an environment keeps of the episode it is in; make it part of the state. The zero value has not begun.
type Episode struct {
	Steps   int32
	Running bool
}

// Begin starts another one.
func (e *Episode) Begin() { *e = Episode{Running: true} }

// Next counts a step and says what it led to; the episode is cut off after limit steps, if limit is not 0.
func (e *Episode) Next(reward float32, terminated bool, limit int32) Outcome {
	e.Steps++
	truncated := e.Steps == limit
	e.Running = !(terminated || truncated)
	return Outcome{reward, terminated, truncated}
}

// Check refuses a step outside an episode, and an action that is not one of n.
func (e *Episode) Check(name string, n int, a Action) error {
	if e.Running && uint(a.Index) < uint(n) && a.Point == nil {
		return nil
	}
	return e.refuse(name, Discrete(n), a)
}

// CheckPoint refuses a step outside an episode, and an action of one coordinate that is not from low to high.
func (e *Episode) CheckPoint(name string, low, high float32, a Action) error {
	if e.Running && len(a.Point) == 1 && a.Index == 0 && a.Point[0] >= low && a.Point[0] <= high {
		return nil
	}
	return e.refuse(name, Box(1, low, high), a)
}

func (e *Episode) refuse(name string, s Space, a Action) error {
	switch {
	case e.Running:
		return s.Check(name, a)
	case e.Steps == 0:
		return errors.New(name + ": no episode has begun; Reset begins one")
	default:
		return errors.New(name + ": the episode is over; Reset begins another")
	}
}
