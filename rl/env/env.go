// Package env says what an environment is: what an agent observes, does and is rewarded for. It runs many copies side by side (Vec) and
// wraps one in another (TimeLimit and its like). The environments are in the packages below it; rl/env/catalog finds them by name.
//
// It knows nothing of agents, networks or graphs.
package env

import "encoding"

// Env is an environment. It is for one goroutine at a time, and allocates nothing in a step or a Reset.
//
// Its state is saved and restored to the bit: what AppendBinary wrote, given to UnmarshalBinary of another environment made alike, makes
// the other go on exactly as this one does. An environment whose state is a struct of fixed size has both from Pack and Unpack.
type Env interface {
	Spec() Spec
	// Reset begins an episode, which the seed decides alone, and writes the first observation.
	Reset(seed uint64, obs []float32)
	// Step does an action and writes what is then observed. After an outcome that is Over, Reset must be called. A step before a Reset or
	// after the end, or an action outside the space, is an error of one line, and changes nothing.
	Step(a Action, obs []float32) (Outcome, error)
	encoding.BinaryAppender
	encoding.BinaryUnmarshaler
}

// Spec is what does not change about an environment.
type Spec struct {
	Name    string // as the catalogue has it
	Obs     []int  // shape of an observation
	Bytes   bool   // whether its numbers are whole, from 0 to 255, so that a memory may keep them as bytes
	Actions Space
}

// Size is how many numbers an observation has.
func (s Spec) Size() int {
	n := 1
	for _, d := range s.Obs {
		n *= d
	}
	return n
}

// Outcome is what a step leads to. An episode that is terminated has ended in a state that has no future; one that is truncated was
// merely cut off, as by a time limit, and what would have followed still counts for learning. It may be both.
type Outcome struct {
	Reward                float32
	Terminated, Truncated bool
}

// Over reports whether the episode has ended, for either reason.
func (o Outcome) Over() bool { return o.Terminated || o.Truncated }

// Unwrapper is an environment around another one.
type Unwrapper interface{ Unwrap() Env }

// As finds the outermost of e and the environments it is wrapped around that is a T, such as an Imager.
func As[T any](e Env) (found T, ok bool) {
	for e != nil {
		if found, ok = e.(T); ok {
			return found, true
		}
		u, wraps := e.(Unwrapper)
		if !wraps {
			break
		}
		e = u.Unwrap()
	}
	return found, false
}
