package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/conv"
)

// Convolution are the attributes of Conv and ConvTranspose. A list has one number for each spatial dimension, or one for all; nil
// means the default.
type Convolution struct {
	Stride   []int // 1
	Dilation []int // 1
	Pad      []int // zeros before each dimension, and after it too unless PadAfter says else; 0
	PadAfter []int
	Same     bool // instead of Pad: so many zeros, the odd one after, that y has ⌈size of x/stride⌉ elements
	Groups   int  // 1; channels are cut into so many groups, each with filters of its own
}

// convolution produces the tensor Out of the form Σ x·w·y from the other two, which are operands in the order x, w, y. The first
// of the three dimensions are of size 1 where fewer are used.
type convolution struct {
	Out                   role
	Groups                int
	Stride, Dilation, Pad [3]int
	To                    graph.Shape // of the result
}

// A role prints as the tensor it stands for.
type role conv.Role

func (r role) String() string { return [...]string{"x", "w", "y"}[r] }

const (
	roleX = role(conv.X)
	roleW = role(conv.W)
	roleY = role(conv.Y)
)

// others lists the roles of the operands.
func (r role) others() [2]role {
	return [...][2]role{{roleW, roleY}, {roleX, roleY}, {roleX, roleW}}[r]
}

// op spreads the lists over three dimensions, of which the last d are used. s and t are the shapes of an image and of filters.
func (a Convolution) op(r role, s, t graph.Shape) (o convolution, after [3]int, err error) {
	d := s.Rank() - 2
	if d < 1 || d > 3 {
		return o, after, fmt.Errorf("want [N, C, …] with one to three spatial dimensions")
	}
	if t.Rank() != s.Rank() {
		return o, after, fmt.Errorf("images %v have %d spatial dimensions, filters %v have %d; want [N, C, …] and [K, C/groups, …]", s, d, t, t.Rank()-2)
	}
	if a.Groups < 0 {
		return o, after, fmt.Errorf("want a number of groups that is not negative, not %d", a.Groups)
	}
	o = convolution{Out: r, Groups: max(1, a.Groups)}
	if a.PadAfter == nil {
		a.PadAfter = a.Pad
	}
	if a.Same && (a.Pad != nil || a.PadAfter != nil) {
		return o, after, fmt.Errorf("want either Same or a pad, not both")
	}
	for _, l := range []struct {
		to   *[3]int
		list []int
		def  int
		name string
	}{{&o.Stride, a.Stride, 1, "stride"}, {&o.Dilation, a.Dilation, 1, "dilation"}, {&o.Pad, a.Pad, 0, "pad"}, {&after, a.PadAfter, 0, "pad"}} {
		if *l.to, err = spatial(l.list, d, l.def, l.name); err != nil {
			return o, after, err
		}
	}
	for i := range d {
		if t.Dim(2+i) == 0 {
			return o, after, fmt.Errorf("want filters that are not empty, not %v", t)
		}
	}
	return o, after, nil
}

// spatial gives each of the last d of three dimensions its number; those before have the default, which is the least too.
func spatial(list []int, d, def int, name string) (v [3]int, err error) {
	v = [3]int{def, def, def}
	if len(list) > 1 && len(list) != d {
		return v, fmt.Errorf("want one %s, or %d, not %v", name, d, list)
	}
	for i := range d {
		k := 3 - d + i
		switch len(list) {
		case 0:
		case 1:
			v[k] = list[0]
		default:
			v[k] = list[i]
		}
		if v[k] < def || v[k] > 1<<30 {
			return v, fmt.Errorf("want a %s of at least %d and at most 2³⁰, not %v", name, def, list)
		}
	}
	return v, nil
}

// positions is how many windows of the given reach fit n elements with pads, 0 if none does.
func positions(n, pads, reach, stride int) int {
	if free := n + pads - reach; free >= 0 {
		return free/stride + 1
	}
	return 0
}

// same is the padding before n elements, so that out = ⌈n/stride⌉ windows fit.
func same(n, reach, stride int) (pad, out int) {
	out = (n + stride - 1) / stride
	return max(0, (out-1)*stride+reach-n) / 2, out
}
