package console

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/kedja-ml/kedja/checkpoint"
	"github.com/kedja-ml/kedja/train"
	"github.com/kedja-ml/kedja/train/plots"
	"github.com/kedja-ml/kedja/train/tensorboard"
)

// Main is a program that trains what build makes, in the folder its argument names, or in dir. Interrupted or killed and started again, it
// goes on from the newest checkpoint; an error is one line and the exit status 1.
//
//	program [-inexact] [-tensorboard] [folder]
//	program -check [folder]              every sum of every checkpoint
//	program -replay 200:400 [folder]     also does those steps again and compares every bit
//
// Every checkpoint that Loop.Checkpoints asks for is written; three are kept beside the best one. At the end the folder holds curves.png
// and weights.safetensors, of the best step where Loop.Stop is set, of the mean where Loop.EMA is.
func Main(dir string, build func() (*train.Loop, error)) {
	to := Streams{os.Stdout, os.Stderr}
	err := command(Interruptible(), os.Args[1:], dir, build, to)
	switch {
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(to.Err, strings.ReplaceAll(err.Error(), "\n", "; "))
		os.Exit(1)
	}
}

func command(ctx context.Context, args []string, dir string, build func() (*train.Loop, error), to Streams) error {
	flags := flag.NewFlagSet("train", flag.ContinueOnError)
	flags.SetOutput(to.Err)
	inexact := flags.Bool("inexact", false, "go on even where the program or the processor is another, so that the bits may differ")
	events := flags.Bool("tensorboard", false, "write events for TensorBoard too")
	check := flags.Bool("check", false, "check every sum of the checkpoints instead of training")
	again := flags.String("replay", "", "as -check, and do the steps from one checkpoint to another again, such as 200:400")
	if err := flags.Parse(args); err != nil {
		return err
	}
	switch flags.NArg() {
	case 0:
	case 1:
		dir = flags.Arg(0)
	default:
		return fmt.Errorf("folders %q, want one", flags.Args())
	}
	steps, err := Range(*again)
	if err != nil {
		return err
	}
	if *check || steps != nil {
		ends, err := Check(dir, to.Out, steps...)
		if err != nil || steps == nil {
			return err
		}
		l, err := build()
		if err != nil {
			return err
		}
		return Replay(ctx, l, ends, to.Out)
	}
	l, err := build()
	if err != nil {
		return err
	}
	if l.Checkpoints == nil {
		l.Checkpoints = &train.Checkpoints{}
	}
	l.Checkpoints.Inexact = l.Checkpoints.Inexact || *inexact
	if *events {
		w, err := tensorboard.Open(dir)
		if err != nil {
			return err
		}
		defer w.Close()
		l.Loggers = append(l.Loggers, w)
	}
	return Run(ctx, l, dir, to)
}

// Run trains in a folder, or goes on there, and writes curves.png and weights.safetensors, as Main says.
func Run(ctx context.Context, l *train.Loop, dir string, to Streams) (err error) {
	folder, err := l.Open(dir, checkpoint.Options{Last: 3})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, folder.Close()) }()
	done := Show(l, to)
	_, err = l.Continue(ctx)
	done()
	if err != nil {
		return err
	}
	if err := Settle(l, to.Out); err != nil {
		return err
	}
	reports, err := plots.ReadLog(filepath.Join(dir, train.LogFile))
	if err != nil {
		return err
	}
	figures := []plots.Figure{plots.Curves("loss", false, reports)}
	if v := l.Validation; v != nil && v.Metric != "" && v.Metric != "loss" {
		figures = append(figures, plots.Curves(v.Metric, v.Larger, reports))
	}
	err = errors.Join(plots.WriteFile(filepath.Join(dir, "curves.png"), figures...), train.Save(filepath.Join(dir, "weights.safetensors"), l.Model))
	if err == nil {
		fmt.Fprintf(to.Out, "wrote weights.safetensors, curves.png and %s to %s\n", train.LogFile, dir)
	}
	return err
}

// Settle gives the model the weights that a run is for: those of the best step where Loop.Stop is set, and of their mean where Loop.EMA is.
func Settle(l *train.Loop, to io.Writer) error {
	if l.Stop != nil {
		best, err := l.RestoreBest()
		if err != nil {
			return err
		}
		fmt.Fprintf(to, "the best weights are those of step %d\n", best)
	}
	if l.EMA != nil {
		l.EMA.Swap()
	}
	return nil
}
