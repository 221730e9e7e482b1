// Kedja trains, inspects and tries the models that come with the library.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/kedja-ml/kedja/train/console"
	"github.com/kedja-ml/kedja/vision/recipe"
)

type cli struct {
	Train struct {
		MNIST  trainMNIST  `cmd:"" name:"mnist" set:"recipes=${mnist}" help:"Train a network to read handwritten digits."`
		Images trainImages `cmd:"" name:"images" set:"recipes=${images}" help:"Train a network to tell the classes of your own images apart."`

		kong.Plugins // a command for each environment
	} `cmd:"" help:"Train a model."`
	Resume  resumeCmd `cmd:"" help:"Go on with a run that was stopped: to the same bits as if it had not been."`
	Verify  verifyCmd `cmd:"" help:"Check every sum of a run's checkpoints, and replay steps to the same bits."`
	Predict struct {
		MNIST  predictMNIST  `cmd:"" name:"mnist" help:"Read a handwritten digit from a PNG or JPEG."`
		Images predictImages `cmd:"" name:"images" help:"Tell the class of pictures."`
	} `cmd:"" help:"Use a trained model."`
	Play  playCmd `cmd:"" help:"Watch an agent play, in the terminal or as GIF."`
	Bench struct {
		RL benchRL `cmd:"" name:"rl" help:"Train agents over several seeds: mean, interquartile mean and interval of their returns."`
	} `cmd:"" help:"Measure."`
	Graph struct {
		File  graphFile  `cmd:"" name:"file" default:"withargs" help:"Print a saved graph; the word file may be left out."`
		MNIST graphMNIST `cmd:"" name:"mnist" help:"Print the graph of the digit reader."`
	} `cmd:"" help:"Print a model's graph."`
	Gradcheck gradcheckCmd `cmd:"" help:"Check every op's derivatives against differences."`
}

// streams are where a command writes: results to out; progress and errors to err.
type streams struct{ out, err io.Writer }

func main() {
	os.Exit(command(console.Interruptible(), os.Args[1:], streams{os.Stdout, os.Stderr}))
}

// command runs one command and returns the exit code: 0, or 1 after one line that says what went wrong.
func command(ctx context.Context, args []string, to streams) int {
	err := run(ctx, args, to)
	if err == nil {
		return 0
	}
	fmt.Fprintln(to.err, "kedja:", line(err))
	return 1
}

// line is an error's text on one line; errors that were joined come one a line.
func line(err error) string {
	return strings.NewReplacer("\n- ", "; ", "\n", "; ").Replace(strings.TrimSpace(err.Error()))
}

// newFolder makes the folder of a run, and looks whether its files can be written there before work is put into them.
func newFolder(dir string, files ...string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, name := range files {
		path := filepath.Join(dir, name)
		if i, err := os.Stat(path); err == nil && i.IsDir() {
			return fmt.Errorf("%s: is a directory", path)
		}
	}
	probe, err := os.CreateTemp(dir, ".kedja-*")
	if err != nil {
		return err
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// run parses and runs one command.
func run(ctx context.Context, args []string, to streams) error {
	helped := false
	c := &cli{}
	c.Train.Plugins = kong.Plugins{trainAgents()}
	parser, err := kong.New(c, kong.Name("kedja"), kong.Description("Kedja: differentiable graphs in Go."),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(to), kong.Vars{"mnist": helps(recipe.MNIST()), "images": helps(recipe.Images())}, kong.Writers(to.out, to.err), kong.Exit(func(int) { helped = true }))
	if err != nil {
		return err
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if helped { // the parser goes on after printing help, where the process does not end
		return nil
	}
	if err != nil {
		return err
	}
	return parsed.Run()
}

// helps describes recipes in a line.
func helps(rs []recipe.Recipe) string {
	var texts []string
	for _, r := range rs {
		texts = append(texts, r.Name+" ("+r.Help+")")
	}
	return strings.Join(texts, ", ")
}
