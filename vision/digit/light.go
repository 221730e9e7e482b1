package digit

import (
	"image"
	"math"
	"slices"

	"golang.org/x/image/draw"
)

// uneven is how far the levels of a border may spread, without the outer sixths that ink at the border could take, before the
// light is called uneven.
const uneven = 24

// evenly returns the ink of a picture whose paper is brighter in one place than in another: a photograph with a gradient, dark
// corners, or a soft shadow. The paper at a point is the median around it, which ink is too thin to move; ink on light paper is measured
// by the share of light that it takes, which is the same in shadow. What is weaker than the grain, or than a quarter of the
// strongest ink, is paper.
func evenly(g *image.Gray) *image.Gray {
	const enough, long = 1000, 48
	g = within(g, enough)
	small := within(g, long)
	b := g.Rect
	paper := image.NewGray(b)
	draw.BiLinear.Scale(paper, b, medians(small, long/4), small.Rect, draw.Src, nil)

	var above, below float64
	for i, p := range g.Pix {
		d := float64(p) - float64(paper.Pix[i])
		if d > 0 {
			above += d * d
		} else {
			below += d * d
		}
	}
	strength, sizes := make([]float64, len(g.Pix)), make([]float64, len(g.Pix))
	for i, p := range g.Pix {
		d := float64(p) - float64(paper.Pix[i])
		if below >= above {
			d = -255 * d / max(1, float64(paper.Pix[i]))
		}
		strength[i], sizes[i] = d, math.Abs(d)
	}
	slices.Sort(sizes)
	grain, most := 5*sizes[len(sizes)/2], sizes[len(sizes)-1-len(sizes)/2000]
	low := max(grain, most/4, 12)
	out := image.NewGray(b)
	for i, d := range strength {
		if d > low && most > low {
			out.Pix[i] = uint8(min(255, 255*(d-low/2)/(most-low/2)))
		}
	}
	specks(out)
	return out
}

// within is g, scaled down if it is more than long pixels wide or high.
func within(g *image.Gray, long int) *image.Gray {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	if max(w, h) <= long {
		return g
	}
	out := image.NewGray(image.Rect(0, 0, max(1, w*long/max(w, h)), max(1, h*long/max(w, h))))
	draw.BiLinear.Scale(out, out.Rect, g, g.Rect, draw.Src, nil)
	return out
}

// specks takes away the patches of ink that are less than a twentieth of the largest: dust, and what is left of a shadow's edge.
func specks(g *image.Gray) {
	w := g.Rect.Dx()
	patch := make([]int, len(g.Pix)) // 0 for none yet
	sizes := []int{0}
	var open []int
	for i, p := range g.Pix {
		if p == 0 || patch[i] != 0 {
			continue
		}
		n := len(sizes)
		sizes = append(sizes, 0)
		patch[i], open = n, append(open, i)
		for len(open) > 0 {
			k := open[len(open)-1]
			open = open[:len(open)-1]
			sizes[n]++
			for _, d := range [8]image.Point{{-1, -1}, {0, -1}, {1, -1}, {-1, 0}, {1, 0}, {-1, 1}, {0, 1}, {1, 1}} {
				q := image.Pt(k%w, k/w).Add(d)
				if at := q.Y*w + q.X; q.In(g.Rect) && g.Pix[at] > 0 && patch[at] == 0 {
					patch[at], open = n, append(open, at)
				}
			}
		}
	}
	most := slices.Max(sizes)
	for i, n := range patch {
		if 20*sizes[n] < most {
			g.Pix[i] = 0
		}
	}
}

// medians replaces each level by the median of those at most r away, less near the border: a window that were cut there on one side
// only would find the paper of the other.
func medians(g *image.Gray, r int) *image.Gray {
	out := image.NewGray(g.Rect)
	w, h := g.Rect.Dx(), g.Rect.Dy()
	var near []uint8
	for y := range h {
		for x := range w {
			near = near[:0]
			rx, ry := max(4, min(r, x, w-1-x)), max(4, min(r, y, h-1-y))
			in := image.Rect(x-rx, y-ry, x+rx+1, y+ry+1).Intersect(g.Rect)
			for i := in.Min.Y; i < in.Max.Y; i++ {
				near = append(near, g.Pix[i*g.Stride+in.Min.X:i*g.Stride+in.Max.X]...)
			}
			slices.Sort(near)
			out.Pix[y*out.Stride+x] = near[len(near)/2]
		}
	}
	return out
}
