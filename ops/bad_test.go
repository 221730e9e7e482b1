package ops_test

import (
	"fmt"
	"regexp"
	"slices"
	"testing"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// refusals is how many inputs each op is shown to refuse, at least.
const refusals = 5

// A spoiler makes operands that a case was not written for from those that it was.
type spoiler struct {
	name  string
	spoil func(ts []graph.Type, i int) bool // changes operand i, false if there is nothing to change
}

func reshaped(f func(d []int) []int) func([]graph.Type, int) bool {
	return func(ts []graph.Type, i int) bool {
		d := f(ts[i].Shape.Dims())
		if d == nil || len(d) > graph.MaxRank || graph.Of(d...) == ts[i].Shape {
			return false
		}
		ts[i].Shape = graph.Of(d...)
		return true
	}
}

func recast(to graph.Dtype) func([]graph.Type, int) bool {
	return func(ts []graph.Type, i int) bool {
		changes := ts[i].Dtype != to
		ts[i].Dtype = to
		return changes
	}
}

var spoilers = []spoiler{
	{"bool", recast(graph.Bool)},
	{"uint8", recast(graph.Uint8)},
	{"int64", recast(graph.Int64)},
	{"float64", recast(graph.Float64)},
	{"a leading axis", reshaped(func(d []int) []int { return append([]int{2}, d...) })},
	{"a last axis", reshaped(func(d []int) []int { return append(d, 3) })},
	{"without its first axis", reshaped(func(d []int) []int { return d[min(1, len(d)):] })},
	{"without its last axis", reshaped(func(d []int) []int { return d[:max(0, len(d)-1)] })},
	{"a scalar", reshaped(func([]int) []int { return []int{} })},
	{"rank 8", reshaped(func([]int) []int { return []int{1, 1, 1, 1, 1, 1, 1, 1} })},
	{"one more along the first axis", reshaped(func(d []int) []int {
		if len(d) == 0 {
			return nil
		}
		return append([]int{d[0] + 1}, d[1:]...)
	})},
	{"one more along the last axis", reshaped(func(d []int) []int {
		if len(d) == 0 {
			return nil
		}
		return append(d[:len(d)-1], d[len(d)-1]+1)
	})},
	{"nothing along the first axis", reshaped(func(d []int) []int {
		if len(d) == 0 {
			return nil
		}
		return append([]int{0}, d[1:]...)
	})},
	{"nothing along the last axis", reshaped(func(d []int) []int {
		if len(d) == 0 {
			return nil
		}
		return append(d[:len(d)-1], 0)
	})},
}

// spoiled applies a case to operands of types; what panics is an error of its own.
func spoiled(c ops.Case, ts []graph.Type) (err error) {
	g := graph.New(graph.Training)
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	xs := make([]*graph.Node, len(ts))
	for i, t := range ts {
		xs[i] = g.Placeholder(string(rune('a'+i)), t)
	}
	c.F(xs)
	return g.Err()
}

var clear = regexp.MustCompile(`^[a-z_]+_test\.go:\d+: [^\n]{12,}$`)

// Every op, applied as in a dozen of its cases to operands of other dtypes, ranks and sizes, either takes them or refuses them in one line that
// begins with the user's place; nothing panics, and each op refuses a few, those of its Bad included.
func TestRefusesWhatDoesNotFit(t *testing.T) {
	total := map[string]bool{"Barrier": true, "StopGradient": true, "Tap": true} // take any array
	inputs, refused := 0, 0
	for _, info := range ops.All() {
		own := 0
		for _, b := range info.Bad {
			g := graph.New(graph.Training)
			if b.F(g); g.Err() == nil || !clear.MatchString(g.Err().Error()) {
				t.Errorf("%s: %v", info.Name, g.Err())
			}
			own++
		}
		tried := map[string]bool{}
		for n := range 12 {
			c := info.Cases[n*(len(info.Cases)-1)/11]
			ts := make([]graph.Type, len(c.In))
			for i, o := range c.In {
				ts[i] = graph.Type{Dtype: o.Dtype, Shape: o.Shape}
			}
			for i := range ts {
				for _, s := range spoilers {
					now := slices.Clone(ts)
					what := ""
					if s.spoil(now, i) {
						what = fmt.Sprint(c.Name, now)
					}
					if what == "" || tried[what] {
						continue
					}
					tried[what] = true
					inputs++
					if err := spoiled(c, now); err != nil {
						own++
						refused++
						if !clear.MatchString(err.Error()) {
							t.Errorf("%s %s, operand %d %s, %v: %v", info.Name, c.Name, i, s.name, now, err)
						}
					}
				}
			}
		}
		if own < refusals && !total[info.Name] {
			t.Errorf("%s refuses %d inputs, want %d", info.Name, own, refusals)
		}
	}
	t.Logf("%d inputs, of which %d were refused", inputs, refused)
	if refused < 5000 {
		t.Error("too few were refused to say anything")
	}
}
