// Command gradtable makes docs/gradients.md of what kedja gradcheck finds:
//
//	go run ./cmd/kedja gradcheck --order 4 --json | go run ./tools/gradtable > docs/gradients.md
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
)

// A line is what gradcheck prints for an op, in one mode and to one order.
type line struct {
	Op, Dtype, Mode string
	Order, Cases    int
	MaxRelErr       float64 `json:"max_rel_err"`
	Pass            bool
}

const head = `# Derivatives, op by op

Made by

` + "```sh\ngo run ./cmd/kedja gradcheck --order 4 --json | go run ./tools/gradtable > docs/gradients.md\n```" + `

For each op the largest relative error over its cases, in float64 against differences, for each order to which it is smooth: reverse mode of reverse mode, and so
on. Then how far forward mode is from reverse mode, the largest share that float32 has of its bound, and how far an op mapped over rows is from each row alone.

| op | cases | order 1 | 2 | 3 | 4 | forward | float32 | mapped |
|---|---|---|---|---|---|---|---|---|
`

func main() {
	log.SetFlags(0)
	d := json.NewDecoder(os.Stdin)
	var ops []string
	lines := map[string][]line{}
	checks, failed := 0, 0
	for {
		var l line
		err := d.Decode(&l)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			log.Fatalf("gradtable: want the lines of kedja gradcheck --json: %v", err)
		}
		if lines[l.Op] == nil {
			ops = append(ops, l.Op)
		}
		lines[l.Op] = append(lines[l.Op], l)
		checks += l.Cases
		if !l.Pass {
			failed++
		}
	}
	fmt.Print(head)
	for _, op := range ops {
		cases := 0
		for _, l := range lines[op] {
			cases = max(cases, l.Cases)
		}
		fmt.Printf("| %s | %d |", op, cases)
		for order := 1; order <= 4; order++ {
			fmt.Print(cell(lines[op], "reverse", order))
		}
		fmt.Print(cell(lines[op], "modes", -1), cell(lines[op], "float32", -1), cell(lines[op], "batch", -1), "\n")
	}
	fmt.Printf("\n%d ops, %d checks of cases, %d lines failed.\n", len(ops), checks, failed)
	if failed > 0 {
		os.Exit(1)
	}
}

// cell is the largest error in a mode, to an order or, if that is −1, to any; a failure is marked.
func cell(ls []line, mode string, order int) string {
	worst, pass, found := 0.0, true, false
	for _, l := range ls {
		if l.Mode == mode && (order < 0 || l.Order == order) {
			worst, pass, found = max(worst, l.MaxRelErr), pass && l.Pass, true
		}
	}
	switch {
	case !found:
		return " |"
	case !pass:
		return fmt.Sprintf(" **%.1e failed** |", worst)
	}
	return fmt.Sprintf(" %.1e |", worst)
}
