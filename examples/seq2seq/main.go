// Command seq2seq trains an LSTM with attention to write strings of 1 to 12 digits backwards, and decodes new ones greedily.
//
//	go run ./examples/seq2seq [-seed 1] [-steps 3000]
package main

import (
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"slices"

	"github.com/kedja-ml/kedja/exec"
)

func main() {
	seed := flag.Uint64("seed", 1, "of weights and strings")
	steps := flag.Int("steps", 3000, "of training")
	flag.Parse()
	m := NewSeq2Seq(rand.New(rand.NewPCG(*seed, 0)))
	err := train(m, rand.New(rand.NewPCG(*seed, 1)), *steps, func(i int, loss float64) {
		if i%500 == 0 || i == *steps {
			fmt.Printf("step %4d  loss %.4f\n", i, loss)
		}
	})
	if err == nil {
		err = decode(m, rand.New(rand.NewPCG(*seed, 2)))
	}
	if err != nil {
		log.Fatal(err)
	}
}

// train takes steps, each on new strings.
func train(m *Seq2Seq, r *rand.Rand, steps int, observe func(step int, loss float64)) error {
	step, err := m.Trainer(steps)
	if err != nil {
		return err
	}
	for i := range steps {
		b := draw(r)
		out, err := step.Run(b.sources, b.lengths, b.in, b.targets)
		if err != nil {
			return err
		}
		observe(i+1, exec.Scalar(out[0]))
	}
	return nil
}

// decode writes ten batches of new strings backwards, counts those without a mistake, and prints a few.
func decode(m *Seq2Seq, r *rand.Rand) error {
	greedy, err := m.Writer()
	if err != nil {
		return err
	}
	right := 0
	for k := range 10 {
		b := draw(r)
		out, err := greedy.Run(b.sources, b.lengths)
		if err != nil {
			return err
		}
		y := out[0].Data().([]int32) // [written, batch]
		for i := range batch {
			var got []int32
			for t := range written {
				got = append(got, y[t*batch+i])
			}
			want := b.targets[i*written:][:written]
			n := int(b.lengths[i]) + 1
			if slices.Equal(got[:n], want[:n]) {
				right++
			}
			if k == 0 && i < 4 {
				fmt.Printf("%-12s → %s\n", text(b.sources[i*longest:][:longest]), text(got))
			}
		}
	}
	fmt.Printf("greedy: %d of %d strings right\n", right, 10*batch)
	return nil
}

type strung struct{ sources, lengths, in, targets []int32 }

// draw makes a batch of strings: targets are backwards and have an end, in is targets one step later behind a start.
func draw(r *rand.Rand) strung {
	b := strung{
		sources: slices.Repeat([]int32{pad}, batch*longest), lengths: make([]int32, batch),
		in: slices.Repeat([]int32{pad}, batch*written), targets: slices.Repeat([]int32{pad}, batch*written),
	}
	for i := range batch {
		n := 1 + r.IntN(longest)
		b.lengths[i] = int32(n)
		s, in, to := b.sources[i*longest:][:n], b.in[i*written:][:n+1], b.targets[i*written:][:n+1]
		for t := range s {
			s[t] = int32(r.IntN(10))
			to[n-1-t] = s[t]
		}
		to[n], in[0] = end, start
		copy(in[1:], to)
	}
	return b
}

// text spells digits up to the end or a pad.
func text(s []int32) string {
	var b []byte
	for _, d := range s {
		if d >= end {
			break
		}
		b = append(b, '0'+byte(d))
	}
	return string(b)
}
