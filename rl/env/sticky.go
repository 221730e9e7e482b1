package env

import "github.com/kedja-ml/kedja/internal/npyrand"

// StickyActions does the last action once more, instead of the one it is told, with probability P (Machado et al., 2018). The first action
// of an episode is always as told. Its draws are apart from the environment's own.
type StickyActions struct {
	Env
	P float64
	s struct {
		Random npyrand.Rand
		Acted  bool
		Index  int32
	}
	spec  Spec
	point []float32
}

// NewStickyActions wraps e.
func NewStickyActions(e Env, p float64) *StickyActions {
	s := e.Spec()
	return &StickyActions{Env: e, P: p, spec: s, point: make([]float32, s.Actions.Dim())}
}

func (w *StickyActions) Unwrap() Env { return w.Env }

func (w *StickyActions) Reset(seed uint64, obs []float32) {
	w.s.Random.Seed(^seed)
	w.s.Acted, w.s.Index = false, 0
	clear(w.point)
	w.Env.Reset(seed, obs)
}

func (w *StickyActions) Step(a Action, obs []float32) (Outcome, error) {
	if err := w.spec.Actions.Check(w.spec.Name, a); err != nil {
		return Outcome{}, err
	}
	random := w.s.Random
	if random.Float64() < w.P && w.s.Acted {
		a.Index = int(w.s.Index)
		if len(w.point) > 0 {
			a.Point = w.point
		}
	}
	o, err := w.Env.Step(a, obs)
	if err != nil {
		return Outcome{}, err
	}
	w.s.Random, w.s.Acted, w.s.Index = random, true, int32(a.Index)
	copy(w.point, a.Point)
	return o, nil
}

func (w *StickyActions) AppendBinary(b []byte) ([]byte, error) {
	return packWrapper(b, w.Env, &w.s, w.point)
}

func (w *StickyActions) UnmarshalBinary(b []byte) error {
	return unpackWrapper(w.spec.Name, b, w.Env, &w.s, w.point)
}
