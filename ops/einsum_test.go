package ops_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// Random equations of up to four operands are as the sum that they stand for, in whole numbers.
func TestEinsumRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 400 {
		letters := "abcde"[:1+r.IntN(5)]
		size := map[byte]int{}
		for i := range letters {
			size[letters[i]] = 1 + r.IntN(3)
		}
		var terms []string
		var in []graph.Buffer
		used := map[byte]bool{}
		for range 1 + r.IntN(4) {
			var name []byte
			var dims []int
			for range r.IntN(4) {
				c := letters[r.IntN(len(letters))]
				name, dims = append(name, c), append(dims, size[c])
				used[c] = true
			}
			v := make([]float64, graph.Of(dims...).Size())
			for i := range v {
				v[i] = float64(r.IntN(7) - 3)
			}
			d := []graph.Dtype{graph.Float64, graph.Int64}[len(letters)%2]
			terms, in = append(terms, string(name)), append(in, buffer(d, v, dims...))
		}
		var out []byte
		for _, i := range r.Perm(len(letters)) {
			if c := letters[i]; used[c] && r.IntN(2) == 0 {
				out = append(out, c)
			}
		}
		equation := strings.Join(terms, ",") + "->" + string(out)
		got, err := evaluate(func(in []*graph.Node) *graph.Node { return ops.Einsum(equation, in...) }, 1, in...)
		if err != nil {
			t.Fatal(equation, err)
		}
		if want := einsum(letters, size, terms, string(out), in); !slices.Equal(floats(got), want) { // −0 is 0
			t.Fatalf("%s: %v, want %v", equation, floats(got), want)
		}
	}
}

// einsum goes through all values of all letters.
func einsum(letters string, size map[byte]int, terms []string, out string, in []graph.Buffer) []float64 {
	at := map[byte]int{}
	number := func(term string) (i int) {
		for k := range term {
			i = i*size[term[k]] + at[term[k]]
		}
		return i
	}
	n := 1
	for k := range out {
		n *= size[out[k]]
	}
	appears := func(c byte) bool { return strings.IndexByte(strings.Join(terms, ""), c) >= 0 }
	y := make([]float64, n)
	var walk func(rest string)
	walk = func(rest string) {
		if rest != "" {
			c := rest[0]
			for at[c] = range size[c] {
				walk(rest[1:])
				if !appears(c) {
					break
				}
			}
			return
		}
		p := 1.0
		for k, term := range terms {
			p *= floats(in[k])[number(term)]
		}
		y[number(out)] += p
	}
	walk(letters)
	return y
}

// Three operands are taken in the order that keeps what is between them small, whatever order they are written in.
func TestEinsumOrder(t *testing.T) {
	for _, c := range []struct {
		of   string
		dims [][]int
	}{
		{"ij,jk,k->i", [][]int{{100, 100}, {100, 100}, {100}}},
		{"k,ij,jk->i", [][]int{{100}, {100, 100}, {100, 100}}},
		{"i,j,ij->", [][]int{{100}, {100}, {100, 100}}},
	} {
		g := graph.New(graph.Training)
		var xs []*graph.Node
		for i, d := range c.dims {
			xs = append(xs, g.Input(fmt.Sprint("x", i), graph.Float32, d...))
		}
		y := ops.Einsum(c.of, xs...)
		p, err := exec.Compile(g, exec.In(xs...), exec.Out(y))
		if err != nil {
			t.Fatal(err)
		}
		if flops := p.Cost().Flops; flops > 100_000 {
			t.Errorf("%s takes %d operations", c.of, flops)
		}
	}
}

func TestEinsumOfNothing(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	ops.Einsum("->")
}
