package winograd

import (
	"math"

	"github.com/kedja-ml/kedja/internal/kernel/conv"
	"github.com/kedja-ml/kedja/internal/kernel/winograd/internal/toom"
)

// matrix is what a program computes, by the magnitudes of its coefficients.
func matrix(p *toom.Program) [][]float64 {
	m := make([][]float64, len(p.Out))
	for i := range p.In {
		v := make([]float64, p.In, p.In+len(p.Steps))
		v[i] = 1
		for _, s := range p.Steps {
			v = append(v, s.A*v[s.X]+s.B*v[s.Y])
		}
		for o, at := range p.Out {
			m[o] = append(m[o], math.Abs(v[at]))
		}
	}
	return m
}

// apply is m·d·mᵀ.
func apply(m [][]float64, d func(a, b int) float64) func(a, b int) float64 {
	out := make([][]float64, len(m))
	for i := range m {
		out[i] = make([]float64, len(m))
		for j := range m {
			for a, x := range m[i] {
				for b, y := range m[j] {
					out[i][j] += x * y * d(a, b)
				}
			}
		}
	}
	return func(a, b int) float64 { return out[a][b] }
}

// bound is what doc.go says, plus what results below the least normal number are rounded to.
func bound(s conv.Shape, role conv.Role, m int, o operands[float32]) []float64 {
	kinds := programs[m/2-1]
	b, g, at := matrix(kinds[data]), matrix(kinds[filter]), matrix(kinds[result])
	gt, a := matrix(kinds[filterGrad]), matrix(kinds[cotangent])
	form := s
	if role == conv.X { // a forward pass over y with turned filters
		form.C, form.K, form.In, form.Out = s.K, s.C, s.Out, s.In
		form.Pad = [3]int{0, 2 - s.Pad[1], 2 - s.Pad[2]}
	}
	abs := func(t []float32, n, c, channels int, size [3]int, h, w int) float64 {
		if h < 0 || h >= size[1] || w < 0 || w >= size[2] {
			return 0
		}
		return math.Abs(float64(t[((n*channels+c)*size[1]+h)*size[2]+w]))
	}
	images := o.x
	if role == conv.X {
		images = o.y
	}
	weight := func(k, c int) func(i, j int) float64 {
		return func(i, j int) float64 {
			if role == conv.X {
				return math.Abs(float64(o.w[(c*s.C+k)*9+8-3*i-j]))
			}
			return math.Abs(float64(o.w[(k*s.C+c)*9+3*i+j]))
		}
	}
	tiles := [2]int{(form.Out[1] + m - 1) / m, (form.Out[2] + m - 1) / m}
	terms := form.C
	out := make([]float64, form.N*form.K*form.Out[1]*form.Out[2])
	if role == conv.W {
		terms = s.N * tiles[0] * tiles[1]
		out = make([]float64, len(o.w))
	}
	factor := float64(terms+28) * 0x1p-24
	factor /= 1 - factor
	for i := range out {
		out[i] = 0x1p-120 // products of denormal numbers vanish
	}
	sums := map[[2]int][6][6]float64{}
	for n := range form.N {
		for ti := range tiles[0] {
			for tj := range tiles[1] {
				points := make([]func(a, b int) float64, form.C)
				for c := range points {
					points[c] = apply(b, func(i, j int) float64 {
						return abs(images, n, c, form.C, form.In, ti*m+i-form.Pad[1], tj*m+j-form.Pad[2])
					})
				}
				for k := range form.K {
					if role == conv.W {
						grad := apply(a, func(i, j int) float64 { return abs(o.y, n, k, s.K, s.Out, ti*m+i, tj*m+j) })
						for c := range points {
							sum := sums[[2]int{k, c}]
							for i := range m + 2 {
								for j := range m + 2 {
									sum[i][j] += grad(i, j) * points[c](i, j)
								}
							}
							sums[[2]int{k, c}] = sum
						}
						continue
					}
					var sum [6][6]float64
					for c := range points {
						w := apply(g, weight(k, c))
						for i := range m + 2 {
							for j := range m + 2 {
								sum[i][j] += w(i, j) * points[c](i, j)
							}
						}
					}
					y := apply(at, func(i, j int) float64 { return sum[i][j] })
					for i := range min(m, form.Out[1]-ti*m) {
						for j := range min(m, form.Out[2]-tj*m) {
							out[((n*form.K+k)*form.Out[1]+ti*m+i)*form.Out[2]+tj*m+j] += factor * y(i, j)
						}
					}
				}
			}
		}
	}
	for key, sum := range sums {
		w := apply(gt, func(i, j int) float64 { return sum[i][j] })
		for i := range 9 {
			out[(key[0]*s.C+key[1])*9+i] += factor * w(i/3, i%3)
		}
	}
	return out
}
