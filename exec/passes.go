package exec

import (
	"errors"
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// A pass is one step of the compiler. What it assumes and what it leaves behind is said where it is defined.
type pass struct {
	name string
	run  func(*compiler) error
}

// rewriting lists the passes from graph to graph: they make the program.
func rewriting() []pass {
	return []pass{
		{"copy", (*compiler).copyGraph},
		{"simplify", (*compiler).simplify},
		{"prune", (*compiler).prune},
		{"fold", (*compiler).fold},
		{"simplify again", (*compiler).simplify},
		{"fuse", (*compiler).fuse},
		{"round", (*compiler).round},
		{"recompute", (*compiler).recompute},
	}
}

// planning lists the passes from graph to plan: they are all that a clone needs.
func planning() []pass {
	return []pass{
		{"group", (*compiler).group},
		{"schedule", (*compiler).schedule},
		{"layout", (*compiler).layout},
		{"place", (*compiler).place},
		{"trap", (*compiler).markTraps},
		{"wire", (*compiler).wire},
	}
}

// A compiler is a plan in the making, with what one pass tells the next.
type compiler struct {
	*Plan
	grouped  grouping
	units    []unit
	late     int // the first of the units that update variables and cannot fail
	unitOf   map[*graph.Node]position
	read     map[graph.Var]*graph.Node
	rehearse bool   // what late units write in place is looked at before
	drafting bool   // the plan will not run
	moved    []bool // roots that are copied to their places
	at       map[*graph.Node]value
	users    map[*graph.Node][]*graph.Node
	isRoot   map[*graph.Node]bool
	done     map[*graph.Node]bool    // nodes of the units that are steps already
	reserved map[*graph.Node]*memory // roots computed right where they belong
	copied   map[*graph.Node]value   // dense copies made so far
	all      []*memory
}

// lower makes a plan of roots on any graph.
func lower(p *program) (*Plan, error) {
	if err := (&compiler{Plan: &Plan{program: p}}).do(rewriting()); err != nil {
		return nil, err
	}
	return p.bind()
}

// bind gives a program memory of its own.
func (p *program) bind() (*Plan, error) {
	c := &compiler{Plan: &Plan{program: p}}
	return c.Plan, c.do(planning())
}

func (c *compiler) do(passes []pass) error {
	for _, s := range passes {
		err := s.run(c)
		if err == nil && c.verify {
			err = c.check()
		}
		if err != nil {
			return err
		}
		if c.explain != nil {
			fmt.Fprintf(c.explain, "== %s\n%s", s.name, c.show())
		}
	}
	return nil
}

// check is what holds after every pass.
func (c *compiler) check() error {
	var lost error
	for _, r := range c.roots {
		if r.Graph() != c.g {
			lost = fmt.Errorf("exec: %s left the graph of its plan", r.Op().Name())
		}
	}
	return errors.Join(c.g.Verify(), lost)
}

// show prints what there is so far: nodes, or units of them, or steps.
func (c *compiler) show() string {
	switch {
	case c.steps != nil:
		return c.Plan.String()
	case c.units != nil:
		return printUnits(c.units)
	case c.grouped.order != nil:
		return c.grouped.String()
	}
	return graph.Print(c.roots...)
}
