package env

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/kedja-ml/kedja/internal/workers"
)

// Vec is n copies of an environment that take their steps together. Each copy begins its next episode by itself: row i of Next is what
// copy i's action led to, be it the end, and row i of Obs is what its next action answers: the same, or the first observation of the next
// episode where the last one is over. So a transition is (Obs before the step, action, Reward, Next, Terminated).
//
// Nothing depends on the number of workers. A step allocates nothing.
type Vec struct {
	Obs, Next             []float32 // [n, size]
	Index                 []int32   // [n]: the actions to do next, of a discrete space
	Point                 []float32 // [n, dim]: the same, of a box
	Reward                []float32 // [n]: of the last step
	Terminated, Truncated []bool    // [n]
	Return                []float64 // [n]: the sum of rewards, up to the last step, of the episode that step belonged to
	Length                []int     // [n]: its steps

	spec     Spec
	size     int // of an observation
	envs     []Env
	seed     uint64
	episodes []uint64 // begun, of each copy
	errs     []error
	workers  int
}

// NewVec makes n copies by newEnv and begins an episode in each: the episode numbered k, from 0, of copy i has the seed
// EpisodeSeed(seed, i, k).
func NewVec(newEnv func() (Env, error), n int, seed uint64, workers int) (*Vec, error) {
	if n < 1 || workers < 1 {
		return nil, fmt.Errorf("env: %d copies for %d workers, want at least one of each", n, workers)
	}
	v := &Vec{envs: make([]Env, n), workers: workers}
	for i := range v.envs {
		e, err := newEnv()
		if err == nil && e == nil {
			err = errors.New("env: want an environment to copy")
		}
		if err != nil {
			return nil, err
		}
		v.envs[i] = e
	}
	v.spec = v.envs[0].Spec()
	v.size = v.spec.Size()
	v.Obs, v.Next, v.Reward = make([]float32, n*v.size), make([]float32, n*v.size), make([]float32, n)
	v.Terminated, v.Truncated = make([]bool, n), make([]bool, n)
	v.Return, v.Length, v.episodes, v.errs = make([]float64, n), make([]int, n), make([]uint64, n), make([]error, n)
	if dim := v.spec.Actions.Dim(); dim > 0 {
		v.Point = make([]float32, n*dim)
	} else {
		v.Index = make([]int32, n)
	}
	v.Reset(seed)
	return v, nil
}

// EpisodeSeed is the seed of an episode of a copy: the finaliser of SplitMix64 (Steele, Lea & Flood, 2014) over the three numbers.
func EpisodeSeed(seed uint64, i int, episode uint64) uint64 {
	const golden = 0x9e3779b97f4a7c15
	mix := func(z uint64) uint64 {
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		return z ^ z>>31
	}
	return mix(mix(mix(seed+golden)+golden*uint64(i+1)) + golden*(episode+1))
}

// Len is the number of copies.
func (v *Vec) Len() int { return len(v.envs) }

// Spec is that of each copy.
func (v *Vec) Spec() Spec { return v.spec }

// Env is copy i, to look at.
func (v *Vec) Env(i int) Env { return v.envs[i] }

// Reset begins with the first episodes of a seed in all copies.
func (v *Vec) Reset(seed uint64) {
	v.seed = seed
	for i := range v.envs {
		v.episodes[i], v.Reward[i], v.Return[i], v.Length[i], v.Terminated[i], v.Truncated[i] = 0, 0, 0, 0, false, false
		v.begin(i)
	}
}

// begin resets copy i.
func (v *Vec) begin(i int) {
	v.envs[i].Reset(EpisodeSeed(v.seed, i, v.episodes[i]), v.row(v.Obs, i))
	v.episodes[i]++
}

func (v *Vec) row(x []float32, i int) []float32 { return x[i*v.size : (i+1)*v.size] }

func (v *Vec) action(i int) Action {
	if v.Index != nil {
		return Action{Index: int(v.Index[i])}
	}
	dim := v.spec.Actions.Dim()
	return Action{Point: v.Point[i*dim : (i+1)*dim]}
}

