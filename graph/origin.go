package graph

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
)

// An origin is the call stack that led to a node. Equal stacks are kept once.
type origin [24]uintptr

// As makes the nodes built until the returned function is called carry n's origin.
func (g *Graph) As(n *Node) func() {
	old := g.from
	g.from = n
	return func() { g.from = old }
}

func (g *Graph) origin() *origin {
	if g.from != nil {
		return g.from.app.origin
	}
	var at origin
	runtime.Callers(4, at[:])
	o := g.origins[at]
	if o == nil {
		o = &at
		g.origins[at] = o
	}
	return o
}

// here is the user's line that is being executed.
func here() string {
	var at origin
	runtime.Callers(3, at[:])
	return at.String()
}

// Origin returns the user's file and line that led to n, as "model.go:31".
func (n *Node) Origin() string { return n.app.origin.String() }

// Stack is the call stack that led to n, innermost first, from the function that applied the op; the outer end of a deep one is cut off.
func (n *Node) Stack() (fs []runtime.Frame) {
	o := n.app.origin
	k := 0
	for k < len(o) && o[k] != 0 {
		k++
	}
	if k == 0 {
		return nil
	}
	for at := runtime.CallersFrames(o[:k]); ; {
		f, more := at.Next()
		if fs = append(fs, f); !more {
			return fs
		}
	}
}

const module = "github.com/kedja-ml/kedja/"

// String is the first frame outside the library: the line the user must look at. A function that applies an op of the user's own is
// passed over as those of package ops are, unless it is the outermost.
func (o *origin) String() string {
	n := 0
	for n < len(o) && o[n] != 0 {
		n++
	}
	if n == 0 {
		return "?"
	}
	fs, at, applied := runtime.CallersFrames(o[:n]), "?", false
	for f, more := fs.Next(); ; f, more = fs.Next() {
		outermost := strings.HasPrefix(f.Function, "testing.") || strings.HasPrefix(f.Function, "runtime.")
		if at != "?" && outermost {
			return at
		}
		if !library(f) {
			if at != "?" || !applied {
				return fmt.Sprintf("%s:%d", filepath.Base(f.File), f.Line)
			}
			at = fmt.Sprintf("%s:%d", filepath.Base(f.File), f.Line)
		}
		if !more {
			return at
		}
		applied = f.Function == module+"graph.Apply" || f.Function == module+"graph.ApplyN"
	}
}

func library(f runtime.Frame) bool {
	pkg, ours := strings.CutPrefix(f.Function, module)
	if !ours || strings.HasSuffix(f.File, "_test.go") {
		return false
	}
	for _, p := range []string{"cmd/", "examples/", "bench", "docs/"} {
		if strings.HasPrefix(pkg, p) {
			return false
		}
	}
	return true
}
