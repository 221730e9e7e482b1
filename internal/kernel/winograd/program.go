package winograd

import "github.com/kedja-ml/kedja/internal/kernel/winograd/internal/toom"

// lanes are the channels that a transform treats at once, one behind the other in memory.
const lanes = 16

// A kind is one of the transforms of F(m×m, 3×3).
type kind uint8

const (
	data       kind = iota // Bᵀ·d·B of (m+2)×(m+2) points
	result                 // Aᵀ·M·A: m×m results
	filter                 // G·g·Gᵀ of 3×3 taps
	cotangent              // A·dy·Aᵀ of m×m cotangents
	filterGrad             // Gᵀ·S·G: 3×3 cotangents of taps
	kinds
)

// programs are those of m = 2 and 4, by kind.
var programs = func() (p [2][kinds]*toom.Program) {
	for i, t := range []toom.Transforms{toom.Two(), toom.Four()} {
		p[i] = [kinds]*toom.Program{&t.Data, &t.Result, &t.Filter, &t.Cotangent, &t.FilterGrad}
	}
	return p
}()

// A view is a row of blocks in memory: how far rows, columns and blocks lie apart, from at on.
type view struct {
	data           []float32
	at             int
	row, col, step int
}

// check panics where a kernel would leave the memory.
func (v view) check(n, size int) {
	s := size - 1
	lo := v.at + min(0, s*v.row) + min(0, s*v.col)
	hi := v.at + max(0, s*v.row) + max(0, s*v.col) + (n-1)*v.step + lanes
	_ = v.data[lo:hi]
}

// A finish is added to results: a bias for each channel of a group, then the larger of that and a floor, 0 or −∞.
type finish struct{ bias, floor []float32 }

// transform computes n blocks P·D·Pᵀ by the program of a kind; only results are finished. tmp has room for tmpSize elements.
func transform(m int, k kind, n int, from, to view, tmp []float32, f *finish) {
	p := programs[m/2-1][k]
	if n == 0 {
		return
	}
	from.check(n, p.In)
	to.check(n, len(p.Out))
	tmp = tmp[:tmpSize]
	if !transformAsm(m, k, n, from, to, tmp, f) {
		transformGo(p, n, from, to, tmp, f)
	}
}

// Sizes that suffice for either m.
const (
	maxAlpha  = 6
	maxValues = 32 // of a program
	tmpSize   = maxAlpha * maxAlpha * lanes
)

// transformGo is the plain twin: it interprets the program.
func transformGo(p *toom.Program, n int, from, to view, tmp []float32, f *finish) {
	var values [maxValues][lanes]float32
	for i := range n {
		src, dst := from.data, to.data
		for b := range p.In {
			for a := range p.In {
				copy(values[a][:], src[from.at+i*from.step+a*from.row+b*from.col:])
			}
			interpret(p, &values)
			for o, v := range p.Out {
				copy(tmp[(o*p.In+b)*lanes:], values[v][:])
			}
		}
		for o := range p.Out {
			for b := range p.In {
				copy(values[b][:], tmp[(o*p.In+b)*lanes:])
			}
			interpret(p, &values)
			for c, v := range p.Out {
				y := values[v]
				if f != nil {
					for l := range y {
						if y[l] += f.bias[l]; y[l] < f.floor[l] {
							y[l] = f.floor[l]
						}
					}
				}
				copy(dst[to.at+i*to.step+o*to.row+c*to.col:], y[:])
			}
		}
	}
}

// interpret computes the steps of a program behind its inputs.
func interpret(p *toom.Program, values *[maxValues][lanes]float32) {
	for i, s := range p.Steps {
		x, y, to := &values[s.X], &values[s.Y], &values[p.In+i]
		a, b := float32(s.A), float32(s.B)
		switch {
		case b == 0:
			for l := range to {
				to[l] = float32(a * x[l])
			}
		default:
			for l := range to {
				to[l] = float32(a*x[l]) + float32(b*y[l])
			}
		}
	}
}

// behind is the view of the blocks from the n-th on.
func (v view) behind(n int) view {
	v.at += n * v.step
	return v
}
