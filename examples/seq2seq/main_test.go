package main

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// Within a few steps the loss falls below ln 11 = 2.4, that of knowing no more than which tokens there are.
func TestLearns(t *testing.T) {
	if testing.Short() {
		t.Skip("trains")
	}
	var losses []float64
	m := NewSeq2Seq(rand.New(rand.NewPCG(1, 0)))
	err := train(m, rand.New(rand.NewPCG(1, 1)), 40, func(_ int, loss float64) { losses = append(losses, loss) })
	if err != nil {
		t.Fatal(err)
	}
	if last := losses[len(losses)-1]; !(last < 2.3 && last < losses[0]-0.3) {
		t.Errorf("the loss fell from %.3f to %.3f", losses[0], last)
	}
}

// Greedy decoding, a step at a time, writes what the decoder that is shown it finds likeliest at each place.
func TestGreedy(t *testing.T) {
	m := NewSeq2Seq(rand.New(rand.NewPCG(2, 0)))
	greedy, err := m.Writer()
	if err != nil {
		t.Fatal(err)
	}
	b := draw(rand.New(rand.NewPCG(2, 1)))
	out, err := greedy.Run(b.sources, b.lengths)
	if err != nil {
		t.Fatal(err)
	}
	y := out[0].Data().([]int32)
	in, wrote := make([]int32, batch*written), make([]int32, batch*written)
	for i := range batch {
		in[i*written] = start
		for s := range written {
			wrote[i*written+s] = y[s*batch+i]
			if s > 0 {
				in[i*written+s] = y[(s-1)*batch+i]
			}
		}
	}
	g := graph.New(graph.Evaluation)
	sources, lengths := g.Input("sources", graph.Int32, batch, longest), g.Input("lengths", graph.Int32, batch)
	tokens := g.Input("in", graph.Int32, batch, written)
	memory, h, c := m.Encode(sources, lengths)
	logits, _, _ := m.Decode(tokens, memory, lengths, h, c)
	shown, err := exec.Compile(g, exec.In(sources, lengths, tokens), exec.Out(ops.ArgMax(logits, -1)))
	if err != nil {
		t.Fatal(err)
	}
	out, err = shown.Run(b.sources, b.lengths, in)
	if err != nil {
		t.Fatal(err)
	}
	if got := out[0].Data().([]int32); !slices.Equal(got, wrote) {
		t.Errorf("greedy wrote\n%v\nshown it, the decoder says\n%v", wrote, got)
	}
}
