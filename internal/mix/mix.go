// Package mix makes seeds of seeds.
package mix

// Seed is SplitMix64's finaliser (Steele, Lea & Flood, 2014) over several words: a seed for each example of each epoch, whoever prepares it. It
// is never 0.
func Seed(words ...uint64) uint64 {
	var h uint64
	for _, w := range words {
		h += w + 0x9e3779b97f4a7c15
		h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
		h = (h ^ h>>27) * 0x94d049bb133111eb
		h ^= h >> 31
	}
	return h | 1
}
