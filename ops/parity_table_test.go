package ops_test

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// A parityRow applies an op to a case. How to add one is said in parity_test.go.
type parityRow func(u use) []*graph.Node

var parityRows = map[string]parityRow{
	"Abs":       of1(ops.Abs),
	"AllTrue":   over(ops.AllTrue),
	"AnyTrue":   over(ops.AnyTrue),
	"Bincount":  func(u use) []*graph.Node { return list1(ops.Bincount(u.in[0], u.int("n"))) },
	"CumMax":    func(u use) []*graph.Node { return list1(ops.CumMax(u.in[0], u.int("axis"))) },
	"CumMin":    func(u use) []*graph.Node { return list1(ops.CumMin(u.in[0], u.int("axis"))) },
	"CumProd":   func(u use) []*graph.Node { return list1(ops.CumProd(u.in[0], u.int("axis"))) },
	"Diag":      func(u use) []*graph.Node { return list1(ops.Diag(u.in[0], u.int("k"))) },
	"DiagEmbed": func(u use) []*graph.Node { return list1(ops.DiagEmbed(u.in[0], u.int("k"))) },
	"Eye":       func(u use) []*graph.Node { return list1(ops.Eye(u.g, u.dtype(), u.int("n"))) },
	"Fold":      func(u use) []*graph.Node { return list1(ops.Fold(u.in[0], u.sliding(), u.ints("sizes")...)) },
	"GatherND":  of2(ops.GatherND),
	"Histogram": func(u use) []*graph.Node {
		return list1(ops.Histogram(u.in[0], u.int("bins"), u.num("lo"), u.num("hi")))
	},
	"Kron":         of2(ops.Kron),
	"LogAddExp":    of2(ops.LogAddExp),
	"LogCumSumExp": func(u use) []*graph.Node { return list1(ops.LogCumSumExp(u.in[0], u.int("axis"))) },
	"MaskedSelect": func(u use) []*graph.Node { return list2(ops.MaskedSelect(u.in[0], u.in[1], u.int("n"), 0.5)) },
	"MaxAlongAxis": func(u use) []*graph.Node { return list1(ops.MaxAlongAxis(u.in[0], u.in[1], u.in[2], u.int("axis"))) },
	"Median":       func(u use) []*graph.Node { return list1(ops.Median(u.in[0], u.int("axis"))) },
	"Meshgrid":     func(u use) []*graph.Node { return ops.Meshgrid(u.in...) },
	"MinAlongAxis": func(u use) []*graph.Node { return list1(ops.MinAlongAxis(u.in[0], u.in[1], u.in[2], u.int("axis"))) },
	"Outer":        of2(ops.Outer),
	"PadCircular": func(u use) []*graph.Node {
		return list1(ops.PadCircular(u.in[0], u.int("axis"), u.int("before"), u.int("after")))
	},
	"PadReflect": func(u use) []*graph.Node {
		return list1(ops.PadReflect(u.in[0], u.int("axis"), u.int("before"), u.int("after")))
	},
	"PadReplicate": func(u use) []*graph.Node {
		return list1(ops.PadReplicate(u.in[0], u.int("axis"), u.int("before"), u.int("after")))
	},
	"PixelShuffle":   func(u use) []*graph.Node { return list1(ops.PixelShuffle(u.in[0], u.int("r"))) },
	"PixelUnshuffle": func(u use) []*graph.Node { return list1(ops.PixelUnshuffle(u.in[0], u.int("r"))) },
	"PutAlongAxis":   func(u use) []*graph.Node { return list1(ops.PutAlongAxis(u.in[0], u.in[1], u.in[2], u.int("axis"))) },
	"Quantile":       func(u use) []*graph.Node { return list1(ops.Quantile(u.in[0], u.num("q"), u.int("axis"))) },
	"Repeat":         func(u use) []*graph.Node { return list1(ops.Repeat(u.in[0], u.int("axis"), u.int("n"))) },
	"Roll":           func(u use) []*graph.Node { return list1(ops.Roll(u.in[0], u.int("axis"), u.int("shift"))) },
	"ScatterND":      func(u use) []*graph.Node { return list1(ops.ScatterND(u.in[0], u.in[1], u.ints("dims")...)) },
	"Searchsorted":   func(u use) []*graph.Node { return list1(ops.Searchsorted(u.in[0], u.in[1], u.flag("right"))) },
	"SegmentMax":     func(u use) []*graph.Node { return list1(ops.SegmentMax(u.in[0], u.in[1], u.int("n"))) },
	"SegmentMean":    func(u use) []*graph.Node { return list1(ops.SegmentMean(u.in[0], u.in[1], u.int("n"))) },
	"SegmentSum":     func(u use) []*graph.Node { return list1(ops.SegmentSum(u.in[0], u.in[1], u.int("n"))) },
	"TensorDot":      func(u use) []*graph.Node { return list1(ops.TensorDot(u.in[0], u.in[1], u.int("n"))) },
	"Tile":           func(u use) []*graph.Node { return list1(ops.Tile(u.in[0], u.ints("reps")...)) },
	"Trace":          of1(ops.Trace),
	"Unfold":         func(u use) []*graph.Node { return list1(ops.Unfold(u.in[0], u.sliding())) },
	"Acos":           of1(ops.Acos),
	"Acosh":          of1(ops.Acosh),
	"Asin":           of1(ops.Asin),
	"Asinh":          of1(ops.Asinh),
	"Atan":           of1(ops.Atan),
	"Atanh":          of1(ops.Atanh),
	"Cbrt":           of1(ops.Cbrt),
	"Ceil":           of1(ops.Ceil),
	"Cosh":           of1(ops.Cosh),
	"Digamma":        of1(ops.Digamma),
	"Erfc":           of1(ops.Erfc),
	"Erfinv":         of1(ops.Erfinv),
	"Exp2":           of1(ops.Exp2),
	"Expm1":          of1(ops.Expm1),
	"Floor":          of1(ops.Floor),
	"IsInf":          of1(ops.IsInf),
	"IsNaN":          of1(ops.IsNaN),
	"Lgamma":         of1(ops.Lgamma),
	"Log10":          of1(ops.Log10),
	"Log2":           of1(ops.Log2),
	"Logit":          of1(ops.Logit),
	"Round":          of1(ops.Round),
	"Sinh":           of1(ops.Sinh),
	"Tan":            of1(ops.Tan),
	"Trunc":          of1(ops.Trunc),
	"TanhShrink":     of1(ops.TanhShrink),
	"Atan2":          of2(ops.Atan2),
	"CopySign":       of2(ops.CopySign),
	"Hypot":          of2(ops.Hypot),
	"Mod":            of2(ops.Mod),
	"Rem":            of2(ops.Rem),
	"PReLU":          of2(ops.PReLU),
	"Xor":            of2(ops.Xor),
	"ShiftLeft":      of2(ops.ShiftLeft),
	"ShiftRight":     of2(ops.ShiftRight),
	"HardShrink":     func(u use) []*graph.Node { return list1(ops.HardShrink(u.in[0], u.num("lambda"))) },
	"SoftShrink":     func(u use) []*graph.Node { return list1(ops.SoftShrink(u.in[0], u.num("lambda"))) },
	"Threshold":      func(u use) []*graph.Node { return list1(ops.Threshold(u.in[0], u.num("threshold"), u.num("value"))) },
	"Polygamma":      func(u use) []*graph.Node { return list1(ops.Polygamma(u.in[0], u.int("n"))) },
	"GLU":            func(u use) []*graph.Node { return list1(ops.GLU(u.in[0], u.int("axis"))) },
	"SwiGLU":         func(u use) []*graph.Node { return list1(ops.SwiGLU(u.in[0], u.int("axis"))) },
	"Add":            of2(ops.Add),
	"AdamUpdate": func(u use) []*graph.Node {
		w, m, v := ops.AdamUpdate(u.in[0], u.in[1], u.in[2], u.in[3], u.in[4], u.in[5], u.num("beta1"), u.num("beta2"), u.num("eps"))
		return []*graph.Node{w, m, v}
	},
	"AddAlongAxis": func(u use) []*graph.Node { return list1(ops.AddAlongAxis(u.in[0], u.in[1], u.int("axis"), u.int("n"))) },
	"Affine":       func(u use) []*graph.Node { return list1(ops.Affine(u.num("a"), u.in[0], u.num("b"))) },
	"And":          of2(ops.And),
	"ArgMax":       func(u use) []*graph.Node { return list1(ops.ArgMax(u.in[0], u.int("axis"))) },
	"ArgMin":       func(u use) []*graph.Node { return list1(ops.ArgMin(u.in[0], u.int("axis"))) },
	"ArgSort":      func(u use) []*graph.Node { return list1(ops.ArgSort(u.in[0], u.int("axis"), u.flag("descending"))) },
	"Attention": func(u use) []*graph.Node {
		how := ops.Attending{Causal: u.flag("causal")}
		if u.attr["scale"] != nil {
			how.Scale = u.num("scale")
		}
		for _, m := range u.in[3:] {
			if m.Dtype() == graph.Bool {
				how.Mask = m
			} else {
				how.Bias = m
			}
		}
		y, lse := ops.Attention(u.in[0], u.in[1], u.in[2], how)
		if u.flag("residual") {
			return []*graph.Node{y, lse}
		}
		return list1(y)
	},

	"BatchNorm": func(u use) []*graph.Node {
		y, mean, variance := ops.BatchNorm(u.in[0], u.in[1], u.in[2], u.num("eps"))
		return []*graph.Node{y, mean, variance}
	},
	"GroupNorm": func(u use) []*graph.Node {
		y, mean, rstd := ops.GroupNorm(u.in[0], u.in[1], u.in[2], u.int("groups"), u.num("eps"))
		return []*graph.Node{y, mean, rstd}
	},
	"AvgPool": func(u use) []*graph.Node { return list1(ops.AvgPool(u.in[0], u.pooling())) },

	"Barrier": of1(ops.Barrier),

	"BottomK": func(u use) []*graph.Node { return list2(ops.BottomK(u.in[0], u.int("k"), u.int("axis"))) },
	"Cast": func(u use) []*graph.Node {
		x := u.in[0]
		if u.attr["via"] != nil { // through what is stored
			x = ops.Cast(x, map[any]graph.Dtype{"f16": graph.Float16, "bf16": graph.BFloat16}[u.get("via")])
		}
		return list1(ops.Cast(x, u.dtype()))
	},
	"CELU":   func(u use) []*graph.Node { return list1(ops.CELU(u.in[0], u.num("alpha"))) },
	"Clamp":  func(u use) []*graph.Node { return list1(ops.Clamp(u.in[0], u.num("lo"), u.num("hi"))) },
	"Concat": func(u use) []*graph.Node { return list1(ops.Concat(u.int("axis"), u.in...)) },
	"Conv":   func(u use) []*graph.Node { return list1(ops.Conv(u.in[0], u.in[1], u.convolution())) },
	"ConvTranspose": func(u use) []*graph.Node {
		return list1(ops.ConvTranspose(u.in[0], u.in[1], u.convolution(), u.ints("outputPad")...))
	},
	"Cos":    of1(ops.Cos),
	"CumSum": func(u use) []*graph.Node { return list1(ops.CumSum(u.in[0], u.int("axis"))) },

	"Div": of2(ops.Div),
	"Dropout": func(u use) []*graph.Node {
		u.draw()
		return list1(ops.Dropout(u.in[0], u.num("p")))
	},
	"DynamicSlice":       func(u use) []*graph.Node { return list1(ops.DynamicSlice(u.in[0], u.in[1:], u.ints("sizes")...)) },
	"DynamicUpdateSlice": func(u use) []*graph.Node { return list1(ops.DynamicUpdateSlice(u.in[0], u.in[1], u.in[2:])) },

	"Einsum": func(u use) []*graph.Node { return list1(ops.Einsum(u.get("equation").(string), u.in...)) },
	"ELU":    func(u use) []*graph.Node { return list1(ops.ELU(u.in[0], u.num("alpha"))) },
	"Equal":  of2(ops.Equal),
	"Erf":    of1(ops.Erf),
	"Exp":    of1(ops.Exp),
	"Expand": func(u use) []*graph.Node { return list1(ops.Expand(u.in[0], u.ints("to")...)) },

	"Flatten": func(u use) []*graph.Node { return list1(ops.Flatten(u.in[0], u.int("from"))) },
	"Flip":    func(u use) []*graph.Node { return list1(ops.Flip(u.in[0], u.int("axis"))) },

	"Gather":     of2(ops.Gather),
	"GatherAxis": func(u use) []*graph.Node { return list1(ops.GatherAxis(u.in[0], u.in[1], u.int("axis"))) },
	"GELU":       of1(ops.GELU),
	"GELUTanh":   of1(ops.GELUTanh),
	"GRUCell":    func(u use) []*graph.Node { return list1(ops.GRUCell(u.in[0], u.in[1], u.in[2])) },
	"LSTMCell": func(u use) []*graph.Node {
		h, next := ops.LSTMCell(u.in[0], u.in[1], u.in[2])
		return []*graph.Node{h, next}
	},
	"Greater":      of2(ops.Greater),
	"GreaterEqual": of2(ops.GreaterEqual),

	"HardSigmoid": of1(ops.HardSigmoid),
	"HardSwish":   of1(ops.HardSwish),
	"HardTanh":    func(u use) []*graph.Node { return list1(ops.HardTanh(u.in[0], u.num("lo"), u.num("hi"))) },

	"Iota":     func(u use) []*graph.Node { return list1(ops.Iota(u.g, u.dtype(), u.int("n"))) },
	"IsFinite": of1(ops.IsFinite),

	"LayerNormAffine": func(u use) []*graph.Node {
		y, mean, rstd := ops.LayerNormAffine(u.in[0], u.in[1], u.in[2], u.num("eps"))
		return []*graph.Node{y, mean, rstd}
	},
	"LayerNorm": func(u use) []*graph.Node {
		y, mean, rstd := ops.LayerNorm(u.in[0], u.num("eps"))
		return []*graph.Node{y, mean, rstd}
	},
	"LeakyReLU":     func(u use) []*graph.Node { return list1(ops.LeakyReLU(u.in[0], u.num("slope"))) },
	"Less":          of2(ops.Less),
	"LessEqual":     of2(ops.LessEqual),
	"Log":           of1(ops.Log),
	"Log1p":         of1(ops.Log1p),
	"LogSigmoid":    of1(ops.LogSigmoid),
	"LogSoftmax":    func(u use) []*graph.Node { return list1(ops.LogSoftmax(u.in[0], u.int("axis"))) },
	"LogSumExp":     over(ops.LogSumExp),
	"LogSumExpKeep": over(ops.LogSumExpKeep),

	"MatMul": func(u use) []*graph.Node {
		return list1(ops.MatMulT(u.in[0], u.in[1], u.flag("ta"), u.flag("tb")))
	},
	"Max":     over(ops.Max),
	"Maximum": of2(ops.Maximum),
	"MaxKeep": over(ops.MaxKeep),
	"MaxPool": func(u use) []*graph.Node { return list1(ops.MaxPool(u.in[0], u.pooling())) },
	"MaxWithIndex": func(u use) []*graph.Node {
		y, i := ops.MaxWithIndex(u.in[0], u.int("axis"))
		return []*graph.Node{y, i}
	},
	"Mean":     over(ops.Mean),
	"MeanKeep": over(ops.MeanKeep),
	"Min":      over(ops.Min),
	"Minimum":  of2(ops.Minimum),
	"MinKeep":  over(ops.MinKeep),
	"MinWithIndex": func(u use) []*graph.Node {
		y, i := ops.MinWithIndex(u.in[0], u.int("axis"))
		return []*graph.Node{y, i}
	},
	"Mish": of1(ops.Mish),
	"Mul":  of2(ops.Mul),

	"Neg":      of1(ops.Neg),
	"Norm":     func(u use) []*graph.Node { return list1(ops.Norm(u.in[0], u.num("p"), u.ints("axes")...)) },
	"Normal":   func(u use) []*graph.Node { return list1(ops.Cast(ops.NormalOf(u.g, u.draw()), u.float)) },
	"NormKeep": func(u use) []*graph.Node { return list1(ops.NormKeep(u.in[0], u.num("p"), u.ints("axes")...)) },
	"Not":      of1(ops.Not),
	"NotEqual": of2(ops.NotEqual),

	"OneHot": func(u use) []*graph.Node { return list1(ops.OneHot(u.in[0], u.int("n"), u.dtype())) },
	"Or":     of2(ops.Or),

	"Pad": func(u use) []*graph.Node {
		return list1(ops.PadWith(u.in[0], u.int("axis"), u.int("before"), u.int("after"), u.num("value")))
	},
	"Pick": of2(ops.Pick),
	"Pow":  func(u use) []*graph.Node { return list1(ops.Pow(u.in[0], u.num("p"))) },

	"Prod":       over(ops.Prod),
	"ProdKeep":   over(ops.ProdKeep),
	"Reciprocal": of1(ops.Reciprocal),
	"ReLU":       of1(ops.ReLU),
	"ReLU6":      of1(ops.ReLU6),
	"Reshape":    func(u use) []*graph.Node { return list1(ops.Reshape(u.in[0], u.ints("to")...)) },
	"RMSNorm": func(u use) []*graph.Node {
		y, rrms := ops.RMSNorm(u.in[0], u.in[1], u.num("eps"))
		return []*graph.Node{y, rrms}
	},
	"Rsqrt": of1(ops.Rsqrt),

	"Scale":      func(u use) []*graph.Node { return list1(ops.Scale(u.num("a"), u.in[0])) },
	"ScatterAdd": func(u use) []*graph.Node { return list1(ops.ScatterAdd(u.in[0], u.in[1], u.int("n"))) },
	"SELU":       of1(ops.SELU),
	"Sigmoid":    of1(ops.Sigmoid),
	"Sign":       of1(ops.Sign),
	"SiLU":       of1(ops.SiLU),
	"Sin":        of1(ops.Sin),
	"Slice": func(u use) []*graph.Node {
		return list1(ops.SliceStep(u.in[0], u.int("axis"), u.int("at"), u.int("n"), u.int("step")))
	},
	"Softmax": func(u use) []*graph.Node { return list1(ops.Softmax(u.in[0], u.int("axis"))) },
	"SoftmaxCrossEntropy": func(u use) []*graph.Node {
		loss, lse := ops.SoftmaxCrossEntropy(u.in[0], u.in[1])
		return []*graph.Node{loss, lse}
	},
	"Softplus":     of1(ops.Softplus),
	"SoftplusBeta": func(u use) []*graph.Node { return list1(ops.SoftplusBeta(u.in[0], u.num("beta"))) },
	"SoftSign":     of1(ops.SoftSign),
	"Sort":         func(u use) []*graph.Node { return list1(ops.Sort(u.in[0], u.int("axis"), u.flag("descending"))) },
	"SortWithIndex": func(u use) []*graph.Node {
		return list2(ops.SortWithIndex(u.in[0], u.int("axis"), u.flag("descending")))
	},
	"Split":        func(u use) []*graph.Node { return ops.Split(u.in[0], u.int("axis"), u.ints("sizes")...) },
	"Sqrt":         of1(ops.Sqrt),
	"Square":       of1(ops.Square),
	"Squeeze":      over(ops.Squeeze),
	"Stack":        func(u use) []*graph.Node { return list1(ops.Stack(u.int("axis"), u.in...)) },
	"Std":          spread(ops.Std),
	"StdKeep":      spread(ops.StdKeep),
	"Step":         of1(ops.Step),
	"StopGradient": of1(ops.StopGradient),
	"Sub":          of2(ops.Sub),
	"Sum":          over(ops.Sum),
	"SumKeep":      over(ops.SumKeep),

	"TakeAlongAxis": func(u use) []*graph.Node { return list1(ops.TakeAlongAxis(u.in[0], u.in[1], u.int("axis"))) },
	"Tanh":          of1(ops.Tanh),
	"Tap":           of1(func(x *graph.Node) *graph.Node { return ops.Tap(x, func(graph.Buffer) {}) }),
	"TopK":          func(u use) []*graph.Node { return list2(ops.TopK(u.in[0], u.int("k"), u.int("axis"))) },
	"Transpose":     func(u use) []*graph.Node { return list1(ops.Transpose(u.in[0], u.ints("perm")...)) },
	"Tril":          func(u use) []*graph.Node { return list1(ops.Tril(u.in[0], u.int("k"))) },
	"Triu":          func(u use) []*graph.Node { return list1(ops.Triu(u.in[0], u.int("k"))) },

	"Uniform":   func(u use) []*graph.Node { return list1(ops.Cast(ops.UniformOf(u.g, u.draw()), u.float)) },
	"Unsqueeze": func(u use) []*graph.Node { return list1(ops.Unsqueeze(u.in[0], u.int("axis"))) },

	"Var":     spread(ops.Var),
	"VarKeep": spread(ops.VarKeep),
	"Where":   func(u use) []*graph.Node { return list1(ops.Where(u.in[0], u.in[1], u.in[2])) },
}

