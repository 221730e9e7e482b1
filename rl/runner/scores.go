package runner

import (
	"math/rand/v2"
	"slices"
)

// Scores are one of each seed.
type Scores []float64

// Mean is that of the scores.
func (s Scores) Mean() float64 { return s.between(0, 1) }

// Worst is the smallest.
func (s Scores) Worst() float64 { return slices.Min(s) }

// IQM is the interquartile mean, of the middle half, in which scores at the quartiles count in part (Agarwal et al., 2021, section 4.3).
func (s Scores) IQM() float64 { return s.between(0.25, 0.75) }

// between is the mean of the scores from one quantile to another.
func (s Scores) between(from, to float64) float64 {
	sorted := slices.Sorted(slices.Values(s))
	n := float64(len(sorted))
	sum, weight := 0.0, 0.0
	for i, v := range sorted {
		w := max(0, min(float64(i+1), to*n)-max(float64(i), from*n))
		sum, weight = sum+w*v, weight+w
	}
	return sum / weight
}

// Interval holds the IQM with a confidence, by 10,000 resamples with replacement (the percentile bootstrap of Agarwal et al.).
func (s Scores) Interval(confidence float64) (low, high float64) {
	r := rand.New(rand.NewPCG(1, 1))
	means := make([]float64, 10_000)
	draw := make(Scores, len(s))
	for i := range means {
		for k := range draw {
			draw[k] = s[r.IntN(len(s))]
		}
		means[i] = draw.IQM()
	}
	slices.Sort(means)
	at := func(q float64) float64 { return means[int(q*float64(len(means)-1))] }
	return at((1 - confidence) / 2), at((1 + confidence) / 2)
}
