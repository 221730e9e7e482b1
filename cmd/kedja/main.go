// Kedja trains, inspects and tries the models that come with the library.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

type cli struct {
	Train struct {
		MNIST    trainMNIST    `cmd:"" name:"mnist" help:"Train a CNN to read handwritten digits."`
		CartPole trainCartPole `cmd:"" name:"cartpole" help:"Train a deep Q-network to balance a pole."`
	} `cmd:"" help:"Train a model."`
	Predict struct {
		MNIST predictMNIST `cmd:"" name:"mnist" help:"Read a handwritten digit from a PNG or JPEG."`
	} `cmd:"" help:"Use a trained model."`
	Graph struct {
		MNIST graphMNIST `cmd:"" name:"mnist" help:"Print the graph of the digit reader."`
	} `cmd:"" help:"Print a model's graph."`
	Gradcheck gradcheckCmd `cmd:"" help:"Check every op's derivatives against differences."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		if errors.Is(err, context.Canceled) {
			err = errors.New("interrupted")
		}
		fmt.Fprintln(os.Stderr, "kedja:", err)
		stop()
		os.Exit(1)
	}
}

// run parses and runs one command.
func run(ctx context.Context, args []string) error {
	parser, err := kong.New(&cli{}, kong.Name("kedja"),
		kong.Description("Kedja: differentiable graphs in Go."), kong.BindTo(ctx, (*context.Context)(nil)))
	if err != nil {
		return err
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	c, err := parser.Parse(args)
	if err != nil {
		return err
	}
	return c.Run()
}
