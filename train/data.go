package train

import (
	"math/rand/v2"
	"runtime"
	"slices"

	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/internal/mix"
	"github.com/kedja-ml/kedja/internal/workers"
)

// Images are labelled examples of one size, such as vision/mnist gives.
type Images interface {
	Len() int
	// Example writes example i, normalised, to x and returns its label. If augment is not 0 it may vary the example, by
	// that seed alone. It is called from several goroutines at once.
	Example(i int, augment uint64, x []float32) (label int32)
}

// Split returns the numbers of n examples in two parts, the second of the given length, drawn by seed.
func Split(n, second int, seed uint64) (a, b []int) {
	n = max(0, n)
	a, b, _ = data.Holdout(n, max(0, min(n, second)), seed) // which fails on what is clamped here
	return a, b
}

// A loader fills batches. It is the plan's feed: the buffers are the same at every step.
type loader struct {
	data   Images
	index  []int // as given
	order  []int // of this epoch
	size   int   // elements of an example
	x      []float32
	y      []int32
	at     int
	seed   uint64 // of the augmentation, 0 for none
	epoch  uint64
	worker int
}

func newLoader(data Images, index []int, batch, size int, seed uint64, cores int) *loader {
	if cores < 1 {
		cores = runtime.GOMAXPROCS(0)
	}
	return &loader{
		data: data, index: index, order: slices.Clone(index), size: size, seed: seed, worker: cores,
		x: make([]float32, batch*size), y: make([]int32, batch),
	}
}

// shuffle begins an epoch in an order that depends on the seed and the epoch alone, so that training can go on from any epoch.
func (l *loader) shuffle(seed, epoch uint64) {
	r := rand.New(rand.NewPCG(seed, epoch))
	copy(l.order, l.index)
	r.Shuffle(len(l.order), func(i, j int) { l.order[i], l.order[j] = l.order[j], l.order[i] })
	l.at, l.epoch = 0, epoch
}

// next fills the batch and reports how many examples of the epoch are in it, 0 at the end. A last batch that is not full is filled
// up from the first examples on, as often as it takes: those are not counted.
func (l *loader) next() (count int) {
	count = min(len(l.y), len(l.order)-l.at)
	if count <= 0 {
		return 0
	}
	workers.Run(l, (len(l.y)+chunk-1)/chunk, l.worker)
	l.at += count
	return count
}

const chunk = 8

// Do fills one chunk of the batch; for the worker pool.
func (l *loader) Do(task, _ int) {
	for k := task * chunk; k < min(len(l.y), (task+1)*chunk); k++ {
		i := l.order[(l.at+k)%len(l.order)]
		var seed uint64
		if l.seed != 0 {
			seed = mix.Seed(l.seed, l.epoch, uint64(i))
		}
		l.y[k] = l.data.Example(i, seed, l.x[k*l.size:(k+1)*l.size])
	}
}
