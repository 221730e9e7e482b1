package vision

import (
	"github.com/kedja-ml/kedja/vision/augment"
	"github.com/kedja-ml/kedja/vision/mnist"
)

// Digits are the images of MNIST as a network takes them: normalised to mean 0 and standard deviation 1 over the training set, and
// varied by Vary where a seed is given.
type Digits struct {
	Vary augment.Affine
	set  *mnist.Set
}

// NewDigits returns the normalised view of a set, which varies by up to 2 pixels, 12 degrees and 8 % in size.
func NewDigits(s *mnist.Set) *Digits {
	return &Digits{Vary: augment.Affine{Shift: 2, Rotate: 12, Scale: 0.08}, set: s}
}

// Len is the number of images.
func (d *Digits) Len() int { return d.set.Len() }

// Mean and standard deviation of the training images, in units of the full brightness, as the factor and offset of a grey level.
const (
	factor = 1 / (255 * 0.3081)
	offset = -0.1307 / 0.3081
)

// Normalize maps grey levels p of 0…255 to x = (p/255 − mean)/deviation.
func Normalize(x []float32, levels []uint8) {
	for i, p := range levels {
		x[i] = float32(float32(p)*factor) + offset
	}
}

// Example writes image i to x, 784 elements, and returns its digit; seed 0 leaves it as it is.
func (d *Digits) Example(i int, seed uint64, x []float32) int32 {
	if seed == 0 {
		Normalize(x, d.set.Image(i))
	} else {
		d.Vary.Apply(x, d.set.Image(i), mnist.Rows, mnist.Columns, factor, offset, seed)
	}
	return int32(d.set.Labels[i])
}
