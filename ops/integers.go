package ops

import (
	"errors"

	"github.com/kedja-ml/kedja/graph"
)

var errDivide = errors.New("an integer is divided by zero")

// integersBy runs a loop of an op that cannot divide an integer by zero.
func integersBy[T integer](c *graph.Call, f func(a, b T) T) error {
	dst, b := graph.Data[T](c.Out[0]), graph.Data[T](c.In[1])
	for i, v := range graph.Data[T](c.In[0]) {
		if b[i] == 0 {
			return errDivide
		}
		dst[i] = f(v, b[i])
	}
	return nil
}

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
