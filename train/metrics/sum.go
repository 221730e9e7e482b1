package metrics

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"math/bits"
)

// limbs hold every float64 as an integer, in units of the smallest, 2^-1074, and 2^63 of the largest.
const limbs = 68

// A sum is exact: a number in base 2^32 whose digits may be any int64, least first.
type sum struct {
	digits           [limbs]int64
	added            int // since digits were last within a base
	nan, plus, minus int // of what has no place among digits
}

func (s *sum) add(x float64) {
	b := math.Float64bits(x)
	exponent, mantissa := int(b>>52)&0x7ff, b&(1<<52-1)
	switch exponent {
	case 0x7ff:
		switch {
		case mantissa != 0:
			s.nan++
		case x > 0:
			s.plus++
		default:
			s.minus++
		}
		return
	case 0: // subnormal: no hidden bit
		exponent = 1
	default:
		mantissa |= 1 << 52
	}
	at, shift := (exponent-1)/32, uint64(exponent-1)%32
	hi, lo := bits.Mul64(mantissa, 1<<shift)
	d := s.digits[at : at+3 : at+3]
	if x < 0 {
		d[0], d[1], d[2] = d[0]-int64(lo&0xffffffff), d[1]-int64(lo>>32), d[2]-int64(hi)
	} else {
		d[0], d[1], d[2] = d[0]+int64(lo&0xffffffff), d[1]+int64(lo>>32), d[2]+int64(hi)
	}
	if s.added++; s.added == 1<<30 {
		s.carry()
	}
}

// addProduct adds x·y, exactly unless it is beyond the range of float64.
func (s *sum) addProduct(x, y float64) {
	p := x * y
	s.add(p)
	if !math.IsInf(p, 0) && !math.IsNaN(p) {
		s.add(math.FMA(x, y, -p)) // what rounding took away
	}
}

// carry brings all digits but the last within [0, 2^32).
func (s *sum) carry() {
	for k := range limbs - 1 {
		over := s.digits[k] >> 32
		s.digits[k] -= over << 32
		s.digits[k+1] += over
	}
	s.added = 0
}

func (s *sum) merge(o *sum) {
	s.carry()
	t := *o
	t.carry()
	for k, d := range t.digits {
		s.digits[k] += d
	}
	s.added = 1
	s.nan, s.plus, s.minus = s.nan+o.nan, s.plus+o.plus, s.minus+o.minus
}

// integer is the finite part in units of 2^-1074.
func (s *sum) integer() *big.Int {
	s.carry()
	n := new(big.Int)
	for k := limbs - 1; k >= 0; k-- {
		n.Add(n.Lsh(n, 32), big.NewInt(s.digits[k]))
	}
	return n
}

// special is what a sum with infinities or NaN comes to.
func (s *sum) special() (v float64, ok bool) {
	switch {
	case s.nan > 0 || s.plus > 0 && s.minus > 0:
		return math.NaN(), true
	case s.plus > 0:
		return math.Inf(1), true
	case s.minus > 0:
		return math.Inf(-1), true
	}
	return 0, false
}

// value is the float64 next to the sum.
func (s *sum) value() float64 {
	if v, ok := s.special(); ok {
		return v
	}
	v, _ := s.rational().Float64()
	return v
}

// rational is the finite part.
func (s *sum) rational() *big.Rat {
	return new(big.Rat).SetFrac(s.integer(), new(big.Int).Lsh(big.NewInt(1), 1074))
}

// mean divides by n, which is rounded once more.
func (s *sum) mean(n int) float64 { return s.value() / float64(n) }

type savedSum struct {
	Units string // of 2^-1074, hexadecimal
	NaN   int    `json:",omitempty"`
	Plus  int    `json:",omitempty"`
	Minus int    `json:",omitempty"`
}

// MarshalJSON writes the sum, not rounded.
func (s *sum) MarshalJSON() ([]byte, error) {
	return json.Marshal(savedSum{s.integer().Text(16), s.nan, s.plus, s.minus})
}

// UnmarshalJSON reads it.
func (s *sum) UnmarshalJSON(b []byte) error {
	var f savedSum
	if err := decode(b, &f); err != nil {
		return err
	}
	n, ok := new(big.Int).SetString(f.Units, 16)
	if !ok || n.BitLen() > 32*limbs || f.NaN < 0 || f.Plus < 0 || f.Minus < 0 {
		return errors.New("metrics: not a sum")
	}
	*s = sum{nan: f.NaN, plus: f.Plus, minus: f.Minus}
	negative := n.Sign() < 0
	n.Abs(n)
	low, mask := new(big.Int), big.NewInt(0xffffffff)
	for k := range limbs {
		d := low.And(n, mask).Int64()
		if n.Rsh(n, 32); negative {
			d = -d
		}
		s.digits[k] = d
	}
	return nil
}
