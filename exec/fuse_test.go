package exec_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// A product takes over its bias and ReLU, through a reshape too, and keeps the bits of node by node: with NaN, infinities and −0 among the
// operands. What somebody else needs is not taken over.
func TestFuse(t *testing.T) {
	negative := math.Copysign(0, -1)
	special := []float64{0, negative, math.NaN(), math.Inf(1), math.Inf(-1), 1e-45, -1e-45, 1}
	for name, c := range map[string]struct {
		x, w, b []int
		f       func(x, w, b *graph.Node) []*graph.Node // product, with bias, with activation
		want    string
	}{
		"matmul": {[]int{37, 19}, []int{19, 23}, []int{23}, func(x, w, b *graph.Node) []*graph.Node {
			y := ops.MatMul(x, w)
			z := ops.Add(b, y)
			return []*graph.Node{y, z, ops.ReLU(z)}
		}, "finishedmatmul"},
		"tall matmul": {[]int{3, 5, 7}, []int{7, 4}, []int{4}, func(x, w, b *graph.Node) []*graph.Node {
			y := ops.MatMul(x, w)
			z := ops.Add(y, b)
			return []*graph.Node{y, z, ops.ReLU(z)}
		}, "finishedmatmul"},
		"matmuls": {[]int{6, 5, 7}, []int{6, 7, 4}, []int{4}, func(x, w, b *graph.Node) []*graph.Node {
			y := ops.MatMul(x, w)
			z := ops.Add(y, b)
			return []*graph.Node{y, z, ops.ReLU(z)}
		}, "finishedmatmul"},
		"activation alone": {[]int{9, 7}, []int{7, 5}, []int{1}, func(x, w, b *graph.Node) []*graph.Node {
			y := ops.MatMul(x, w)
			return []*graph.Node{y, ops.ReLU(y), b}
		}, "finishedmatmul"},
		"conv": {[]int{3, 4, 9, 7}, []int{5, 4, 3, 3}, []int{5, 1, 1}, func(x, w, b *graph.Node) []*graph.Node {
			y := ops.Conv(x, w, ops.Convolution{Pad: []int{1}})
			z := ops.Add(y, b)
			return []*graph.Node{y, z, ops.ReLU(z)}
		}, "finishedconv"},
		"a bias along another axis": {[]int{6, 5}, []int{5, 6}, []int{6, 1}, func(x, w, b *graph.Node) []*graph.Node {
			y := ops.MatMul(x, w)
			z := ops.Add(y, b)
			return []*graph.Node{y, z, ops.Tanh(z)}
		}, ""},
	} {
		r := rand.New(rand.NewPCG(1, 2))
		for _, d := range []graph.Dtype{graph.Float32, graph.Float64} {
			for _, wild := range []float64{0, 0.02} {
				g := graph.New(graph.Training)
				var in []*graph.Node
				var feed []graph.Buffer
				for _, dims := range [][]int{c.x, c.w, c.b} {
					b := graph.NewBuffer(graph.T(d, dims...))
					for i := range b.Len() {
						v := r.NormFloat64()
						if r.Float64() < wild {
							v = special[r.IntN(len(special))]
						}
						if d == graph.Float32 {
							graph.Data[float32](b)[i] = float32(v)
						} else {
							graph.Data[float64](b)[i] = v
						}
					}
					in, feed = append(in, g.Placeholder("x", b.Type)), append(feed, b)
				}
				all := c.f(in[0], in[1], in[2])
				last := all[len(all)-1]
				if name == "activation alone" {
					last = all[1]
				}
				fused, err := exec.Compile(g, exec.In(in...), exec.Out(last, in[2]), exec.NoTrap(), exec.Verify())
				if err != nil {
					t.Fatal(err)
				}
				apart, err := exec.Compile(g, exec.In(in...), exec.Out(append(all, last)...), exec.NoTrap(), exec.Verify())
				if err != nil {
					t.Fatal(err)
				}
				if s := fused.String(); c.want != "" && (!strings.Contains(s, c.want) || strings.Contains(s, "add") || strings.Contains(s, " relu")) {
					t.Errorf("%s: not fused:\n%s", name, s)
				} else if c.want == "" && strings.Contains(s, "finished") {
					t.Errorf("%s: fused:\n%s", name, s)
				}
				if s := apart.String(); strings.Contains(s, "finished") {
					t.Errorf("%s: what is needed elsewhere was taken over:\n%s", name, s)
				}
				a, err := fused.RunBuffers(feed...)
				if err != nil {
					t.Fatal(err)
				}
				b, err := apart.RunBuffers(feed...)
				if err != nil {
					t.Fatal(err)
				}
				if want := b[len(b)-1]; !sameValues(a[0], want) {
					t.Errorf("%s %v: other bits than node by node", name, d)
				}
			}
		}
	}
}

// sameValues compares bits, but for those of NaN.
func sameValues(a, b graph.Buffer) bool {
	if a.Type.Dtype == graph.Float64 {
		for i, v := range graph.Data[float64](a) {
			if w := graph.Data[float64](b)[i]; math.Float64bits(v) != math.Float64bits(w) && (v == v || w == w) {
				return false
			}
		}
		return true
	}
	if bytes.Equal(a.Bytes(), b.Bytes()) {
		return true
	}
	for i, v := range graph.Data[float32](a) {
		if w := graph.Data[float32](b)[i]; math.Float32bits(v) != math.Float32bits(w) && (v == v || w == w) {
			return false
		}
	}
	return true
}
