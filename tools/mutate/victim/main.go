// Victim runs the cheap tests on one mutant after the other, in one process: each line of its input is a mutant's number and names of ops; it
// answers with the test that kills the mutant, or "alive". With names as arguments it checks the derivatives of these ops, without
// any it lists all. Mutate builds it over an instrumented copy of the sources.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/tools/gradcheck"
	"github.com/kedja-ml/kedja/tools/mutate/live"
)

func main() {
	serve := flag.Bool("serve", false, "read mutants")
	flag.Parse()
	rows := map[string]ops.Info{}
	for _, info := range ops.All() {
		rows[info.Name] = info
		if !*serve && flag.NArg() == 0 {
			fmt.Println(info.Name)
		}
	}
	for _, name := range flag.Args() {
		text(rows[name])
		if err := derivatives(rows[name]); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
	if !*serve {
		return
	}
	texts := map[string]string{}
	for s := bufio.NewScanner(os.Stdin); s.Scan(); {
		id, names, _ := strings.Cut(s.Text(), " ")
		n, err := strconv.Atoi(id)
		if err != nil {
			fmt.Println(err)
			os.Exit(2)
		}
		fmt.Println(kill(n, strings.Fields(names), rows, texts))
	}
}

// kill runs the tests on mutant n.
func kill(n int, names []string, rows map[string]ops.Info, texts map[string]string) (by string) {
	live.ID = 0
	for _, name := range names {
		if texts[name] == "" {
			texts[name] = text(rows[name])
		}
	}
	live.ID = n
	by = "goldens"
	defer func() {
		if r := recover(); r != nil {
			by += ": panic"
		}
		live.ID = 0
	}()
	for _, name := range names {
		if text(rows[name]) != texts[name] {
			return by
		}
	}
	by = "gradcheck"
	for start, i := time.Now(), 0; i < len(names) && (i == 0 || time.Since(start) < 30*time.Second); i++ {
		if derivatives(rows[names[i]]) != nil {
			return by
		}
	}
	return "alive"
}

// text is what autodiff's TestGradientGraphs compares with a file.
func text(info ops.Info) string {
	k := info.Cases[min(14, len(info.Cases)-1)]
	g := graph.New(graph.Training)
	var in, cot []*graph.Node
	for i, o := range k.In {
		in = append(in, g.Input(fmt.Sprint("x", i), o.Dtype, o.Shape.Dims()...))
	}
	ys := k.F(in)
	s := graph.Print(ys...)
	if info.Order > 0 {
		for i, y := range ys {
			var c *graph.Node
			if y.Dtype().Float() {
				c = g.Input(fmt.Sprint("dy", i), y.Dtype(), y.Shape().Dims()...)
			}
			cot = append(cot, c)
		}
		s += "gradient\n" + graph.Print(autodiff.VJP(ys, cot, in)...)
	}
	return fmt.Sprint(s, g.Err())
}

// derivatives checks an op to second order.
func derivatives(info ops.Info) error {
	for _, r := range gradcheck.Op(info, 2) {
		if !r.Pass {
			return r.Err()
		}
	}
	return nil
}
