package data

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/kedja-ml/kedja/internal/mix"
)

// Holdout returns the numbers of n examples in two parts, the second of the given length, drawn by seed.
func Holdout(n, second int, seed uint64) (first, held []int, err error) {
	if n < 0 || second < 0 || second > n {
		return nil, nil, fmt.Errorf("data: hold out %d of %d examples, want 0 to %d", second, n, max(0, n))
	}
	p := rand.New(rand.NewPCG(seed, 0x5eed)).Perm(n)
	return p[:n-second], p[n-second:], nil
}

// Divide is Holdout as two sets: the examples of d that are trained on, and those that are held out.
func Divide(d Dataset, second int, seed uint64) (fit, held Dataset, err error) {
	a, b, err := Holdout(d.Len(), second, seed)
	if err != nil {
		return nil, nil, err
	}
	return &subset{d, a}, &subset{d, b}, nil
}

// ByHash puts each key into one of several parts, in proportion to their shares, which sum to 1, and returns the numbers of the keys in
// each part. A key's part depends on the key, the seed and the shares alone: it stays where it is when the set grows or is read in
// another order, so no example wanders from training to test. Keys are names of files, user numbers, or whatever must not be torn apart.
func ByHash(keys []string, seed uint64, shares ...float64) ([][]int, error) {
	sum := 0.0
	for _, s := range shares {
		if !(s >= 0) {
			return nil, fmt.Errorf("data: a share of %v, want a number from 0 on", s)
		}
		sum += s
	}
	if len(shares) == 0 || math.Abs(sum-1) > 1e-9 {
		return nil, fmt.Errorf("data: shares %v, want a sum of 1", shares)
	}
	parts := make([][]int, len(shares))
	for i, key := range keys {
		h := fnv.New64a()
		h.Write([]byte(key)) // never fails
		u := float64(mix.Seed(seed, h.Sum64())>>11) * 0x1p-53 * sum
		k := 0
		for u >= shares[k] && k < len(shares)-1 {
			u -= shares[k]
			k++
		}
		parts[k] = append(parts[k], i)
	}
	return parts, nil
}

// A Fold is one of k ways to divide a set: Held is tested on, Fit is the rest.
type Fold struct{ Fit, Held []int }

// KFold cuts n examples, in an order drawn by seed, into k parts whose sizes differ by at most one: each is held out by one fold.
func KFold(n, k int, seed uint64) ([]Fold, error) {
	if k < 2 || k > n {
		return nil, fmt.Errorf("data: %d folds of %d examples, want 2 to %d", k, n, max(2, n))
	}
	return folds(rand.New(rand.NewPCG(seed, 0xf01d)).Perm(n), k, nil), nil
}

// StratifiedKFold is KFold with each class spread evenly over the folds: a fold has at most one more of it than another.
func StratifiedKFold(labels []int, k int, seed uint64) ([]Fold, error) {
	if k < 2 || k > len(labels) {
		return nil, fmt.Errorf("data: %d folds of %d examples, want 2 to %d", k, len(labels), max(2, len(labels)))
	}
	classes, members := byClass(labels)
	r := rand.New(rand.NewPCG(seed, 0xf01d))
	var order []int
	for _, c := range classes {
		shuffle(members[c], r)
		order = append(order, members[c]...)
	}
	at := make([]int, len(order))
	for j := range order { // dealt like cards
		at[j] = j % k
	}
	return folds(order, k, at), nil
}

// folds divides an order into stretches, or as at says.
func folds(order []int, k int, at []int) []Fold {
	fs := make([]Fold, k)
	for j, i := range order {
		mine := j * k / len(order)
		if at != nil {
			mine = at[j]
		}
		for f := range fs {
			if f == mine {
				fs[f].Held = append(fs[f].Held, i)
			} else {
				fs[f].Fit = append(fs[f].Fit, i)
			}
		}
	}
	for f := range fs {
		slices.Sort(fs[f].Held)
		slices.Sort(fs[f].Fit)
	}
	return fs
}
