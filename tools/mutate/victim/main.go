// Victim checks derivatives of ops, first to second order, and ends with 1 at the first that is wrong. Mutate runs it on mutants.
package main

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/tools/gradcheck"
)

func main() {
	budget := flag.Duration("budget", time.Hour, "start no op after so long")
	flag.Parse()
	names, start := flag.Args(), time.Now()
	rows := map[string]ops.Info{}
	for _, info := range ops.All() {
		rows[info.Name] = info
		if len(names) == 0 {
			fmt.Println(info.Name)
		}
	}
	for _, name := range names {
		if time.Since(start) > *budget {
			break
		}
		info := rows[name]
		info.Cases = slices.Clone(info.Cases)
		for _, r := range gradcheck.Op(info, 2) {
			if !r.Pass {
				fmt.Println(r.Err())
				os.Exit(1)
			}
		}
	}
}
