package programs

import (
	"fmt"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/flow"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/vmap"
)

// recipes are what programs are made of, the frequent ones several times.
var recipes = []func(*maker){
	(*maker).op, (*maker).op, (*maker).op, (*maker).op, (*maker).chain, (*maker).chain, (*maker).finish, (*maker).views, (*maker).patch,
	(*maker).loop, (*maker).branch, (*maker).draw, (*maker).integers, (*maker).rows, (*maker).attend,
}

var all = ops.All()

// op applies an op as one of its cases does, now and then to many rows at once.
func (m *maker) op() {
	info := pick(m, all...)
	k := pick(m, info.Cases...)
	if len(k.In) == 0 {
		m.draw()
		return
	}
	rows, d := 0, m.float()
	if m.one(4) {
		rows = pick(m, 1, 2, 3, 17, 100)
		if m.one(8) {
			rows = 1000
		}
	}
	in, wild := make([]*graph.Node, len(k.In)), m.one(3)
	for i, o := range k.In {
		t := graph.Type{Dtype: o.Dtype, Shape: o.Shape}
		if rows > 0 {
			t.Shape = t.Shape.Lead(rows)
		}
		if t.Shape.Err() != nil {
			return
		}
		if t.Dtype == graph.Float32 {
			t.Dtype = d
			if wild { // whatever values there are: NaN is a result, too
				in[i] = m.of(t)
				continue
			}
		}
		in[i] = m.leaf(t, o.Draw)
	}
	if rows == 0 {
		m.keep(k.F(in)...)
	} else {
		m.vmapped = true
		m.keep(vmap.Map(k.F, in...)...)
	}
}

// unary are pointwise ops on floats.
var unary = []func(x *graph.Node) *graph.Node{
	ops.Abs, ops.Neg, ops.Exp, ops.Tanh, ops.Sigmoid, ops.ReLU, ops.GELU, ops.GELUTanh, ops.SiLU, ops.Softplus, ops.Sin, ops.Cos, ops.Square,
	ops.Sqrt, ops.Rsqrt, ops.Log, ops.Log1p, ops.Reciprocal, ops.Erf, ops.Sign, ops.Step, ops.SELU, ops.HardSwish, ops.StopGradient, ops.Barrier,
	ops.Mish, ops.LogSigmoid, ops.SoftSign, ops.ReLU6,
	func(x *graph.Node) *graph.Node { return ops.Scale(0.5, x) },
	func(x *graph.Node) *graph.Node { return ops.Affine(-1, x, 1) },
	func(x *graph.Node) *graph.Node { return ops.Clamp(x, -1, 1) },
	func(x *graph.Node) *graph.Node { return ops.Pow(x, 3) },
	func(x *graph.Node) *graph.Node { return ops.Pow(x, 1) },
	func(x *graph.Node) *graph.Node { return ops.LeakyReLU(x, 0.1) },
	func(x *graph.Node) *graph.Node { return ops.ELU(x, 1) },
	func(x *graph.Node) *graph.Node { return ops.Mul(x, ops.Like(1, x)) },
	func(x *graph.Node) *graph.Node { return ops.Add(x, ops.Like(0, x)) },
	func(x *graph.Node) *graph.Node { return ops.Cast(ops.Cast(x, graph.Int32), x.Dtype()) },
	func(x *graph.Node) *graph.Node { return ops.Cast(ops.Cast(x, graph.Float64), x.Dtype()) },
	func(x *graph.Node) *graph.Node { return ops.Cast(ops.IsFinite(x), x.Dtype()) },
	func(x *graph.Node) *graph.Node { return ops.Tap(x, func(graph.Buffer) {}) },
}

var binary = []func(a, b *graph.Node) *graph.Node{
	ops.Add, ops.Add, ops.Sub, ops.Mul, ops.Mul, ops.Div, ops.Maximum, ops.Minimum,
	func(a, b *graph.Node) *graph.Node { return ops.Where(ops.Less(a, b), a, ops.Neg(b)) },
	func(a, b *graph.Node) *graph.Node { return ops.Cast(ops.Equal(a, b), a.Dtype()) },
	func(a, b *graph.Node) *graph.Node {
		return ops.Where(ops.Not(ops.LessEqual(a, b)), a, ops.Like(0.25, a))
	},
}

// chain is a run of pointwise ops, with operands that are broadcast to its shape.
func (m *maker) chain() {
	s := m.shape(300)
	if m.one(10) {
		s = m.large()
	}
	m.keep(m.pointwise(m.of(graph.Type{Dtype: m.float(), Shape: s}), 2+m.IntN(pick(m, 6, 40)), func(t graph.Type) *graph.Node {
		for i := range t.Shape.Rank() {
			if m.one(3) {
				t.Shape = t.Shape.WithDim(i, 1)
			}
		}
		return m.of(t)
	}))
}

