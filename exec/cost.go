package exec

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kedja-ml/kedja/graph"
)

// A Cost is what a plan needs, known before it runs.
type Cost struct {
	Flops  int64 // of matrix products and convolutions, a multiplication and an addition as two, in each round of a loop whose rounds are known
	Bytes  int64 // that the other steps read and write, each memory once a step, in each such round; the trap's looks are not counted
	Arena  int   // bytes of intermediate results, those of bodies too
	Live   int   // bytes of them that are needed at once: the least any placement could do with
	Output int   // bytes of outputs and of the next values of variables
	Local  int   // bytes of the workers' own memory, for all of them
	Steps  int
}

// Cost tells what p allocated when it was compiled, and what a run computes.
func (p *Plan) Cost() Cost {
	c := Cost{Arena: p.arenaBytes, Live: p.liveBytes, Output: p.outBytes, Local: p.need * len(p.locals), Steps: len(p.steps)}
	for _, s := range p.steps {
		flops, bytes := work(s)
		c.Flops, c.Bytes = c.Flops+flops, c.Bytes+bytes
		if k, ok := s.(*kernelStep); ok {
			for _, body := range k.plans {
				b := body.Cost()
				c.Arena, c.Live, c.Local = c.Arena+b.Arena, c.Live+b.Live, c.Local+b.Local
			}
		}
	}
	return c
}

func (c Cost) String() string {
	return fmt.Sprintf("%d steps, %.3f GFLOP and %.2f MB beside them, arena %.2f MB (at least %.2f), outputs %.2f MB, workers %.2f MB",
		c.Steps, float64(c.Flops)/1e9, float64(c.Bytes)/1e6, mega(c.Arena), mega(c.Live), mega(c.Output), mega(c.Local))
}

func mega(bytes int) float64 { return float64(bytes) / 1e6 }

// work is what s computes: operations of products and convolutions, bytes of anything else.
func work(s step) (flops, bytes int64) {
	k, kernel := s.(*kernelStep)
	if kernel && len(k.plans) > 0 {
		for _, b := range k.plans { // of branches one is taken
			c := b.Cost()
			flops, bytes = max(flops, c.Flops), max(bytes, c.Bytes)
		}
		if r, ok := k.op.(graph.Repeater); ok {
			return flops * int64(r.Repeats()), bytes * int64(r.Repeats())
		}
		return flops, bytes
	}
	if op, ok := s.head().node.Op().(graph.Costed); ok && kernel {
		var in, out []graph.Type
		for _, v := range k.in {
			in = append(in, v.typ)
		}
		for _, m := range k.out {
			out = append(out, m.of)
		}
		return op.Flops(in, out), 0
	}
	if _, trap := s.(*trapStep); trap {
		return 0, 0
	}
	seen := map[*memory]bool{}
	for _, m := range s.results {
		if !seen[m] {
			bytes += int64(m.of.Bytes())
		}
		seen[m] = true
	}
	for v := range s.operands {
		if !seen[v.mem] {
			bytes += int64(min(v.typ.Bytes(), v.mem.of.Bytes())) // what is seen many times is read once
		}
		seen[v.mem] = true
	}
	return 0, bytes
}

// String prints the steps in order: what each computes, where from and where to, and how it is cut. The steps of a body are indented
// under the one that runs it.
func (p *Plan) String() string {
	var s strings.Builder
	p.print(&s, "")
	fmt.Fprintln(&s, p.Cost())
	return s.String()
}

func (p *Plan) print(s *strings.Builder, indent string) {
	name := map[*memory]string{}
	call := func(m *memory) string {
		if name[m] == "" {
			name[m] = fmt.Sprintf("%s%d", [...]string{"m", "in", "var", "const", "next", "out"}[m.home], len(name))
		}
		return name[m]
	}
	line := func(number string, t step) {
		h := t.head()
		fmt.Fprintf(s, "%s%3s %-28s", indent, number, h.op)
		for _, m := range t.results {
			fmt.Fprintf(s, " %s:%v", call(m), m.of)
			if m.home == inArena {
				fmt.Fprintf(s, "@%d", m.offset)
			}
		}
		s.WriteString(" ←")
		for v := range t.operands {
			s.WriteString(" " + call(v.mem))
			if _, kernel := t.(*kernelStep); kernel && !v.dense() {
				s.WriteString("/strided")
			}
		}
		if n := h.work.Phases; n != [3]int{1} {
			fmt.Fprintf(s, "  tasks %v", n)
		}
		fmt.Fprintf(s, "  %s\n", h.node.Origin())
	}
	for i, t := range p.steps {
		switch t := t.(type) {
		case *sweepStep:
			if len(t.parts) > 1 {
				fmt.Fprintf(s, "%s%3d %s  tasks %v\n", indent, i, t.op, t.work.Phases)
				for _, part := range t.parts {
					line("", part)
				}
				continue
			}
		case *kernelStep:
			line(fmt.Sprint(i), t)
			for _, body := range t.plans {
				body.print(s, indent+"      ")
			}
			continue
		}
		line(fmt.Sprint(i), t)
	}
}

// A Timing is how long one step took, on average; one of a body, in all rounds of a run.
type Timing struct {
	Step   int
	Op     string // "scan/matmul" for a step of a body
	Origin string
	Mean   time.Duration
	GFLOPS float64 // of matrix products and convolutions, 0 for anything else
	GBps   float64 // of bytes that others read and write, 1e9 a second
}

// Profile returns the mean time of each step over all runs so far, the longest first; those of bodies are part of the step that runs
// them. It is empty unless the plan was compiled with Profile.
func (p *Plan) Profile() []Timing {
	ts := p.timings(nil, "", 0)
	slices.SortStableFunc(ts, func(a, b Timing) int { return int(b.Mean - a.Mean) })
	return ts
}

// timings appends those of p, a body of the step called of, which ran so many times; 0 for a plan that is no body.
func (p *Plan) timings(ts []Timing, of string, runs int64) []Timing {
	for i, s := range p.steps {
		h := s.head()
		if h.runs == 0 {
			continue
		}
		per := runs
		if of == "" {
			per = h.runs
		}
		t := Timing{Step: i, Op: of + h.op, Origin: h.node.Origin(), Mean: time.Duration(h.nanos / per)}
		if h.nanos > 0 {
			flops, bytes := work(s)
			t.GFLOPS, t.GBps = float64(flops)*float64(h.runs)/float64(h.nanos), float64(bytes)*float64(h.runs)/float64(h.nanos)
		}
		ts = append(ts, t)
		if k, kernel := s.(*kernelStep); kernel {
			for _, body := range k.plans {
				ts = body.timings(ts, t.Op+"/", per)
			}
		}
	}
	return ts
}
