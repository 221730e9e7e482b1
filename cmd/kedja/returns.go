package main

import (
	"fmt"
	"math"
	"strconv"

	"github.com/kedja-ml/kedja/train/plots"
)

// drawReturns plots what episodes returned as a log has it: played while learning, a running mean of 20, and greedily in evaluations.
func drawReturns(path, log, env string) error {
	reports, err := plots.ReadLog(log)
	if err != nil {
		return err
	}
	const over = 20
	var sum float64
	var last []float64
	var played, mean, worst []plots.Point
	for _, r := range reports {
		step := float64(r.Step)
		if v, ok := r.Train["return"]; ok {
			last = append(last, v)
			sum += v
			if n := len(last); n > over {
				sum -= last[n-over-1]
			}
			played = append(played, plots.Point{Step: step, Value: sum / float64(min(len(last), over))})
		}
		if v, ok := r.Train["eval_return"]; ok {
			mean = append(mean, plots.Point{Step: step, Value: v})
			worst = append(worst, plots.Point{Step: step, Value: r.Train["eval_worst"]})
		}
	}
	if len(played)+len(mean) == 0 { // no episode has ended yet
		played = []plots.Point{{}}
	}
	return plots.WriteFile(path, plots.Figure{Title: env, X: "step", Y: "return", Lines: []plots.Line{
		{Name: fmt.Sprintf("while learning, mean of %d episodes", over), Points: played},
		{Name: "greedy, mean", Points: mean, Color: 1, Best: plots.Last},
		{Name: "greedy, worst", Points: worst, Color: 1, Dashed: true},
	}})
}

// score is a return as it is printed: small ones, such as shares of episodes won, want more decimals.
func score(v float64) string {
	decimals := 1
	if math.Abs(v) < 10 {
		decimals = 2
	}
	return strconv.FormatFloat(v, 'f', decimals, 64)
}
