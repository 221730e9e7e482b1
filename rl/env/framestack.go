package env

import "slices"

// FrameStack shows the last n observations as one, the newest last: their first axes are joined. An episode begins with its first
// observation n times (Mnih et al., 2015).
type FrameStack struct {
	Env
	n      int
	frames []float32
}

// NewFrameStack wraps e; n is at least 1.
func NewFrameStack(e Env, n int) *FrameStack {
	n = max(1, n)
	return &FrameStack{Env: e, n: n, frames: make([]float32, n*e.Spec().Size())}
}

func (f *FrameStack) Unwrap() Env { return f.Env }

// Spec is that of the wrapped environment, with n times as much on the first axis of observations.
func (f *FrameStack) Spec() Spec {
	s := f.Env.Spec()
	s.Obs = slices.Clone(s.Obs)
	s.Obs[0] *= f.n
	return s
}

func (f *FrameStack) newest() []float32 { return f.frames[len(f.frames)-len(f.frames)/f.n:] }

func (f *FrameStack) Reset(seed uint64, obs []float32) {
	f.Env.Reset(seed, f.newest())
	size := len(f.newest())
	for i := range f.n - 1 {
		copy(f.frames[i*size:], f.newest())
	}
	copy(obs, f.frames)
}

func (f *FrameStack) Step(a Action, obs []float32) (Outcome, error) {
	size := len(f.newest())
	o, err := f.Env.Step(a, obs[:size])
	if err != nil {
		return Outcome{}, err
	}
	copy(f.frames, f.frames[size:])
	copy(f.newest(), obs[:size])
	copy(obs, f.frames)
	return o, nil
}

func (f *FrameStack) AppendBinary(b []byte) ([]byte, error) { return packWrapper(b, f.Env, f.frames) }

func (f *FrameStack) UnmarshalBinary(b []byte) error {
	return unpackWrapper(f.Env.Spec().Name, b, f.Env, f.frames)
}
