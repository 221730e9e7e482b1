package ops

import "github.com/kedja-ml/kedja/graph"

// elements sees a call's scratch or local memory, which counts bytes, as elements of type T.
func elements[T graph.Element](mem graph.Buffer) []T {
	d := graph.DtypeOf[T]()
	return graph.Data[T](graph.Over(graph.T(d, mem.Len()/d.Size()), mem.Bytes()))
}

// grain is how many simple operations a task should do at least: some 10 µs.
const grain = 1 << 15

// share cuts units of work, each of the given number of simple operations, into tasks; Call.Span then says which of them
// are a task's. It depends on shapes alone.
func share(units, each int) int { return max(1, min(64, units, units*max(1, each)/grain)) }
