// Package live chooses the mutant that is live in an instrumented copy of the sources, whose files import it; nothing else does.
package live

import (
	"fmt"
	"os"
	"strconv"
	"sync"
)

// ID is the mutant's number, from KEDJA_MUTANT at first; 0 is none.
var ID, _ = strconv.Atoi(os.Getenv("KEDJA_MUTANT"))

var (
	file, _ = os.OpenFile(os.Getenv("KEDJA_MUTANT_COVER"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	seen    sync.Map
)

// Is reports whether mutant id is live, and notes in the file of KEDJA_MUTANT_COVER that it was asked for.
func Is(id int) bool {
	if file != nil {
		if _, known := seen.LoadOrStore(id, true); !known {
			fmt.Fprintln(file, id)
		}
	}
	return ID == id
}
