// Package npyrand draws the numbers that NumPy's default generator draws: SeedSequence (O'Neill's seed_seq_fe) feeding PCG64,
// a 128-bit linear congruential generator with the XSL-RR output (O'Neill, 2014). Gymnasium's environments are seeded with it.
package npyrand

import "math/bits"

// Rand is a generator: its state and its increment, of 128 bits each, exported so that it can be part of a saved state. Seed it, or make one
// with New.
type Rand struct{ StateHi, StateLo, IncHi, IncLo uint64 }

const (
	multHi = 0x2360ED051FC65DA4
	multLo = 0x4385DF649FCCF645
)

// New returns the generator that numpy.random.default_rng(seed) would.
func New(seed uint64) *Rand {
	r := new(Rand)
	r.Seed(seed)
	return r
}

// Seed makes r what New(seed) is.
func (r *Rand) Seed(seed uint64) {
	w := generate(seed)
	*r = Rand{IncHi: w[2]<<1 | w[3]>>63, IncLo: w[3]<<1 | 1}
	r.step()
	var carry uint64
	r.StateLo, carry = bits.Add64(r.StateLo, w[1], 0)
	r.StateHi, _ = bits.Add64(r.StateHi, w[0], carry)
	r.step()
}

func (r *Rand) step() {
	hi, lo := bits.Mul64(r.StateLo, multLo)
	hi += r.StateHi*multLo + r.StateLo*multHi
	var carry uint64
	r.StateLo, carry = bits.Add64(lo, r.IncLo, 0)
	r.StateHi, _ = bits.Add64(hi, r.IncHi, carry)
}

// Uint64 returns 64 random bits.
func (r *Rand) Uint64() uint64 {
	r.step()
	return bits.RotateLeft64(r.StateHi^r.StateLo, -int(r.StateHi>>58))
}

// Float64 draws from [0, 1) with 53 bits.
func (r *Rand) Float64() float64 { return float64(r.Uint64()>>11) * 0x1p-53 }

// Uniform draws from [lo, hi).
func (r *Rand) Uniform(lo, hi float64) float64 { return lo + float64((hi-lo)*r.Float64()) }

// generate is SeedSequence(seed).generate_state(4, uint64), for a pool of four words.
func generate(seed uint64) (out [4]uint64) {
	entropy := [4]uint32{uint32(seed), uint32(seed >> 32)} // words that are not given count as 0
	const xshift = 16
	a := uint32(0x43b0d7e5)
	hash := func(v uint32) uint32 {
		v ^= a
		a *= 0x931e8875
		v *= a
		return v ^ v>>xshift
	}
	mix := func(x, y uint32) uint32 {
		v := 0xca01f9dd*x - 0x4973f715*y
		return v ^ v>>xshift
	}
	var pool [4]uint32
	for i, e := range entropy {
		pool[i] = hash(e)
	}
	for i := range pool {
		for j := range pool {
			if i != j {
				pool[j] = mix(pool[j], hash(pool[i]))
			}
		}
	}
	b := uint32(0x8b51f9dd)
	var words [8]uint32
	for i := range words {
		v := pool[i%4] ^ b
		b *= 0x58f38ded
		v *= b
		words[i] = v ^ v>>xshift
	}
	for i := range out {
		out[i] = uint64(words[2*i]) | uint64(words[2*i+1])<<32
	}
	return out
}
