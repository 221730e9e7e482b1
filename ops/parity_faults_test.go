package ops_test

import (
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// What checks parity must see each fault, and none where there is none.
func TestParityFaults(t *testing.T) {
	ks := goldens(t, "Maximum")
	k := ks[slices.IndexFunc(ks, func(k golden) bool { return k.Name == "ties" })]
	z := goldens(t, "Neg")
	signed := z[slices.IndexFunc(z, func(k golden) bool { return k.Name == "special" })]
	row, none := parityRows["Maximum"], convention{}
	moved := func(a array, i int, by number) array {
		a.V = slices.Clone(a.V)
		a.V[i] += by
		return a
	}
	for name, f := range map[string]struct {
		want bool
		row  parityRow
		k    func(k *golden)
		own  convention
	}{
		"right":               {true, row, func(*golden) {}, none},
		"a value":             {false, row, func(k *golden) { k.Out = []array{moved(k.Out[0], 1, 2e-5)} }, none},
		"a gradient":          {false, row, func(k *golden) { k.Grad = []array{k.Grad[0], moved(k.Grad[1], 2, -2e-5)} }, none},
		"another convention":  {true, row, func(k *golden) { k.Out = []array{moved(k.Out[0], 1, 1)} }, convention{"", elements{0: {1: -2}}, nil}},
		"none of our own":     {false, row, func(*golden) {}, convention{"", nil, elements{0: {1: float64(k.Grad[0].V[1])}}}},
		"a shape":             {false, row, func(k *golden) { k.Out = []array{{"f", []int{3, 1}, k.Out[0].V}} }, none},
		"a dtype":             {false, row, func(k *golden) { k.Out = []array{{"i32", k.Out[0].S, k.Out[0].V}} }, none},
		"an unread attribute": {false, row, func(k *golden) { k.Attr = map[string]any{"axis": 1.0} }, none},
		"a missing result":    {false, row, func(k *golden) { k.Out = nil }, none},
		"another op":          {false, of2(ops.Mul), func(*golden) {}, none},
		"an op that fails":    {false, of2(ops.MatMul), func(*golden) {}, none},
		"half the gradient": {false, of2(func(a, b *graph.Node) *graph.Node {
			return ops.Maximum(a, ops.StopGradient(b))
		}), func(*golden) {}, none},
		"a sign of zero": {false, of1(ops.Neg), func(k *golden) {
			*k = signed
			k.Out = []array{{"f", k.Out[0].S, slices.Clone(k.Out[0].V)}}
			k.Out[0].V[slices.IndexFunc(k.Out[0].V, func(v number) bool { return v == 0 && math.Signbit(float64(v)) })] = 0
		}, none},
	} {
		for _, d := range both {
			faulty := k
			faulty.Attr = maps.Clone(k.Attr)
			f.k(&faulty)
			if err := checkParity(f.row, faulty, d, f.own); (err == nil) != f.want {
				t.Errorf("%s %v: %v", name, d, err)
			}
		}
	}
}
