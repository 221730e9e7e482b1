package ops

import "github.com/kedja-ml/kedja/graph"

func sumInfo() Info {
	return Info{Name: "Sum", Order: 4, Cases: reductionCases(Sum, Real, true), Bad: append(reductionBad(Sum), Bad{"does not expand", func(g *graph.Graph) {
		graph.Apply(sum{graph.Of(2)}, g.Input("x", graph.Float32, 3))
	}})}
}

func meanInfo() Info {
	return Info{Name: "Mean", Order: 4, Cases: reductionCases(Mean, Real, true), Bad: reductionBad(Mean)}
}

func sumKeepInfo() Info {
	return Info{Name: "SumKeep", Order: 3, Cases: reductionCases(SumKeep, Real, true), Bad: reductionBad(SumKeep)}
}

func meanKeepInfo() Info {
	return Info{Name: "MeanKeep", Order: 3, Cases: reductionCases(MeanKeep, Real, true), Bad: reductionBad(MeanKeep)}
}
