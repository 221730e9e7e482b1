package catalog

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/kedja-ml/kedja/internal/nearest"
	"github.com/kedja-ml/kedja/rl/env"
)

// options are what an environment is changed by. Whoever asks for one makes it known.
type options struct {
	given map[string]string
	known []string
	err   error
}

func newOptions(settings []string) (*options, error) {
	o := &options{given: map[string]string{}}
	for _, s := range settings {
		name, value, ok := strings.Cut(s, "=")
		if _, twice := o.given[name]; !ok || name == "" || twice {
			return nil, fmt.Errorf("environment option %q, want NAME=VALUE, each name once", s)
		}
		o.given[name] = value
	}
	return o, nil
}

// option is the value of a name, or the standard one.
func option[T int | float64 | bool](o *options, name string, standard T) T {
	o.known = append(o.known, name)
	text, ok := o.given[name]
	if !ok {
		return standard
	}
	value := standard
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		kind := map[string]string{"int": "a whole number", "float64": "a number", "bool": "true or false"}[fmt.Sprintf("%T", value)]
		o.err = errors.Join(o.err, fmt.Errorf("environment option %s=%s, want %s", name, text, kind))
	}
	return value
}

// wrap puts the wrappers around e that every environment can have, and refuses options that nobody asked for.
func (o *options) wrap(e env.Env) (env.Env, error) {
	sticky, own := 0.0, slices.Contains(o.known, "sticky")
	if !own {
		sticky = option(o, "sticky", sticky)
	}
	limit, frames := option(o, "limit", 0), option(o, "frames", 1)
	for name := range o.given {
		if !slices.Contains(o.known, name) {
			return nil, fmt.Errorf("no environment option %q; did you mean %s? There are %s", name, nearest.Name(name, o.known), strings.Join(o.known, ", "))
		}
	}
	const most = 1 << 30
	switch _, limited := o.given["limit"]; {
	case o.err != nil:
		return nil, o.err
	case !(sticky >= 0 && sticky <= 1):
		return nil, fmt.Errorf("environment option sticky=%v, want a probability", sticky)
	case limited && (limit < 1 || limit > most):
		return nil, fmt.Errorf("environment option limit=%d, want 1 to %d", limit, most)
	case frames < 1 || frames > 1000:
		return nil, fmt.Errorf("environment option frames=%d, want 1 to 1000", frames)
	case limited:
		e = env.NewTimeLimit(e, limit)
	}
	if sticky > 0 {
		e = env.NewStickyActions(e, sticky)
	}
	if frames > 1 {
		e = env.NewFrameStack(e, frames)
	}
	return e, nil
}
