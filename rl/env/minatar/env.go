package minatar

import (
	"encoding/binary"
	"fmt"

	"github.com/kedja-ml/kedja/internal/npyrand"
	"github.com/kedja-ml/kedja/rl/env"
)

// Game is one of the five.
type Game int

// The games.
const (
	Breakout Game = iota
	Freeway
	Asterix
	SpaceInvaders
	Seaquest
)

// Games lists them.
func Games() []Game { return []Game{Breakout, Freeway, Asterix, SpaceInvaders, Seaquest} }

// String is the game's name in the catalogue.
func (g Game) String() string {
	switch g {
	case Breakout:
		return "minatar-breakout"
	case Freeway:
		return "minatar-freeway"
	case Asterix:
		return "minatar-asterix"
	case SpaceInvaders:
		return "minatar-spaceinvaders"
	case Seaquest:
		return "minatar-seaquest"
	}
	return fmt.Sprintf("minatar.Game(%d)", int(g))
}

// Doc says in a line what it is about.
func (g Game) Doc() string {
	switch g {
	case Breakout:
		return "MinAtar's Breakout: break a wall with a ball"
	case Freeway:
		return "MinAtar's Freeway: cross a road again and again"
	case Asterix:
		return "MinAtar's Asterix: gather gold, avoid who guards it"
	case SpaceInvaders:
		return "MinAtar's Space Invaders: shoot aliens, avoid their shots"
	case Seaquest:
		return "MinAtar's Seaquest: hunt, bring divers up, mind the oxygen"
	}
	return g.String()
}

// What a player can ask for, in every game.
const (
	None = iota
	Left
	Up
	Right
	Down
	Fire
)

// Options say how a game is played.
type Options struct {
	Sticky  float64 // probability that the action before is done again instead of the one asked for (Machado et al., 2018)
	Ramping bool    // Asterix, SpaceInvaders and Seaquest grow more difficult as one succeeds
	Minimal bool    // only the actions that the game has a use for, numbered from 0 in the order of the constants
}

// Standard is how the published scores were made: stickiness 0.1, ramping, all six actions.
func Standard() Options { return Options{Sticky: 0.1, Ramping: true} }

// rules is what a game is to an Env.
type rules interface {
	start(r *npyrand.RandomState)
	step(action int32, r *npyrand.RandomState) (reward float32, over bool)
	draw(c canvas)
	state() any              // pointer to a struct of fixed size with all that start sets
	valid(running bool) bool // what UnmarshalBinary read is a state that a step can be taken from
	layers() []layer
}

// Env is a game as an environment.
type Env struct {
	spec    env.Spec
	actions []int32 // of the space
	sticky  float64
	rules   rules
	s       struct {
		env.Episode
		Random npyrand.RandomState
		Last   int32 // action that was done
	}
}

// New returns an environment that must be Reset first.
func New(g Game, o Options) (*Env, error) {
	if !(o.Sticky >= 0 && o.Sticky <= 1) {
		return nil, fmt.Errorf("%v: a stickiness of %v, want a probability from 0 to 1", g, o.Sticky)
	}
	e := &Env{sticky: o.Sticky, actions: []int32{None, Left, Up, Right, Down, Fire}}
	var minimal []int32
	var channels int
	switch g {
	case Breakout:
		e.rules, channels, minimal = new(breakout), 4, []int32{None, Left, Right}
	case Freeway:
		e.rules, channels, minimal = new(freeway), 7, []int32{None, Up, Down}
	case Asterix:
		e.rules, channels, minimal = &asterix{ramping: o.Ramping}, 4, []int32{None, Left, Up, Right, Down}
	case SpaceInvaders:
		e.rules, channels, minimal = &invaders{ramping: o.Ramping}, 6, []int32{None, Left, Right, Fire}
	case Seaquest:
		e.rules, channels, minimal = &seaquest{ramping: o.Ramping}, 10, e.actions
	default:
		return nil, fmt.Errorf("%v: want one of the %d games", g, len(Games()))
	}
	if o.Minimal {
		e.actions = minimal
	}
	e.spec = env.Spec{Name: g.String(), Obs: []int{channels, size, size}, Bytes: true, Actions: env.Discrete(len(e.actions))}
	return e, nil
}

// Spec has observations of [channels, 10, 10].
func (e *Env) Spec() env.Spec { return e.spec }

// Reset begins an episode as a fresh environment of MinAtar does that is seeded and then reset. Its seeds have 32 bits; the upper half of a
// longer one is folded in.
func (e *Env) Reset(seed uint64, obs []float32) {
	e.s.Random.Seed(uint32(seed ^ seed>>32))
	e.s.Last = None
	e.begin(obs)
}

// begin starts an episode that goes on with the random numbers and the last action of the one before.
func (e *Env) begin(obs []float32) {
	e.s.Begin()
	e.rules.start(&e.s.Random)
	e.observe(obs)
}

func (e *Env) observe(obs []float32) {
	clear(obs)
	e.rules.draw(obs)
}

// Step does an action, or by chance the one that was done before.
func (e *Env) Step(a env.Action, obs []float32) (env.Outcome, error) {
	if err := e.s.Check(e.spec.Name, len(e.actions), a); err != nil {
		return env.Outcome{}, err
	}
	if e.s.Random.Float64() >= e.sticky {
		e.s.Last = e.actions[a.Index]
	}
	reward, over := e.rules.step(e.s.Last, &e.s.Random)
	e.observe(obs)
	return e.s.Next(reward, over, 0), nil
}

// AppendBinary saves the board, the timers and the random numbers, but not the options.
func (e *Env) AppendBinary(b []byte) ([]byte, error) {
	b, err := env.Pack(b, &e.s)
	if err != nil {
		return nil, err
	}
	return env.Pack(b, e.rules.state())
}

// UnmarshalBinary restores what AppendBinary saved. A state that the game cannot be in is an error, and changes nothing.
func (e *Env) UnmarshalBinary(b []byte) error {
	split, want := binary.Size(&e.s), binary.Size(&e.s)+binary.Size(e.rules.state())
	if len(b) != want {
		return fmt.Errorf("%s: a saved state of %d bytes, want %d", e.spec.Name, len(b), want)
	}
	before, err := e.AppendBinary(nil)
	if err != nil {
		return err
	}
	read := func(b []byte) error {
		if err := env.Unpack(e.spec.Name, b[:split], &e.s); err != nil {
			return err
		}
		return env.Unpack(e.spec.Name, b[split:], e.rules.state())
	}
	if err := read(b); err != nil {
		return err
	}
	if e.s.Steps == 0 && !e.s.Running || e.rules.valid(e.s.Running) { // before the first Reset there is no board
		return nil
	}
	if err := read(before); err != nil {
		return err
	}
	return fmt.Errorf("%s: a saved state that the game cannot be in", e.spec.Name)
}
