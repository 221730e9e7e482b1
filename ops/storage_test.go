package ops_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// What is stored is fed by its bits, computed with in a wider dtype, and stored again, fused or not.
func TestStorage(t *testing.T) {
	for d, one := range map[graph.Dtype]uint16{graph.Float16: 0x3c00, graph.BFloat16: 0x3f80} {
		for _, wide := range both {
			g := graph.New(graph.Training)
			x := g.Input("x", d, 2, 3)
			w := g.Use(graph.NewState("w", graph.HalvesOf(d, []uint16{one}, 1)))
			y := ops.Cast(ops.Add(ops.Square(ops.Cast(x, wide)), ops.Cast(w, wide)), d)
			p, err := exec.Compile(g, exec.In(x), exec.Out(y, ops.Transpose(x), ops.Cast(y, wide)))
			if err != nil {
				t.Fatal(err)
			}
			feed := []uint16{0, one, one | 0x8000, 0, one, 0}
			out, err := p.Run(feed)
			if err != nil {
				t.Fatal(err)
			}
			two := one + map[graph.Dtype]uint16{graph.Float16: 1 << 10, graph.BFloat16: 1 << 7}[d]
			if got := out[0].Data().([]uint16); !slices.Equal(got, []uint16{one, two, two, one, two, one}) {
				t.Errorf("%v by %v: %04x", d, wide, got)
			}
			if got := out[1].Data().([]uint16); !slices.Equal(got, []uint16{0, 0, one, one, one | 0x8000, 0}) {
				t.Errorf("%v transposed: %04x", d, got)
			}
			b, err := exec.BufferOf(out[2])
			if err != nil || !slices.Equal(floats(b), []float64{1, 2, 2, 1, 2, 1}) {
				t.Errorf("%v as %v: %v %v", d, wide, out[2], err)
			}
			if _, err := p.Run(exec.Tensor(graph.HalvesOf(d, feed, 2, 3))); err != nil {
				t.Error(err)
			}
			if _, err := p.Run(feed[:5]); err == nil || !strings.Contains(err.Error(), "want "+d.String()+"[2 3], got 5 elements of 16 bits") {
				t.Error(err)
			}
		}
	}
	g := graph.New(graph.Training)
	x := g.Input("x", graph.Float32, 3)
	if dx := autodiff.Grad(ops.Sum(ops.Cast(ops.Cast(x, graph.BFloat16), graph.Float32)), x)[0]; g.Err() != nil || ops.Cast(x, graph.Float32) != x {
		t.Error(dx, g.Err())
	}
}

// No op computes with what is stored: it is moved, or refused in one line that names the dtype.
func TestStorageIsRefused(t *testing.T) {
	moves := map[string]bool{}
	for _, info := range ops.All() {
		k := info.Cases[len(info.Cases)/2]
		g := graph.New(graph.Training)
		var in []*graph.Node
		some := false
		for _, o := range k.In {
			if o.Dtype == graph.Float32 {
				o.Dtype, some = graph.Float16, true
			}
			in = append(in, g.Placeholder("x", graph.Type{Dtype: o.Dtype, Shape: o.Shape}))
		}
		if !some {
			continue
		}
		k.F(in)
		switch err := g.Err(); {
		case err == nil:
			moves[info.Name] = true
		case !strings.Contains(err.Error(), "float16") || strings.Contains(err.Error(), "\n"):
			t.Errorf("%s: %v", info.Name, err)
		}
	}
	for name := range moves { // the case of Categorical begins behind the check, by a cast
		if !slices.Contains([]string{"Barrier", "Categorical", "Eye", "Iota", "Reshape", "StopGradient", "Tap", "Transpose"}, name) {
			t.Errorf("%s takes float16", name)
		}
	}
}
