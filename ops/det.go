package ops

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/linalg"
)

// Det returns the determinants of square matrices, by elimination; that of a matrix without rows is 1.
//
//	A [..., n, n]    y [...] = det A        dA = dy·det A·A⁻ᵀ
//
// A is floats. At a singular matrix the derivative is NaN. The logarithm, LogDet, neither overflows nor vanishes.
func Det(a *graph.Node) *graph.Node {
	if !a.Valid() {
		return a
	}
	if err := wantSquare(a.Type()); err != nil {
		return refusedAs("det", a, err)
	}
	return graph.Apply(det{}, factorised(a)...)
}

// LogDet returns the signs of the determinants of square matrices, −1, 0 or 1, and the logarithms of their magnitudes, as NumPy's slogdet.
//
//	A [..., n, n]    sign [...]    log [...] = ln |det A|        dA = dlog·A⁻ᵀ
//
// A is floats. At a singular matrix the sign is 0, the logarithm −∞ and the derivative infinite or NaN. Of sign there is no derivative.
func LogDet(a *graph.Node) (sign, log *graph.Node) {
	if !a.Valid() {
		return a, a
	}
	if err := wantSquare(a.Type()); err != nil {
		n := refusedAs("logdet", a, err)
		return n, n
	}
	r := graph.ApplyN(det{Log: true}, 2, factorised(a)...)
	return r[0], r[1]
}

// det is of operand 0, by its factors, which are operands 1 and 2.
type det struct{ Log bool }

func (o det) Name() string {
	if o.Log {
		return "logdet"
	}
	return "det"
}

func (o det) Infer(in []graph.Type) ([]graph.Type, error) {
	if err := wantSquare(in[0]); err != nil {
		return nil, err
	}
	t := graph.Type{Dtype: in[0].Dtype, Shape: stack(in[0].Shape)}
	if o.Log {
		return []graph.Type{t, t}, nil
	}
	return []graph.Type{t}, nil
}

func (det) Work(in, _ []graph.Type) graph.Work {
	n := in[0].Shape.Dim(-1)
	return byMatrix(in[0], n*n, 0, in[0].Dtype)
}

func (o det) Eval(c *graph.Call) error {
	if c.In[0].Type.Dtype == graph.Float32 {
		dets[float32](o, c)
	} else {
		dets[float64](o, c)
	}
	return nil
}

func dets[T graph.Floating](o det, c *graph.Call) {
	n := c.In[0].Type.Shape.Dim(-1)
	for i, hi := c.Span(c.Out[0].Len()); i < hi; i++ {
		lu := part[T](c.In[1], i, n*n)
		product, sum, sign := 1.0, 0.0, 1.0
		if linalg.Odd(part[int32](c.In[2], i, n)) {
			product, sign = -1, -1
		}
		for k := range n {
			d := float64(lu[k*n+k])
			product *= d
			sum += math.Log(math.Abs(d))
			switch {
			case d == 0:
				sign = 0
			case d < 0:
				sign = -sign
			case d != d:
				sign = d
			}
		}
		if !o.Log {
			graph.Data[T](c.Out[0])[i] = T(product)
			continue
		}
		graph.Data[T](c.Out[0])[i], graph.Data[T](c.Out[1])[i] = T(sign), T(sum)
	}
}

func (o det) VJPs(ys, dys []*graph.Node) []*graph.Node {
	in, dy := ys[0].In(), dys[len(dys)-1]
	if dy == nil {
		return []*graph.Node{nil, nil, nil}
	}
	if !o.Log {
		dy = Mul(dy, ys[0])
	}
	inverse := graph.Apply(luSolve{Transposed: true}, in[0], in[1], in[2], identities(in[0]))
	return []*graph.Node{Mul(Unsqueeze(Unsqueeze(dy, -1), -1), inverse), nil, nil}
}

func (o det) Batch(in []*graph.Node, mapped []bool) []*graph.Node {
	n := 1
	if o.Log {
		n = 2
	}
	return graph.ApplyN(o, n, Align(in, mapped)...)
}

func detInfo() Info {
	return Info{Name: "Det", Order: 4, Bad: squareBad(func(x *graph.Node) { Det(x) }), Cases: squareCases(Real, func(x *graph.Node) []*graph.Node {
		return []*graph.Node{Det(Flip(dominant(x), -1))}
	})}
}

func logDetInfo() Info {
	return Info{Name: "LogDet", Order: 4, Bad: squareBad(func(x *graph.Node) { LogDet(x) }), Cases: squareCases(Real, func(x *graph.Node) []*graph.Node {
		sign, log := LogDet(Flip(dominant(x), -1))
		return []*graph.Node{sign, log}
	})}
}
