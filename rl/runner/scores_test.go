package runner_test

import (
	"math"
	"testing"

	"github.com/kedja-ml/kedja/rl/runner"
)

// IQM is scipy.stats.trim_mean(x, 0.25) where quarters are whole, as rliable has it.
func TestScores(t *testing.T) {
	s := runner.Scores{9, 1, 2, 3, 4, 5, 6, 7}
	if s.Mean() != 4.625 || s.Worst() != 1 || s.IQM() != (3.0+4+5+6)/4 {
		t.Error(s.Mean(), s.Worst(), s.IQM())
	}
	if got := (runner.Scores{0, 1, 10}).IQM(); math.Abs(got-(0.25*0+1+0.25*10)/1.5) > 1e-12 {
		t.Error(got)
	}
	if got := (runner.Scores{7}).IQM(); got != 7 {
		t.Error(got)
	}
	if low, high := s.Interval(0.95); !(low < s.IQM() && s.IQM() < high && low >= 1 && high <= 9) {
		t.Error(low, high)
	}
	if low, high := (runner.Scores{5, 5, 5}).Interval(0.95); low != 5 || high != 5 {
		t.Error(low, high)
	}
}