// A convention is what differs from PyTorch in a case, named as in the golden: elements of results, and of gradients by number of the
// float operand.
type convention struct {
	why                string
	results, gradients elements
}

// elements are values by number of the array and of the element.
type elements map[int]map[int]float64

var conventions = map[string]convention{
	"Abs special":                   {"the slope is Sign, which is NaN at NaN", nil, elements{0: {0: nan}}},
	"Acosh special":                 {"the slope below the domain is of no meaning", nil, elements{0: {6: -inf}}},
	"CopySign special":              {"the limits of y/a at ±∞", nil, elements{0: {0: 1.75, 1: -4.5}}},
	"Digamma special":               {"there is no limit of the slope at −∞", nil, elements{0: {2: nan}}},
	"Polygamma n=0 special":         {"there is no limit of the slope at −∞", nil, elements{0: {2: nan}}},
	"Polygamma n=1 special":         {"there is no limit at −∞", elements{0: {2: nan}}, nil},
	"LogAddExp special":             {"the slopes of two infinities of one sign are ½", nil, elements{0: {0: 1.5625, 1: -0.3125}, 1: {0: 1.8125, 1: -0.3125}}},
	"LogCumSumExp minus infinity":   {"the slopes of two infinities of one sign are ½", nil, elements{0: {0: -1.125}}},
	"Lgamma special":                {"∞ at −∞ as in C99", elements{0: {2: inf}}, nil},
	"HardShrink lambda=0.5 special": {"the slope at NaN is 1", nil, elements{0: {0: -1.125}}},
	"HardShrink lambda=0.0 special": {"the slope at NaN is 1", nil, elements{0: {0: -1.125}}},
	"HardShrink lambda=1.0 special": {"the slope at NaN is 1", nil, elements{0: {0: -1.125}}},
	"SoftShrink lambda=0.5 special": {"the slope at NaN is 1, and −λ becomes 0", elements{0: {10: 0}}, elements{0: {0: -1.125}}},
	"SoftShrink lambda=0.0 special": {"the slope at NaN is 1", nil, elements{0: {0: -1.125}}},
	"SoftShrink lambda=1.0 special": {"the slope at NaN is 1, and −λ becomes 0", elements{0: {10: 0}}, elements{0: {0: -1.125}}},
	"CELU alpha=1.0 special":        {"the slope at NaN is NaN", nil, elements{0: {0: nan}}},
	"CELU alpha=0.75 special":       {"the slope at NaN is NaN", nil, elements{0: {0: nan}}},
	"ELU alpha=1.0 special":         {"the slope at NaN is NaN", nil, elements{0: {0: nan}}},
	"ELU alpha=0.75 special":        {"the slope at NaN is NaN", nil, elements{0: {0: nan}}},
	"HardSwish special":             {"the slope at NaN is NaN", nil, elements{0: {0: nan}}},
	"LogSigmoid special":            {"−ln(1 + 0) is −0", elements{0: {1: zero}}, nil},
	"SELU special":                  {"the slope at NaN is NaN", nil, elements{0: {0: nan}}},
	"SiLU special":                  {"the limits at ±∞, not ∞·0", elements{0: {2: zero}}, elements{0: {1: 0.125, 2: 0}}},
	"SoftSign special":              {"the limits at ±∞, not ∞/∞", elements{0: {1: 1, 2: -1}}, elements{0: {1: 0, 2: 0}}},
	"Clamp lo=-inf hi=0.25 special": {"the slope is 1 at a bound, −∞ here", nil, elements{0: {2: 1.375}}},
	"Clamp lo=-1.0 hi=inf special":  {"the slope is 1 at a bound, ∞ here, and −1", nil, elements{0: {1: 0.125, 6: 0.875}}},
	"Clamp bounds":                  {"the slope is 1 at a bound", nil, elements{0: {0: -1.125, 1: 0.125}}},
	"GELU special":                  {"the limits at ±∞, not ∞·0", elements{0: {2: zero}}, elements{0: {1: 0.125, 2: 0}}},
	"GELUTanh special":              {"the limits at ±∞, not ∞·0", elements{0: {2: zero}}, elements{0: {1: 0.125, 2: 0}}},
	"LogSoftmax special":            {"what is less than ∞ is no NaN", elements{0: {10: -inf, 11: -inf}}, elements{0: {10: 0.375, 11: -1.125}}},
	"Maximum special":               {"0 is larger than −0", elements{0: {20: 0}}, nil},
	"Maximum NaN": {
		"no cotangent flows where either is NaN", nil, elements{0: {0: 0, 1: 0, 2: 0}, 1: {0: 0, 1: 0, 2: 0}},
	},
	"Max ties":        {"the first of equals has the cotangent", nil, elements{0: {1: -1.125, 2: 0, 3: 0.125, 4: 0, 5: 0}}},
	"Minimum special": {"−0 is smaller than 0", elements{0: {15: zero}}, nil},
	"Minimum NaN": {
		"no cotangent flows where either is NaN", nil, elements{0: {0: 0, 1: 0, 2: 0}, 1: {0: 0, 1: 0, 2: 0}},
	},
	"Min ties":          {"the first of equals has the cotangent", nil, elements{0: {3: 0.125, 4: 0, 5: 0}}},
	"Pow p=0.5 special": {"−∞ and −0 as in C99", elements{0: {2: inf, 4: 0}}, elements{0: {2: 0, 4: inf}}},
	"ReLU special":      {"−0 becomes 0, and the slope at NaN is 0", elements{0: {4: 0}}, elements{0: {0: 0}}},
	"Sign special":      {"NaN and −0 stay as they are, as in NumPy", elements{0: {0: nan, 4: zero}}, nil},
	"Softmax special":   {"what is less than ∞ has no share", elements{0: {10: 0, 11: 0}}, nil},
}