// Step does the actions of Index or Point. If one of them is outside the space, nothing happens in any copy. After any other error, such as
// that of an action which a Masker does not allow now, Reset must be called.
func (v *Vec) Step() error {
	for i := range v.envs {
		if err := v.spec.Actions.Check(v.spec.Name, v.action(i)); err != nil {
			return fmt.Errorf("copy %d: %w", i, err)
		}
	}
	workers.Run((*stepping)(v), v.tasks(), v.workers)
	for i, err := range v.errs {
		if err != nil {
			clear(v.errs)
			return fmt.Errorf("copy %d: %w", i, err)
		}
	}
	return nil
}

// tasks is how many parts a step is cut into: two a worker, so that one who has the longer half of them need not be waited for long.
func (v *Vec) tasks() int {
	if v.workers == 1 {
		return 1
	}
	return min(len(v.envs), 2*v.workers)
}

// stepping is Vec as a job, each of whose tasks is a run of copies.
type stepping Vec

func (s *stepping) Do(task, _ int) {
	v := (*Vec)(s)
	n, parts := len(v.envs), v.tasks()
	for i := task * n / parts; i < (task+1)*n/parts; i++ {
		v.errs[i] = v.one(i)
	}
}

func (v *Vec) one(i int) error {
	next := v.row(v.Next, i)
	o, err := v.envs[i].Step(v.action(i), next)
	if err != nil {
		return err
	}
	if v.Terminated[i] || v.Truncated[i] {
		v.Return[i], v.Length[i] = 0, 0
	}
	v.Reward[i], v.Terminated[i], v.Truncated[i] = o.Reward, o.Terminated, o.Truncated
	v.Return[i] += float64(o.Reward)
	v.Length[i]++
	if o.Over() {
		v.begin(i)
	} else {
		copy(v.row(v.Obs, i), next)
	}
	return nil
}

// vecHead precedes the copies in a saved state.
type vecHead struct{ Copies, Seed uint64 }

// copyHead precedes each copy.
type copyHead struct {
	Episodes, Length uint64
	Return           float64
	Over             bool
}

// AppendBinary saves what the next steps depend on: the copies, Obs, and how far the episodes are. Reward, Next and the actions are of the
// last step, and are not in it.
func (v *Vec) AppendBinary(b []byte) ([]byte, error) {
	b = append(append(b, byte(len(v.spec.Name))), v.spec.Name...)
	b, err := Pack(b, &vecHead{uint64(len(v.envs)), v.seed})
	for i, e := range v.envs {
		var err1, err2, err3 error
		b, err1 = Pack(b, &copyHead{v.episodes[i], uint64(v.Length[i]), v.Return[i], v.Terminated[i] || v.Truncated[i]})
		b, err2 = Pack(b, v.row(v.Obs, i))
		b, err3 = packInner(b, e)
		err = cmp.Or(err, err1, err2, err3)
	}
	if err != nil {
		return nil, err
	}
	return b, nil
}

// UnmarshalBinary restores what AppendBinary saved of as many copies of the same environment. After an error Reset must be called.
func (v *Vec) UnmarshalBinary(b []byte) error {
	name := v.spec.Name
	if len(b) == 0 || len(b) < 1+int(b[0]) {
		return fmt.Errorf("%s: a saved state of %d bytes, which is cut short", name, len(b))
	}
	if was := string(b[1 : 1+b[0]]); was != name {
		return fmt.Errorf("%s: a saved state of %q", name, was)
	}
	b = b[1+b[0]:]
	var head vecHead
	if err := cutFixed(name, &b, &head); err != nil {
		return err
	}
	if head.Copies != uint64(len(v.envs)) {
		return fmt.Errorf("%s: a saved state of %d copies, want %d", name, head.Copies, len(v.envs))
	}
	v.seed = head.Seed
	for i, e := range v.envs {
		var c copyHead
		if err := cmp.Or(cutFixed(name, &b, &c), cutFixed(name, &b, v.row(v.Obs, i))); err != nil {
			return err
		}
		inner, rest, err := cutInner(name, b)
		if err != nil {
			return err
		}
		if err := e.UnmarshalBinary(inner); err != nil {
			return fmt.Errorf("copy %d: %w", i, err)
		}
		b = rest
		v.episodes[i], v.Length[i], v.Return[i] = c.Episodes, int(c.Length), c.Return
		v.Terminated[i], v.Truncated[i] = c.Over, false
	}
	if len(b) > 0 {
		return fmt.Errorf("%s: %d bytes follow the saved state", name, len(b))
	}
	return nil
}
