package ops

import "github.com/kedja-ml/kedja/graph"

// withIntegers adds to an op on numbers every fourth of its cases again, on integers from 1 to 8; the dtypes take turns.
func withIntegers(info Info) Info {
	dtypes := [...]graph.Dtype{graph.Int32, graph.Int64, graph.Uint8}
	for i, c := range info.Cases {
		if i%4 != 0 {
			continue
		}
		d := dtypes[i/4%len(dtypes)]
		in := make([]Operand, len(c.In))
		for k, o := range c.In {
			in[k] = Operand{Shape: o.Shape, Dtype: d, Draw: between(1, 9)}
		}
		info.Cases = append(info.Cases, Case{Name: d.String() + " " + c.Name, In: in, F: c.F})
	}
	return info
}
