package npyrand

// RandomState draws the numbers of numpy.random.RandomState: the Mersenne Twister MT19937 (Matsumoto & Nishimura, 1998). Its fields are
// exported so that it can be part of a saved state. Seed it before use.
type RandomState struct {
	Key  [624]uint32
	Next uint32 // of Key; 624 where it must be made anew
}

// Seed begins as RandomState(seed) does.
func (r *RandomState) Seed(seed uint32) {
	for i := range r.Key {
		r.Key[i] = seed
		seed = 1812433253*(seed^seed>>30) + uint32(i) + 1
	}
	r.Next = uint32(len(r.Key))
}

// Uint32 returns 32 random bits.
func (r *RandomState) Uint32() uint32 {
	if r.Next >= uint32(len(r.Key)) {
		r.generate()
	}
	y := r.Key[r.Next]
	r.Next++
	y ^= y >> 11
	y ^= y << 7 & 0x9d2c5680
	y ^= y << 15 & 0xefc60000
	return y ^ y>>18
}

func (r *RandomState) generate() {
	const n, m = 624, 397
	for i := range n {
		next := i + 1
		if next == n {
			next = 0
		}
		from := i + m
		if from >= n {
			from -= n
		}
		y := r.Key[i]&0x80000000 | r.Key[next]&0x7fffffff
		r.Key[i] = r.Key[from] ^ y>>1 ^ -(y&1)&0x9908b0df
	}
	r.Next = 0
}

// Float64 is rand(): from [0, 1), with 53 bits of two words.
func (r *RandomState) Float64() float64 {
	a, b := r.Uint32()>>5, r.Uint32()>>6
	return (float64(a)*(1<<26) + float64(b)) / (1 << 53)
}

// IntN is randint(n), for n from 1 to 2³²: words are masked to as many bits as n−1 has, until one is below n. Nothing is drawn for n = 1.
func (r *RandomState) IntN(n int) int {
	most := uint32(n - 1)
	if most == 0 {
		return 0
	}
	mask := most
	for shift := 1; shift < 32; shift *= 2 {
		mask |= mask >> shift
	}
	for {
		if v := r.Uint32() & mask; v <= most {
			return int(v)
		}
	}
}
