// Command bench times whole training steps of the models that the field compares itself by, and prints one JSON line a case, with the
// fields that other frameworks' scripts print: forward, loss, backward and update, data in memory, the same batch at each step.
//
//	go run ./bench [-list] [-only mlp-b128,cnn-b64] [-seconds 2] [-steps 0] [-workers 2] [-rounding close] [-profile]
//	go run ./bench -against REV [-rounds 9] [-only …]
//	go run ./bench -roofline [-seconds 2]
//	go run ./bench -scaling [-seconds 2]
//
// A measurement begins again, twice at most, where other programs held more than 4 % of the processors. With -against the program
// builds a revision of this repository beside the present state and alternates the two.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/kedja-ml/kedja/graph"
)

func main() {
	var s settings
	list := flag.Bool("list", false, "print the names of the cases")
	only := flag.String("only", "", "cases, separated by commas; all if empty")
	flag.Float64Var(&s.seconds, "seconds", 2, "to measure each case for")
	flag.IntVar(&s.steps, "steps", 0, "run just so many steps of each case, without measuring, if not 0")
	flag.IntVar(&s.workers, "workers", runtime.GOMAXPROCS(0), "cores to use")
	flag.BoolVar(&s.profile, "profile", false, "print the steps of each plan by time")
	flag.BoolVar(&s.noTrap, "notrap", false, "do not look for NaN")
	flag.Func("rounding", "exact, close or loose: which kernels may differ from the ops' own by rounding; close if not said", s.round)
	roof := flag.Bool("roofline", false, "print what bounds the step of each model, and what share of that it reaches, instead")
	scaling := flag.Bool("scaling", false, "print what a second worker gains, and what twice the batch and twice the depth cost, instead")
	rev := flag.String("against", "", "a revision to alternate with")
	rounds := flag.Int("rounds", 9, "of -against")
	flag.Parse()
	do := func() error { return run(s, *list, *only, *rev, *rounds) }
	if *roof {
		do = func() error { return roofline(os.Stdout, s) }
	}
	if *scaling {
		do = func() error { return scale(os.Stdout, s) }
	}
	if err := do(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// round reads a Rounding.
func (s *settings) round(name string) error {
	i := slices.Index([]string{"close", "exact", "loose"}, name)
	if i < 0 {
		return fmt.Errorf("want exact, close or loose, not %q", name)
	}
	s.rounding = []graph.Rounding{graph.Close, graph.Exact, graph.Loose}[i]
	return nil
}

func run(s settings, list bool, only, rev string, rounds int) error {
	chosen, err := choose(only)
	switch {
	case err != nil:
		return err
	case s.seconds <= 0 || s.workers < 1 || s.steps < 0 || rounds < 2:
		return fmt.Errorf("want positive numbers of seconds and workers, and at least 2 rounds")
	case rev != "":
		return against(rev, rounds, s, chosen)
	}
	for _, c := range chosen {
		if list {
			fmt.Println(c.name)
			continue
		}
		r, err := measure(c, s)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		line, err := json.Marshal(r)
		if err != nil {
			return err
		}
		fmt.Println(string(line))
	}
	return nil
}

// choose returns the named cases in order, all if there is no name.
func choose(only string) (chosen []benchCase, err error) {
	all := cases()
	if only == "" {
		return all, nil
	}
	for name := range strings.SplitSeq(only, ",") {
		i := slices.IndexFunc(all, func(c benchCase) bool { return c.name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no case %q; -list prints them", name)
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}
