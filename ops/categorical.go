package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// Categorical draws numbers of categories, int32, with probabilities softmax(logits) along the last axis: the largest of logit and Gumbel
// variate, of equals the first (Maddison, Tarlow & Minka, A* sampling, 2014). A logit of −∞ is never drawn.
//
//	logits […, k], floats, k ≥ 1    y […] from [0, k)
//
// There is no derivative. It is a draw as Uniform is, in float64.
func Categorical(logits *graph.Node) *graph.Node {
	if logits = ofFloats("categorical", logits); !logits.Valid() {
		return logits
	}
	if s := logits.Shape(); s.Rank() < 1 || s.Dim(-1) < 1 {
		return refusedAs("categorical", logits, fmt.Errorf("want categories in the last axis"))
	}
	return categoricalOf(logits, uniformFor(logits))
}

func categoricalOf(logits, u *graph.Node) *graph.Node {
	return ArgMax(Add(Cast(logits, graph.Float64), gumbelOf(u)), -1)
}

func categoricalInfo() Info {
	info := Info{Name: "Categorical", Bad: append(parameterBad("categorical", func(x *graph.Node) { Categorical(x) }),
		Bad{"want categories in the last axis", func(g *graph.Graph) { Categorical(g.Input("x", graph.Float32)) }},
		Bad{"want categories in the last axis", func(g *graph.Graph) { Categorical(g.Input("x", graph.Float32, 3, 0)) }},
	)}
	for _, lead := range [][]int{{}, {1}, {3}, {0}, {2, 3}, {4, 1, 2}} {
		for _, k := range []int{1, 2, 3, 5, 8, 17} {
			of := graph.Of(lead...).Append(graph.Of(k))
			for r := range min(2, len(lead)+1) {
				in := []Operand{{Shape: of, Draw: Real}, {Shape: of.Cut(0, r).Append(graph.Of(2)), Dtype: graph.Int64, Draw: Index(1 << 30)}}
				info.Cases = append(info.Cases, Case{fmt.Sprint(of, " keys ", in[1].Shape), in, func(in []*graph.Node) []*graph.Node {
					return []*graph.Node{categoricalOf(in[0], uniformBy(in[0], in[1], 7))}
				}})
			}
		}
	}
	return info
}
