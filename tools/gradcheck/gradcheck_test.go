package gradcheck_test

import (
	"encoding/json"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/tools/gradcheck"
)

type node = graph.Node

// Every op of the library, all its cases, to second order, in both dtypes, batched.
func TestOps(t *testing.T) {
	results, err := gradcheck.All("", 2)
	if err != nil {
		t.Fatal(err)
	}
	cases := map[string]int{}
	for _, r := range results {
		if !r.Pass {
			t.Errorf("%s order %d %s: %v", r.Op, r.Order, r.Mode, r.Err())
		}
		cases[r.Op] = r.Cases
	}
	total := 0
	for _, n := range cases {
		total += n
	}
	if t.Logf("%d ops, %d cases", len(cases), total); len(cases) != len(ops.All()) || len(cases) < 80 {
		t.Errorf("%d ops of %d were checked", len(cases), len(ops.All()))
	}
}

func TestCommand(t *testing.T) {
	var text, lines strings.Builder
	if err := gradcheck.Main(&text, "Tanh", 2, false); err != nil || !strings.Contains(text.String(), "\n1 ops, ") {
		t.Error(err, text.String())
	}
	if err := gradcheck.Main(&lines, "MatMul", 1, true); err != nil {
		t.Error(err)
	}
	for line := range strings.Lines(lines.String()) {
		var r struct {
			Op, Dtype, Mode string
			Order, Cases    int
			MaxRelErr       float64 `json:"max_rel_err"`
			Pass            bool
		}
		d := json.NewDecoder(strings.NewReader(line))
		d.DisallowUnknownFields()
		if err := d.Decode(&r); err != nil || r.Op != "MatMul" || !r.Pass || r.Cases < 30 {
			t.Error(err, line)
		}
	}
	if err := gradcheck.Main(io.Discard, "Nonsense", 1, false); err == nil {
		t.Error("an op that is not there was checked")
	}
	if err := gradcheck.Main(io.Discard, "", 9, false); err == nil {
		t.Error("order 9 was accepted")
	}
}

func TestParams(t *testing.T) {
	w, b := graph.NewParam("w", gradcheck.Random(3, 2)), graph.NewParam("b", gradcheck.Random(2))
	r := rand.New(rand.NewPCG(1, 2))
	x := graph.BufferOf([]float64{r.Float64(), r.Float64(), r.Float64()}, 1, 3)
	gradcheck.Params(t, []*graph.Param{w, b}, func(g *graph.Graph) *node {
		return ops.Tanh(ops.Add(ops.MatMul(g.Constant(x), g.Use(w)), g.Use(b)))
	})
}
