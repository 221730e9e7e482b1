// Package env holds environments: what an agent observes, does and is rewarded for. They allocate nothing in a step.
package env

// Env is an environment with a finite number of actions. It is for one goroutine at a time.
type Env interface {
	ObsSize() int // numbers of an observation
	Actions() int // actions are 0 to Actions()−1
	// Reset begins an episode by seed and writes the first observation.
	Reset(seed uint64, obs []float32)
	// Step does action and writes what is then observed. An episode that is terminated has ended in a state that has no future; one that
	// is truncated was merely cut off, by a time limit. After either, Reset must be called. An action that is not there is an error,
	// and changes nothing.
	Step(action int, obs []float32) (reward float32, terminated, truncated bool, err error)
}
