package graphfile_test

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"reflect"
	"regexp"
	"slices"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/graphfile"
	"github.com/kedja-ml/kedja/ops"
)

// fresh binds new variables of zeros.
func fresh(name string, param bool, t graph.Type) (graph.Var, error) {
	if param {
		return graph.NewParam(name, graph.NewBuffer(t)), nil
	}
	return graph.NewState(name, graph.NewBuffer(t)), nil
}

// again saves and loads in memory, and saves what was loaded: the bytes and the print must be the same.
func again(t *testing.T, g *graph.Graph, in, out []*graph.Node, opts ...graphfile.Option) *graphfile.Program {
	t.Helper()
	data, err := graphfile.Encode(g, in, out, opts...)
	if err != nil {
		t.Fatal(err)
	}
	p, err := graphfile.Decode(data, fresh, opts...)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := text(p.Out), text(out); got != want {
		t.Fatalf("loaded\n%s\nsaved\n%s", got, want)
	}
	if err := p.Graph.Verify(); err != nil {
		t.Fatal(err)
	}
	twice, err := graphfile.Encode(p.Graph, p.In, p.Out, append(slices.Clip(opts), graphfile.Names(p.Names...))...)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(twice, data) {
		t.Fatalf("saved again it has other bytes")
	}
	return p
}

// text prints nodes, with bodies numbered anew.
func text(ns []*graph.Node) string {
	number := map[string]string{}
	return bodies.ReplaceAllStringFunc(graph.Print(ns...), func(s string) string {
		if number[s] == "" {
			number[s] = fmt.Sprint("body", len(number))
		}
		return number[s]
	})
}

var bodies = regexp.MustCompile(`\bbody\d+\b`)

// sameBits runs both on one feed. Neither may fail where the other does not.
func sameBits(t *testing.T, g *graph.Graph, in, out []*graph.Node, p *graphfile.Program, feed []graph.Buffer) {
	t.Helper()
	run := func(g *graph.Graph, in, out []*graph.Node) ([]graph.Buffer, error) {
		if s := g.RNG(); s != nil { // each run is a step of it
			s.Set(graph.NewBuffer(s.Type()))
		}
		plan, err := exec.Compile(g, exec.In(in...), exec.Out(out...), exec.NoTrap())
		if err != nil {
			t.Fatal(err)
		}
		return plan.RunBuffers(feed...)
	}
	want, err := run(g, in, out)
	got, err2 := run(p.Graph, p.In, p.Out)
	if (err == nil) != (err2 == nil) {
		t.Fatalf("loaded: %v; fresh: %v", err2, err)
	}
	for i := range want {
		if !bytes.Equal(got[i].Bytes(), want[i].Bytes()) {
			t.Fatalf("output %d has other bits", i)
		}
	}
}

// draw makes the operands of a case, floats of one dtype.
func draw(k ops.Case, d graph.Dtype, r *rand.Rand) (feed []graph.Buffer) {
	for _, o := range k.In {
		if o.Dtype == graph.Float32 {
			o.Dtype = d
		}
		feed = append(feed, graph.BufferFrom(graph.Type{Dtype: o.Dtype, Shape: o.Shape}, o.Draw(r, o.Shape.Size())))
	}
	return feed
}

// derivatives pulls cotangents back through ys, and those through once more, as far as the op has derivatives.
func derivatives(ys, in []*graph.Node, order int) (outs []*graph.Node) {
	for range min(order, 2) {
		cot := make([]*graph.Node, len(ys))
		for i, y := range ys {
			if y.Dtype().Float() {
				cot[i] = ops.Like(0.5, y)
			}
		}
		var next []*graph.Node
		for _, d := range autodiff.VJP(ys, cot, in) {
			if d != nil {
				next = append(next, d)
			}
		}
		if outs = append(outs, next...); len(next) == 0 {
			break
		}
		ys = next
	}
	return outs
}

// Every case of every op, with derivatives to order 2, is the same graph when it was saved and loaded, and a third of them, or with
// KEDJA_EVERY=1 each, are run to the same bits. Every kind of op in package ops occurs in them.
func TestEveryOp(t *testing.T) {
	unseen := map[reflect.Type]graph.Kind{}
	for _, k := range slices.Concat(ops.Kinds(), graph.Kinds()) {
		unseen[reflect.TypeOf(k.Op)] = k
	}
	counts := map[string]map[int]bool{}
	for _, k := range unseen {
		counts[k.Name] = map[int]bool{}
	}
	kinds := maps.Clone(unseen)
	for nth, info := range ops.All() {
		t.Run(info.Name, func(t *testing.T) {
			for i, k := range info.Cases {
				if testing.Short() && i%8 != nth%8 {
					continue
				}
				g := graph.New(graph.Training)
				var in []*graph.Node
				feed := draw(k, graph.Dtype(i%2), rand.New(rand.NewPCG(1, uint64(i))))
				for _, b := range feed {
					in = append(in, g.Placeholder("x", b.Type))
				}
				var ys []*graph.Node
				if len(in) > 0 {
					ys = k.F(in)
				} else {
					ys = k.F([]*graph.Node{g.Fill(0, graph.T(graph.Float32))})
				}
				outs := append(slices.Clone(ys), derivatives(ys, in, info.Order)...)
				if err := g.Err(); err != nil {
					t.Fatal(k.Name, err)
				}
				for _, n := range graph.Order(outs, nil) {
					of := reflect.TypeOf(n.Op())
					counts[kinds[of].Name][len(n.In())] = true
					delete(unseen, of)
				}
				p := again(t, g, in, outs)
				if i%3 == nth%3 || os.Getenv("KEDJA_EVERY") != "" {
					sameBits(t, g, in, outs, p, feed)
				}
				if t.Failed() {
					t.Fatal(k.Name)
				}
			}
		})
	}
	if testing.Short() {
		return
	}
	for _, k := range unseen { // reads have tests of their own, and slopes of gamma
		if k.Name != "read" && k.Name != "gammaslope" {
			t.Errorf("%v occurs in no case", k.Name)
		}
	}
	for _, k := range kinds {
		if seen := slices.Sorted(maps.Keys(counts[k.Name])); len(seen) == 1 && seen[0] != k.Operands || len(seen) > 1 && k.Operands != 0 {
			t.Errorf("operands of %s: %d, %v in the cases", k.Name, k.Operands, seen)
		}
	}
}
