package env

// TimeLimit cuts episodes off after so many steps.
type TimeLimit struct {
	Env
	limit int32
	s     Episode
}

// NewTimeLimit wraps e.
func NewTimeLimit(e Env, limit int) *TimeLimit { return &TimeLimit{Env: e, limit: int32(limit)} }

func (t *TimeLimit) Unwrap() Env { return t.Env }

func (t *TimeLimit) Reset(seed uint64, obs []float32) {
	t.s.Begin()
	t.Env.Reset(seed, obs)
}

func (t *TimeLimit) Step(a Action, obs []float32) (Outcome, error) {
	if !t.s.Running {
		return Outcome{}, t.s.refuse(t.Spec().Name, Space{}, a)
	}
	o, err := t.Env.Step(a, obs)
	if err != nil {
		return Outcome{}, err
	}
	limited := t.s.Next(o.Reward, o.Terminated, t.limit)
	o.Truncated = o.Truncated || limited.Truncated
	t.s.Running = !o.Over()
	return o, nil
}

func (t *TimeLimit) AppendBinary(b []byte) ([]byte, error) { return packWrapper(b, t.Env, &t.s) }

func (t *TimeLimit) UnmarshalBinary(b []byte) error {
	return unpackWrapper(t.Spec().Name, b, t.Env, &t.s)
}