// pointwise applies n ops to x; some operands are x itself as it was earlier.
func (m *maker) pointwise(x *graph.Node, n int, other func(graph.Type) *graph.Node) *graph.Node {
	past := []*graph.Node{x}
	for range n {
		if m.one(3) {
			y := pick(m, past...)
			if m.one(2) {
				y = other(x.Type())
			}
			if m.one(2) {
				x = pick(m, binary...)(x, y)
			} else {
				x = pick(m, binary...)(y, x)
			}
		} else {
			x = pick(m, unary...)(x)
		}
		past = append(past, x)
	}
	return x
}

// finish is a product or a convolution with what usually follows it.
func (m *maker) finish() {
	d := m.float()
	var y *graph.Node
	bias, most := 0, 24
	if m.one(8) {
		most = 150
	}
	size := func() int { return min(1+m.size(), most) }
	if m.one(2) {
		i, j, k := size(), size(), size()
		lead := pick(m, graph.Of(), graph.Of(), graph.Of(2), graph.Of(3, 1))
		ta, tb := m.one(3), m.one(3)
		a, b := graph.Of(i, j), graph.Of(j, k)
		if ta {
			a = graph.Of(j, i)
		}
		if tb {
			b = graph.Of(k, j)
		}
		y = ops.MatMulT(m.of(graph.Type{Dtype: d, Shape: lead.Append(a)}), m.of(graph.Type{Dtype: d, Shape: b}), ta, tb)
		bias = y.Shape().Rank() - 1
	} else {
		groups, dims := pick(m, 1, 1, 1, 2), pick(m, 1, 2, 2, 2, 3)
		x, w := []int{1 + m.IntN(3), groups * (1 + m.IntN(5))}, []int{groups * (1 + m.IntN(9)), 0}
		if w[1] = x[1] / groups; m.one(6) {
			x[1], w[0], w[1] = 16*groups, 16*groups, 16
		}
		f := pick(m, 1, 3, 3, 5)
		for range dims {
			x, w = append(x, f+m.IntN(pick(m, 4, 20)/dims+1)), append(w, f)
		}
		y = ops.Conv(m.of(graph.T(d, x...)), m.of(graph.T(d, w...)), ops.Convolution{
			Pad: []int{m.IntN(f + 1)}, Stride: []int{pick(m, 1, 1, 1, 2)}, Dilation: []int{1}, Groups: groups,
		})
		bias = 1
	}
	if !y.Valid() || y.Shape().Size() == 0 {
		return
	}
	product := y
	one := make([]int, y.Shape().Rank())
	for i := range one {
		one[i] = 1
	}
	one[bias] = y.Shape().Dim(bias)
	if !m.one(4) {
		y = ops.Add(y, m.of(graph.T(d, one...)))
	}
	if m.one(4) {
		y = ops.Reshape(y, y.Shape().Size())
	}
	if !m.one(3) {
		y = pick(m, ops.ReLU, ops.ReLU, ops.GELU, ops.SiLU, ops.Tanh, ops.Sigmoid)(y)
	}
	if m.one(3) {
		y = ops.Add(y, m.of(y.Type()))
	}
	m.keep(y)
	if m.one(4) {
		m.keep(product)
	}
}

// views moves elements of any dtype.
func (m *maker) views() {
	d := graph.Dtype(m.IntN(8))
	x := m.of(graph.Type{Dtype: d, Shape: m.shape(300)})
	for range 1 + m.IntN(6) {
		r := x.Shape().Rank()
		if r == 0 || r > 5 {
			x = m.seenAny(x)
			continue
		}
		a := m.IntN(r)
		n := x.Shape().Dim(a)
		switch m.IntN(7) {
		case 0:
			x = ops.Transpose(x, m.Perm(r)...)
		case 1:
			x = ops.Slice(x, a, m.IntN(n+1)/2, n/2)
		case 2:
			x = ops.Flip(x, a)
		case 3:
			if x.Shape().Size() < 1000 {
				x = ops.ExpandTo(x, x.Shape().Lead(1+m.IntN(3)))
			}
		case 4:
			if d <= graph.Bool && n < 100 {
				x = ops.Pad(x, a, m.IntN(3), m.IntN(3))
			}
		case 5:
			if x.Shape().Size() < 1000 {
				x = ops.Concat(a, x, m.of(x.Type()))
			}
		default:
			x = m.seenAny(x)
		}
	}
	m.keep(x)
}

// seenAny is x in another shape of about as many elements.
func (m *maker) seenAny(x *graph.Node) *graph.Node {
	if x.Shape().Size() == 0 {
		return x
	}
	return m.seen(x, m.shape(2*x.Shape().Size()))
}

