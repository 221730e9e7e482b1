package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"

	"github.com/kedja-ml/kedja/checkpoint"
	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/data/folder"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/safetensors"
	"github.com/kedja-ml/kedja/vision"
	"github.com/kedja-ml/kedja/vision/imageset"
	"github.com/kedja-ml/kedja/vision/recipe"
)

type trainImages struct {
	learning `embed:""`
	Data     string `required:"" type:"path" help:"Folder of IDX files, of CIFAR-10's binary files, or with a folder of pictures for each class; train/ and test/ in it may divide those."`
	Side     int    `default:"32" help:"Height and width that pictures are scaled to."`
	Grey     bool   `help:"Pictures in grey levels rather than colours."`
	Found    *about `kong:"-"` // what the images were when the run began
}

// about is what it takes to read other images as those of a run were; it is kept with the weights.
type about struct {
	Recipe  string
	Format  vision.Format
	Names   []string
	Moments data.Moments // of the images that were trained on
	Train   int          // how many there were, for training and validation
	Test    int
}

// Run trains from the seed's random weights, or from those of --from.
func (c *trainImages) Run(ctx context.Context, to streams) error {
	j, err := c.job()
	if err != nil {
		return err
	}
	return j.run(ctx, to, false)
}

func (c *trainImages) job() (*job, error) {
	r, err := c.chosen("images", recipe.Images())
	if err != nil {
		return nil, err
	}
	if c.Side < 4 || c.Side > 1024 {
		return nil, fmt.Errorf("train images: --side %d, want 4 to 1024", c.Side)
	}
	set, err := imageset.Open(c.Data, imageset.Options{Side: c.Side, Grey: c.Grey})
	if err != nil {
		return nil, fmt.Errorf("train images: %w", err)
	}
	if r.Holdout == 0 {
		r.Holdout = max(1, set.Train.Len()/10)
	}
	j := &job{learning: c.learning, name: "images", settings: c, recipe: r, format: set.Format, test: set.Test, close: set.Close}
	if err := j.divide(set.Train); err != nil {
		return nil, errors.Join(err, set.Close())
	}
	j.recipe.Batch = max(1, min(r.Batch, j.fit.Len()))
	now := about{Recipe: r.Name, Format: set.Format, Names: set.Names, Train: set.Train.Len()}
	if set.Test != nil {
		now.Test = set.Test.Len()
	}
	if c.Found == nil {
		if now.Moments, err = imageset.Moments(j.fit); err != nil {
			return nil, errors.Join(err, set.Close())
		}
		c.Found = &now
	}
	if was := *c.Found; was.Format != now.Format || !slices.Equal(was.Names, now.Names) || was.Train != now.Train || was.Test != now.Test {
		return nil, errors.Join(fmt.Errorf("train images: %s holds %d and %d images, %v; the run began with %d and %d, %v",
			c.Data, now.Train, now.Test, now.Format, was.Train, was.Test, was.Format), set.Close())
	}
	j.moments, j.about = c.Found.Moments, c.Found
	return j, nil
}

// names are those of the classes, none where the command knows them.
func (a *about) names() []string {
	if a == nil {
		return nil
	}
	return a.Names
}

// metadata is what the file of weights tells about the images.
func (a *about) metadata() map[string]string {
	m := map[string]string{"format": "kedja"}
	if a != nil {
		b, err := json.Marshal(a)
		if err == nil { // it is plain numbers and names
			m["images"] = string(b)
		}
	}
	return m
}

type predictImages struct {
	Images  []string `arg:"" help:"Pictures: PNG, JPEG, GIF, BMP, TIFF or WebP." type:"path"`
	Weights string   `required:"" help:"Folder of a run of train images, or its weights." type:"path"`
	Top     int      `default:"3" help:"How many classes to print."`
}

// Run prints the most probable classes of each picture.
func (c *predictImages) Run(to streams) error {
	if c.Top < 1 {
		return fmt.Errorf("predict images: want at least 1 class, not %d", c.Top)
	}
	a, model, err := c.load()
	if err != nil {
		return fmt.Errorf("predict images: %w", err)
	}
	f := a.Format
	g := graph.New(graph.Evaluation)
	x := g.Input("image", graph.Float32, 1, f.Channels, f.Height, f.Width)
	p, err := exec.Compile(g, exec.In(x), exec.Out(ops.Softmax(model.Forward(x), -1)))
	if err != nil {
		return err
	}
	levels := make([]uint8, f.Channels*f.Height*f.Width)
	image := make([]float32, len(levels))
	for _, path := range c.Images {
		if err := folder.Picture(path, folder.Options{Height: f.Height, Width: f.Width, Color: f.Channels == 3}, levels); err != nil {
			return fmt.Errorf("predict images: %w", err)
		}
		vision.Normalize(image, levels, a.Moments)
		out, err := p.RunBuffers(graph.BufferOf(image, 1, f.Channels, f.Height, f.Width))
		if err != nil {
			return err
		}
		if len(c.Images) > 1 {
			fmt.Fprintf(to.out, "%s\n", path)
		}
		printTop(to, graph.Data[float32](out[0]), a.Names, c.Top)
	}
	return nil
}

// load makes the model that a file of weights describes.
func (c *predictImages) load() (*about, nn.Layer, error) {
	path, err := weightsAt(c.Weights, "the folder of a finished run")
	if err != nil {
		return nil, nil, err
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	f, err := safetensors.Decode(b)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	text, ok := f.Metadata["images"]
	if !ok {
		return nil, nil, fmt.Errorf("%s: says nothing about its images, want weights that train images wrote", path)
	}
	var a about
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		return nil, nil, fmt.Errorf("%s: what it says about its images: %w", path, err)
	}
	rs := recipe.Images()
	k := slices.IndexFunc(rs, func(r recipe.Recipe) bool { return r.Name == a.Recipe })
	if s := a.Format; k < 0 || min(s.Channels, s.Classes) < 1 || min(s.Height, s.Width) < 4 || max(s.Channels, s.Height, s.Width) > 1<<12 ||
		len(a.Names) != s.Classes || len(a.Moments.Mean) != s.Channels || len(a.Moments.Deviation) != s.Channels {
		return nil, nil, fmt.Errorf("%s: images %+v with %d names by the recipe %q: this program cannot read such", path, s, len(a.Names), a.Recipe)
	}
	model := rs[k].Model(rand.New(rand.NewPCG(0, 0)), a.Format)
	if err := checkpoint.Assign(nn.Vars(model), f.Tensors); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	return &a, model, nil
}

// printTop prints the most probable classes.
func printTop(to streams, probabilities []float32, names []string, top int) {
	order := make([]int, len(probabilities))
	wide := 0
	for k := range order {
		order[k], wide = k, max(wide, len(names[k]))
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(probabilities[b], probabilities[a]) })
	for _, k := range order[:min(top, len(order))] {
		fmt.Fprintf(to.out, "%s%s  %.4f\n", names[k], strings.Repeat(" ", wide-len(names[k])), probabilities[k])
	}
}
