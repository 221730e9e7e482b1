package vision

import (
	"fmt"

	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/graph"
)

// A Variation changes an image by a seed alone: it writes a·p + b for its levels p. It is called from several goroutines at once.
// [augment.Affine] is one.
type Variation interface {
	Apply(dst []float32, src []uint8, h, w int, a, b float32, seed uint64)
}

// Prepare turns examples of levels, uint8 [channels, h, w], and a label into what a network takes: float32 normalised channel by channel,
// and the label. Where a seed is given, vary changes all channels alike; nil leaves them as they are.
func Prepare(set data.Dataset, m data.Moments, vary Variation) (data.Dataset, error) {
	t := set.Types()
	if len(t) != 2 || t[0].Dtype != graph.Uint8 || t[0].Shape.Rank() != 3 {
		return nil, fmt.Errorf("vision: examples of %v, want levels uint8[channels h w] and a label", t)
	}
	s := t[0].Shape
	if len(m.Mean) != s.Dim(0) || len(m.Deviation) != s.Dim(0) {
		return nil, fmt.Errorf("vision: moments of %d channels for images %v", len(m.Mean), s)
	}
	h, w := s.Dim(1), s.Dim(2)
	return data.Map(set, []graph.Type{{Dtype: graph.Float32, Shape: s}, t[1]}, func(seed uint64, in, out []graph.Buffer) error {
		copy(out[1].Bytes(), in[1].Bytes())
		levels, x := graph.Data[uint8](in[0]), graph.Data[float32](out[0])
		if seed == 0 || vary == nil {
			Normalize(x, levels, m)
			return nil
		}
		for c := range m.Mean {
			a, b := affine(m, c)
			vary.Apply(x[c*h*w:(c+1)*h*w], levels[c*h*w:(c+1)*h*w], h, w, a, b, seed)
		}
		return nil
	}), nil
}

// Normalize maps levels p of 0…255 to x = (p/255 − mean)/deviation, channel by channel.
func Normalize(x []float32, levels []uint8, m data.Moments) {
	n := len(levels) / max(1, len(m.Mean))
	for c := range m.Mean {
		a, b := affine(m, c)
		part := x[c*n : (c+1)*n]
		for i, p := range levels[c*n : (c+1)*n] {
			part[i] = float32(float32(p)*a) + b
		}
	}
}

// affine is the normalisation of a level as a factor and an offset. A channel that never changes is only shifted.
func affine(m data.Moments, c int) (a, b float32) {
	d := m.Deviation[c]
	if d == 0 {
		d = 1
	}
	return float32(1 / (255 * d)), float32(-m.Mean[c] / d)
}
