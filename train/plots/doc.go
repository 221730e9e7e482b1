// Package plots draws what a training run measured, as PNG files: train against validation with the best step marked, so that overfitting
// is seen.
//
//	loop.OnReport = func(r train.Report) error { reports = append(reports, r); return nil }
//	…
//	err := plots.WriteFile("loss.png", plots.Curves("loss", false, reports))
//
// It imports gonum/plot, which is why it is a package of its own.
package plots
