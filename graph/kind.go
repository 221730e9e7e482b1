package graph

import "fmt"

// A Kind is a type of op under the name that files have it by, which never changes: who gives an op's fields another meaning gives it
// another name. The packages that define ops list theirs; package graphfile reads and writes by such lists.
type Kind struct {
	Name     string
	Op       Op  // any value of the type
	Operands int // how many it has, so that Infer and kernels need not ask; 0 where Infer does, or where there are none

	// An op with fields that no file can hold, such as a function, is written as a struct without them: Form is any value of its type, Pack
	// makes one from an op, and Unpack an op from one.
	Form   any
	Pack   func(Op) (form any, err error)
	Unpack func(form any) (Op, error)
}

// Kinds lists the ops of this package. That of what a body reads from around it is no more than an operand of the body.
func Kinds() []Kind {
	return []Kind{ // without operands
		{Name: "input", Op: Input{}},
		{Name: "fill", Op: Fill{}},
		{Name: "constant", Op: Constant{}},
		{Name: "read", Op: Read{}},
	}
}

// Numbered is the last number that Fresh has returned, 0 if none.
func (g *Graph) Numbered() int { return g.fresh }

// Renumber makes Fresh count on from n: for whoever builds a graph again whose ops bear the numbers of the first one.
func (g *Graph) Renumber(n int) { g.fresh = n }

// Takes says what is wrong with operands of the given types for f, nil if nothing is: for an op that runs it, to say so before it runs.
func (f *Func) Takes(in []Type) error {
	if len(in) != len(f.in) {
		return fmt.Errorf("want %d operands for the body, not %d", len(f.in), len(in))
	}
	for i, p := range f.in {
		if p.typ != in[i] {
			return fmt.Errorf("want %v as operand %d of the body, not %v", p.typ, i, in[i])
		}
	}
	return nil
}
