// Mutate counts faults that no test sees. It writes all mutations of the rules of ops (derivatives, batching, definitions, and the functions
// that these build graphs with) and of autodiff into one copy of the sources, in which an environment variable chooses the one that is live, so
// that each test binary is built once; then it lets tests run on each mutant, those of the ops that execute it, until one fails.
//
//	go run ./tools/mutate                      all mutants, the summary and the survivors
//	go run ./tools/mutate -sample 1000 -seed 1 so many of them
//	go run ./tools/mutate -for 1h              as many as an hour allows, in the order of a drawn sample
//	go run ./tools/mutate -list                what would be run
//	go run ./tools/mutate -only 12,34          these
//
// A mutant is killed by a test that fails, a panic, or the time limit, which is counted apart. One that no op of ops.All executes is judged
// by the packages' own tests alone.
package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
}

func run() error {
	sample := flag.Int("sample", 0, "mutants to run, drawn by -seed; 0 runs all")
	seed := flag.Uint64("seed", 1, "of the sample")
	list := flag.Bool("list", false, "only list the mutants")
	only := flag.String("only", "", "numbers of mutants, with commas")
	in := flag.String("in", "", "only mutants whose file has this in its path")
	limit := flag.Duration("limit", 20*time.Second, "of processor time, for a mutant in one of the tests")
	hours := flag.Duration("for", 0, "start no mutant after so long; 0 runs all")
	without := flag.String("without", "", "tests to leave out, with commas: parity, autodiff, vmap, ops or flow, of which the last two take seconds")
	dir := flag.String("dir", "", "folder for the copy, the binaries and what was found out; a temporary one if empty. A second run goes on from it")
	flag.Parse()
	if *dir == "" {
		temp, err := os.MkdirTemp("", "mutate")
		if err != nil {
			return err
		}
		defer os.RemoveAll(temp)
		*dir = temp
	}
	work, err := filepath.Abs(*dir)
	if err != nil {
		return err
	}
	var all []mutant
	overlay := map[string]string{}
	for _, p := range []string{"ops", "autodiff"} {
		ms, err := instrument("./"+p, work, len(all), overlay)
		if err != nil {
			return fmt.Errorf("%s: %w", p, err)
		}
		all = append(all, ms...)
	}
	chosen := slices.DeleteFunc(slices.Clone(all), func(m mutant) bool { return !strings.Contains(m.at, *in) })
	if *only != "" {
		numbers := strings.Split(*only, ",")
		chosen = slices.DeleteFunc(chosen, func(m mutant) bool { return !slices.Contains(numbers, strconv.Itoa(m.id)) })
	}
	if !*list {
		r := rand.New(rand.NewPCG(*seed, 0))
		r.Shuffle(len(chosen), func(i, j int) { chosen[i], chosen[j] = chosen[j], chosen[i] })
	}
	if *sample > 0 && *sample < len(chosen) {
		chosen = chosen[:*sample]
	}
	if *list {
		for _, m := range chosen {
			fmt.Println(m)
		}
		fmt.Printf("%d mutants of %d\n", len(chosen), len(all))
		return nil
	}
	t := &trial{dir: work, limit: *limit, without: strings.Split(*without, ",")}
	if err := t.build(overlay); err != nil {
		return err
	}
	if err := t.cover(); err != nil {
		return err
	}
	if *hours > 0 {
		t.end = time.Now().Add(*hours)
	}
	return t.judge(chosen, len(all))
}