// patch writes a block over a part of an array, of a variable often, which then becomes its next value.
func (m *maker) patch() {
	d := pick(m, graph.Float32, graph.Float64, graph.Int32, graph.Bool)
	s := m.shape(300)
	if s.Rank() == 0 || s.Rank() > 5 || s.Size() == 0 {
		s = graph.Of(5, 4)
	}
	block := s
	starts := make([]*graph.Node, s.Rank())
	for i := range starts {
		if m.one(2) {
			block = block.WithDim(i, 1+m.IntN(s.Dim(i)))
			starts[i] = m.leaf(graph.T(pick(m, graph.Int32, graph.Int64)), ops.Index(s.Dim(i)+1))
		}
	}
	x := m.of(graph.Type{Dtype: d, Shape: s})
	if m.one(2) {
		b := graph.NewBuffer(x.Type())
		v := graph.NewState(fmt.Sprint("cache", len(m.vars)), b)
		m.vars = append(m.vars, v)
		x = m.g.Use(v)
		defer func() {
			if x.Valid() {
				m.g.Assign(v, x)
			}
		}()
	} else if d.Float() {
		x = ops.Tanh(x)
	}
	for range 1 + m.IntN(2) {
		x = ops.DynamicUpdateSlice(x, m.of(graph.Type{Dtype: d, Shape: block}), starts)
	}
	m.keep(x)
}

// loop scans over rows, either way, with a body that reads what is outside, and another loop or a product now and then.
func (m *maker) loop() {
	d := m.float()
	n := pick(m, 0, 1, 2, 3, 7)
	state := graph.Type{Dtype: d, Shape: m.shape(40)}
	if state.Shape.Rank() > graph.MaxRank-2 {
		state.Shape = graph.Of(3)
	}
	init, xs := m.of(state), m.of(graph.Type{Dtype: d, Shape: state.Shape.Lead(n)})
	outside := m.of(state)
	weight := m.of(graph.T(d, state.Shape.Dim(-1), state.Shape.Dim(-1)))
	length, product := 1+m.IntN(8), m.one(2) && state.Shape.Rank() > 1
	step := func(s, x []*graph.Node) (next, y []*graph.Node) {
		h := ops.Add(s[0], x[0])
		if product {
			h = ops.MatMul(h, weight)
		}
		h = ops.Tanh(m.pointwise(h, length, func(graph.Type) *graph.Node { return outside }))
		return []*graph.Node{h}, []*graph.Node{ops.Mul(h, x[0]), pick(m, s[0], h, x[0], ops.Sum(h))}
	}
	scan := flow.Scan
	if m.one(3) {
		scan = flow.ScanReverse
	}
	final, ys := scan([]*graph.Node{init}, []*graph.Node{xs}, step)
	m.keep(final...)
	m.keep(ys...)
}

// region is computed again where a gradient needs it.
func (m *maker) region() {
	t := graph.Type{Dtype: m.float(), Shape: m.shape(40)}
	x, y, n := m.of(t), m.of(t), 1+m.IntN(5)
	m.keep(autodiff.Checkpoint(func(in []*graph.Node) []*graph.Node {
		return []*graph.Node{m.pointwise(in[0], n, func(graph.Type) *graph.Node { return y })}
	}, x)...)
}

// branch is a condition, or a loop that stops by one.
func (m *maker) branch() {
	t := graph.Type{Dtype: m.float(), Shape: m.shape(40)}
	if t.Shape.Rank() == graph.MaxRank { // the derivative of a loop needs one axis more
		t.Shape = graph.Of(7)
	}
	x, y := m.of(t), m.of(t)
	pred := m.leaf(graph.T(graph.Bool), ops.Index(2))
	arm := func(n int) func(in []*graph.Node) []*graph.Node {
		return func(in []*graph.Node) []*graph.Node {
			h := m.pointwise(in[0], n, func(graph.Type) *graph.Node { return y })
			return []*graph.Node{h, pick(m, in[0], h, y)}
		}
	}
	if m.one(2) {
		m.keep(flow.Cond(pred, arm(1+m.IntN(5)), arm(m.IntN(3)), x)...)
		return
	}
	final, rounds := flow.While(m.IntN(6), []*graph.Node{x}, func(s []*graph.Node) *graph.Node {
		return ops.Less(ops.Sum(ops.Abs(s[0])), m.g.Fill(50, graph.T(t.Dtype)))
	}, func(s []*graph.Node) []*graph.Node {
		return []*graph.Node{ops.Scale(1.5, m.pointwise(s[0], 1, func(graph.Type) *graph.Node { return y }))}
	})
	m.keep(append(final, rounds)...)
}