func list1(y *graph.Node) []*graph.Node { return []*graph.Node{y} }

func list2(y, index *graph.Node) []*graph.Node { return []*graph.Node{y, index} }

func of1(f func(x *graph.Node) *graph.Node) parityRow {
	return func(u use) []*graph.Node { return list1(f(u.in[0])) }
}

func of2(f func(a, b *graph.Node) *graph.Node) parityRow {
	return func(u use) []*graph.Node { return list1(f(u.in[0], u.in[1])) }
}

// over is a reduction along the attribute axes, all if it is not there.
func over(f func(x *graph.Node, axes ...int) *graph.Node) parityRow {
	return func(u use) []*graph.Node { return list1(f(u.in[0], u.ints("axes")...)) }
}

// spread is such a reduction that has a correction.
func spread(f func(x *graph.Node, correction int, axes ...int) *graph.Node) parityRow {
	return func(u use) []*graph.Node { return list1(f(u.in[0], u.int("correction"), u.ints("axes")...)) }
}

// dtype is the attribute of that name, written as the dtype of an array.
func (u use) dtype() graph.Dtype {
	name, _ := u.get("dtype").(string)
	return array{T: name}.dtype(u.float)
}

// draw makes the next draw that of the attributes; it returns its type, if there is one: f64 draws in float64 whatever is under test.
func (u use) draw() graph.Type {
	rng := graph.NewRNG(0)
	rng.Set(graph.BufferOf([]int64{int64(u.int("seed")), int64(u.int("step"))}))
	u.g.SetRNG(rng)
	last := u.int("stream") - 1
	for at := u.g.Fresh(); at != last; at = u.g.Fresh() {
		if at > last {
			panic("parity: the stream is taken; inputs count as well")
		}
	}
	d := graph.Float64
	if u.get("dtype") == "f32" {
		d = graph.Float32
	}
	return graph.T(d, u.ints("dims")...)
}

func (u use) convolution() ops.Convolution {
	c := ops.Convolution{
		Stride: u.ints("stride"), Dilation: u.ints("dilation"), Pad: u.ints("pad"), PadAfter: u.ints("padAfter"), Same: u.flag("same"),
	}
	if u.attr["groups"] != nil {
		c.Groups = u.int("groups")
	}
	return c
}

func (u use) sliding() ops.Sliding {
	return ops.Sliding{Window: u.ints("window"), Stride: u.ints("stride"), Dilation: u.ints("dilation"), Pad: u.ints("pad")}
}

func (u use) pooling() ops.Pooling {
	return ops.Pooling{
		Window: u.ints("window"), Stride: u.ints("stride"), Dilation: u.ints("dilation"), Pad: u.ints("pad"), PadAfter: u.ints("padAfter"),
		Same: u.flag("same"), SkipPadding: u.flag("skipPadding"),
	}
}
