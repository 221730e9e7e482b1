package programs

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// Optimised programs have the bits of node by node. KEDJA_PROGRAMS=from-to makes it another range of seeds, and prints after
// every ten thousand how many programs took each path of the compiler.
func TestPrograms(t *testing.T) {
	from, to := uint64(0), uint64(2000)
	if testing.Short() {
		to = 300
	}
	long := os.Getenv("KEDJA_PROGRAMS")
	if long != "" {
		if _, err := fmt.Sscanf(long, "%d-%d", &from, &to); err != nil {
			t.Fatalf("KEDJA_PROGRAMS: want from-to, not %q", long)
		}
	}
	hits := map[string]int{}
	for seed := from; seed < to; seed++ {
		p, err := newProgram(seed)
		if err != nil {
			t.Fatalf("seed %d cannot be built: %v", seed, err)
		}
		trap := seed%2 == 0
		plan, err := p.check(trap)
		if err != nil {
			small, why := p.shrink(trap)
			t.Fatalf("seed %d, trap %v: %v\nIn small: %v\n%s", seed, trap, err, why, small.print())
		}
		for _, path := range p.paths(plan) {
			hits[path]++
		}
		if seed%4 == 1 {
			if err := p.saved(); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			hits["saved"]++
		}
		if seed%25 == 7 {
			chosen, err := rounded(seed)
			if err != nil {
				t.Fatalf("seed %d, class R: %v", seed, err)
			}
			if chosen {
				hits["class R"]++
			}
		}
		if long != "" && (seed+1 == to || (seed+1)%10000 == 0) {
			fmt.Printf("programs %d-%d:", from, seed+1)
			for _, path := range paths {
				fmt.Printf(" %s %d", path, hits[path])
			}
			fmt.Println()
		}
	}
	for _, path := range paths {
		if long == "" && hits[path] < int(to-from)/100 { // a thousand of 100,000
			t.Errorf("%d of %d programs are %s, too few to tell", hits[path], to-from, path)
		}
	}
}

// paths through the compiler that a program may take.
var paths = []string{
	"parallel", "fused", "again", "finished", "in place", "view", "loop", "scan", "vmapped", "rematerialised", "saved", "gradient", "assigned", "float64",
	"empty", "class R",
}

// paths says which ones p takes, from the print of its plan.
func (p *program) paths(plan string) (took []string) {
	has := map[string]bool{}
	for line := range strings.Lines(plan) {
		f := strings.Fields(line)
		if len(f) < 2 || f[1] == "steps," {
			continue
		}
		has["fused"] = has["fused"] || strings.Contains(f[1], "·")
		has["again"] = has["again"] || strings.Contains(line, "′")
		has["finished"] = has["finished"] || strings.HasPrefix(f[1], "finished")
		has["loop"] = has["loop"] || slices.Contains([]string{"scan", "while", "cond"}, f[1])
		if _, tasks, ok := strings.Cut(line, "  tasks ["); ok {
			for n := range strings.FieldsSeq(tasks[:strings.IndexByte(tasks, ']')]) {
				k, _ := strconv.Atoi(n)
				has["parallel"] = has["parallel"] || k > 1
			}
		}
		if written, read, ok := strings.Cut(line, " ←"); ok && strings.Contains(f[1], "update") { // its first operand lies where its result does
			result, _, _ := strings.Cut(strings.Fields(written)[2], ":")
			has["in place"] = has["in place"] || strings.Fields(read)[0] == result
		}
	}
	has["vmapped"] = p.vmapped
	roots := slices.Clone(p.outs)
	for _, n := range p.g.Assigned {
		has["assigned"] = true
		roots = append(roots, n)
	}
	for _, n := range graph.Order(roots, nil) {
		has["scan"] = has["scan"] || n.Op().Name() == "scan"
		has["rematerialised"] = has["rematerialised"] || n.Op().Name() == "checkpoint"
		_, view := n.Op().(graph.View)
		has["view"] = has["view"] || view && n.Op().Name() != "reshape"
		has["gradient"] = has["gradient"] || n.ID() >= p.gradients && p.gradients > 0
		has["float64"] = has["float64"] || n.Dtype() == graph.Float64
		has["empty"] = has["empty"] || n.Shape().Size() == 0
	}
	for _, path := range paths {
		if has[path] {
			took = append(took, path)
		}
	}
	return took
}

// A wrong rewrite is found, and little is left of the program around it.
func TestFindsWrongRewrites(t *testing.T) {
	found := 0
	for seed := range uint64(300) {
		m := newMaker(seed)
		m.chain()
		m.op()
		if m.err != nil || len(m.pool) == 0 {
			continue
		}
		x := m.any()
		if !x.Dtype().Float() || x.Shape().Size() == 0 || !tame(m.at[x]) {
			continue
		}
		y := graph.Apply(half{}, ops.Tanh(ops.Affine(1, ops.Abs(x), 0.1)))
		m.outs = append(m.outs, ops.Neg(y), x)
		p := &m.program
		if _, err := p.check(false); err == nil {
			t.Errorf("seed %d: a wrong Simplify is not found", seed)
		}
		small, _ := p.shrink(false)
		if n := len(graph.Order(small.outs, nil)); n > 2 {
			t.Errorf("seed %d: %d nodes are left, where the wrong one and its operand are enough:\n%s", seed, n, small.print())
		}
		if found++; found == 20 {
			return
		}
	}
	t.Errorf("only %d programs", found)
}

// half is x/2, but simplifies to 0.49999·x.
type half struct{ ops.Pointwise }

func (half) Name() string                       { return "half" }
func (half) Eval(c *graph.Call) error           { return ops.Map(c, func(x float64) float64 { return x / 2 }) }
func (half) Simplify(n *graph.Node) *graph.Node { return ops.Scale(0.49999, n.In()[0]) }