// draw is at random within the program.
func (m *maker) draw() {
	t := graph.Type{Dtype: m.float(), Shape: m.shape(300)}
	switch m.IntN(4) {
	case 0:
		m.keep(ops.NormalOf(m.g, t))
	case 1:
		m.keep(ops.UniformOf(m.g, t))
	case 2:
		m.keep(ops.Dropout(m.of(t), 0.3))
	default:
		m.keep(ops.Iota(m.g, pick(m, graph.Float32, graph.Float64, graph.Int32, graph.Int64), m.size()))
	}
}

// integers counts, compares, selects and looks up.
func (m *maker) integers() {
	t := graph.Type{Dtype: pick(m, graph.Int32, graph.Int64, graph.Uint8), Shape: m.shape(200)}
	x := m.leaf(t, ops.Index(100))
	for range 1 + m.IntN(6) {
		y := m.of(t)
		switch m.IntN(6) {
		case 0:
			x = ops.Add(x, y)
		case 1:
			x = ops.Mul(x, y)
		case 2:
			x = ops.Sub(x, y)
		case 3:
			x = ops.Where(ops.Less(x, y), y, x)
		case 4:
			x = ops.Maximum(x, y)
		default:
			x = ops.Cast(ops.Cast(x, m.float()), t.Dtype)
		}
	}
	m.keep(x, ops.Cast(x, m.float()))
	table := m.of(graph.T(m.float(), 100, 1+m.IntN(9)))
	index := m.leaf(graph.T(pick(m, graph.Int32, graph.Int64), m.size(), 2), ops.Index(100))
	m.keep(ops.Gather(table, index))
}

// rows reduces, sorts or normalises rows or columns, many at times.
func (m *maker) rows() {
	s := graph.Of(1+m.size(), 1+m.size())
	if m.one(6) {
		s = pick(m, graph.Of(1+m.IntN(300), 1+m.IntN(500)), graph.Of(2000, 1+m.IntN(50)))
	}
	x, a := m.of(graph.Type{Dtype: m.float(), Shape: s}), m.IntN(2)
	switch m.IntN(12) {
	case 0:
		m.keep(ops.Softmax(x, a))
	case 1:
		m.keep(ops.LogSoftmax(x, a))
	case 2:
		y, _, _ := ops.LayerNorm(x, 1e-5)
		m.keep(y)
	case 3:
		v := graph.T(x.Dtype(), s.Dim(1))
		y, mean, rstd := ops.LayerNormAffine(x, m.of(v), m.of(v), 1e-5)
		z, rrms := ops.RMSNorm(x, m.of(v), 1e-5)
		m.keep(y, mean, rstd, z, rrms)
	case 4:
		m.keep(ops.Sum(x, a), ops.Sum(x))
	case 5:
		m.keep(ops.Max(x, a), ops.ArgMax(x, a))
	case 6:
		m.keep(ops.Var(x, 0, a), ops.Mean(x))
	case 7:
		m.keep(ops.Div(ops.Exp(x), ops.SumKeep(ops.Exp(x), a)))
	case 8:
		labels := m.leaf(graph.T(graph.Int32, s.Dim(0)), ops.Index(s.Dim(1)))
		loss, _ := ops.SoftmaxCrossEntropy(x, labels)
		m.keep(ops.Mean(loss))
	case 9:
		m.keep(ops.CumSum(x, a), ops.LogSumExp(x, a))
	case 10:
		m.keep(ops.Sort(x, a, m.one(2)))
	default:
		v := graph.T(x.Dtype(), s.Dim(1))
		y, mean, variance := ops.BatchNorm(x, m.of(v), m.of(v), 1e-5)
		m.keep(y, mean, variance)
	}
}

// attend is attention over sequences that need several blocks at times.
func (m *maker) attend() {
	d, n, h := m.float(), 1+m.IntN(2), 1+m.IntN(2)
	t, s, c := 1+m.IntN(12), 1+m.IntN(12), 1+m.IntN(9)
	if m.one(8) {
		t, s, c = 60+m.IntN(80), 60+m.IntN(80), 1+m.IntN(40)
	}
	how := ops.Attending{Causal: m.one(2)}
	if m.one(3) {
		how.Mask = ops.Less(m.of(graph.T(d, t, s)), m.g.Fill(0.5, graph.T(d, t, s)))
	}
	if m.one(4) {
		how.Bias = m.of(graph.T(d, h, t, s))
	}
	y, l := ops.Attention(m.of(graph.T(d, n, h, t, c)), m.of(graph.T(d, n, h, s, c)), m.of(graph.T(d, n, h, s, 1+m.IntN(9))), how)
	m.keep(y, l)
}
