// Package progress shows how far a run is on a terminal: a bar with the rate and the time left.
//
//	bar := progress.New(os.Stderr, "training")
//	loop.OnStep = bar.Step
//	outcome, err := loop.Run(ctx)
//	bar.Done()
//
// Where the output is no terminal, nothing is written: what is kept in a file is read as lines. The package imports
// schollz/progressbar, which is why it is a package of its own.
package progress

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/kedja-ml/kedja/train"
)

// A Bar is for one goroutine at a time.
type Bar struct {
	to      io.Writer
	doing   string
	visible bool
	bar     *progressbar.ProgressBar
	first   int // the step that this process began at
}

// New returns a bar that appears with the second step.
func New(to io.Writer, doing string) *Bar {
	f, ok := to.(*os.File)
	return &Bar{to: to, doing: doing, visible: ok && term.IsTerminal(int(f.Fd()))}
}

// Set tells that so many steps of all are done. The rate is that of this process: where it resumed a run, the bar is about what was left
// then.
func (b *Bar) Set(step, steps int) {
	if !b.visible || step > steps {
		return
	}
	if b.bar == nil {
		doing := b.doing
		if b.first = step - 1; b.first > 0 {
			doing = fmt.Sprintf("%s after step %d", doing, b.first)
		}
		b.bar = progressbar.NewOptions(steps-b.first, progressbar.OptionSetWriter(b.to), progressbar.OptionSetDescription(doing),
			progressbar.OptionShowCount(), progressbar.OptionShowTotalBytes(true), progressbar.OptionShowIts(), progressbar.OptionSetItsString("steps"),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish(), progressbar.OptionSetPredictTime(true),
			progressbar.OptionSetElapsedTime(true))
		b.bar.StartWithoutRender()
		return // the time of this step is not known, so that it waits for the next
	}
	_ = b.bar.Set(step - b.first) // a terminal that does not take it shows no bar
}

// Step is an OnStep of a loop.
func (b *Bar) Step(s train.Step) error {
	b.Set(s.Step, s.Steps)
	return nil
}

// Clear makes room for a line; the next step draws the bar below it.
func (b *Bar) Clear() {
	if b.bar != nil {
		_ = b.bar.Clear()
	}
}

// Done takes the bar away.
func (b *Bar) Done() {
	if b.bar != nil && !b.bar.IsFinished() {
		_ = b.bar.Exit()
		_ = b.bar.Clear()
	}
	b.bar = nil
}
