// Package philox holds the counter-based generator Philox 4×32-10 of Salmon, Moraes, Dror & Shaw (Parallel random numbers: as easy
// as 1, 2, 3; SC 2011, section 4.3), and loops that fill slices from it.
//
// A block of four words is a function of a key and a counter alone. So an element of a draw depends on its index and on nothing
// else: neither on how the work is cut nor on who does which part.
package philox

// The multipliers, and the Weyl sequences that the key is bumped by between rounds: the golden ratio and √3 − 1.
const (
	mul0, mul1   = 0xD2511F53, 0xCD9E8D57
	weyl0, weyl1 = 0x9E3779B9, 0xBB67AE85
)

// Block returns the four words of a counter under a key. The ten rounds are written out: a loop takes more than twice as long.
func Block(c0, c1, c2, c3, k0, k1 uint32) (w0, w1, w2, w3 uint32) {
	c0, c1, c2, c3 = round(c0, c1, c2, c3, k0, k1)
	k0, k1 = k0+weyl0, k1+weyl1
	c0, c1, c2, c3 = round(c0, c1, c2, c3, k0, k1)
	k0, k1 = k0+weyl0, k1+weyl1
	c0, c1, c2, c3 = round(c0, c1, c2, c3, k0, k1)
	k0, k1 = k0+weyl0, k1+weyl1
	c0, c1, c2, c3 = round(c0, c1, c2, c3, k0, k1)
	k0, k1 = k0+weyl0, k1+weyl1
	c0, c1, c2, c3 = round(c0, c1, c2, c3, k0, k1)
	k0, k1 = k0+weyl0, k1+weyl1
	c0, c1, c2, c3 = round(c0, c1, c2, c3, k0, k1)
	k0, k1 = k0+weyl0, k1+weyl1
	c0, c1, c2, c3 = round(c0, c1, c2, c3, k0, k1)
	k0, k1 = k0+weyl0, k1+weyl1
	c0, c1, c2, c3 = round(c0, c1, c2, c3, k0, k1)
	k0, k1 = k0+weyl0, k1+weyl1
	c0, c1, c2, c3 = round(c0, c1, c2, c3, k0, k1)
	k0, k1 = k0+weyl0, k1+weyl1
	return round(c0, c1, c2, c3, k0, k1)
}

func round(c0, c1, c2, c3, k0, k1 uint32) (w0, w1, w2, w3 uint32) {
	a, b := uint64(c0)*mul0, uint64(c2)*mul1
	return uint32(b>>32) ^ c1 ^ k0, uint32(b), uint32(a>>32) ^ c3 ^ k1, uint32(a)
}

// A Source is a sequence of 2³² blocks: draw number Stream, of step Step, under root seed Seed.
type Source struct {
	Seed, Step uint64
	Stream     uint32
}

// Block returns block i: the key is the seed, and the counter is i, the stream and the step, low words first.
func (s Source) Block(i uint32) (w0, w1, w2, w3 uint32) {
	return Block(i, s.Stream, uint32(s.Step), uint32(s.Step>>32), uint32(s.Seed), uint32(s.Seed>>32))
}

// Blocks is the number of blocks of a source: an array that needs more cannot be drawn.
const Blocks = 1 << 32
