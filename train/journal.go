package train

import (
	"fmt"

	"github.com/kedja-ml/kedja/checkpoint"
)

// A Journal is a file that grows as a run goes on. A checkpoint keeps its length, and when the run is resumed it is cut back to that, so that
// nothing is in it twice. [Log] is one.
type Journal interface {
	Name() string // of the file; those of one loop differ
	Offset() int64
	Sync() error
	Cut(offset int64) error
}

// A Logger is a Journal that is told what a loop reports, such as a tensorboard.Writer.
type Logger interface {
	Journal
	Report(Report) error
	Event(Event) error
}

// journals are those that there are.
func (l *Loop) journals() (all []Journal) {
	for _, log := range []*Log{l.Log, l.Times} {
		if log != nil {
			all = append(all, log)
		}
	}
	for _, log := range l.Loggers {
		all = append(all, log)
	}
	return all
}

// checkJournals reports names that do not tell them apart.
func (l *Loop) checkJournals() error {
	used := map[string]bool{}
	for _, j := range l.journals() {
		if used[j.Name()] {
			return fmt.Errorf("train: two logs are called %s, want different names", j.Name())
		}
		used[j.Name()] = true
	}
	return nil
}

// cutBack takes back what was written after a checkpoint was taken.
func (l *Loop) cutBack(c *checkpoint.Checkpoint) error {
	for _, j := range l.journals() {
		for _, kept := range c.Logs {
			if kept.Name == j.Name() {
				if err := j.Cut(kept.Offset); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
