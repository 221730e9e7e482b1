// Package half converts to and from the two floats of 16 bits that are for storage: binary16 (IEEE 754-2019, section 3.6), and bfloat16,
// the upper half of a binary32. What is stored is rounded once, to nearest, and of two to the even one; subnormals, infinities and signs of
// zeros stay, and every NaN becomes the quiet one of its sign.
package half

import "math"

// To16 stores floats as binary16s.
func To16[F float32 | float64](dst []uint16, x []F) { store(dst, x, to16, 10, -14) }

// ToB16 stores floats as bfloat16s.
func ToB16[F float32 | float64](dst []uint16, x []F) { store(dst, x, toB16, 7, -126) }

// store goes by the bits of a float32, and rounds a float64 at so many bits behind the first, or as many below the least exponent.
func store[F float32 | float64](dst []uint16, x []F, narrow func(b uint32) uint16, fraction, least int) {
	for i, v := range x[:len(dst)] {
		w := float32(v)
		if F(w) == v || v != v {
			dst[i] = narrow(math.Float32bits(w))
			continue
		}
		a := math.Abs(float64(v))
		e := least
		if a > math.Ldexp(1, least) {
			e = math.Ilogb(a)
		}
		most := narrow(0x7f800000)
		bits := most
		if e < 128 {
			bits = min(most, uint16(min(0xffff, (e-least)<<fraction+int(math.RoundToEven(math.Ldexp(a, fraction-e))))))
		}
		if v < 0 {
			bits |= 1 << 15
		}
		dst[i] = bits
	}
}

func to16(b uint32) uint16 {
	sign, x := uint16(b>>16)&0x8000, b&0x7fffffff
	switch {
	case x > 0x7f800000:
		return sign | 0x7e00
	case x >= 0x47800000: // 2¹⁶
		return sign | 0x7c00
	case x < 0x38800000: // 2⁻¹⁴: next to ½ the last bit is that of a subnormal
		return sign | uint16(math.Float32bits(math.Float32frombits(x)+0.5)-0x3f000000)
	}
	return sign | uint16((x-112<<23+0xfff+x>>13&1)>>13)
}

func toB16(b uint32) uint16 {
	if b&0x7fffffff > 0x7f800000 {
		return uint16(b>>16)&0x8000 | 0x7fc0
	}
	return uint16((b + 0x7fff + b>>16&1) >> 16)
}

// A Number is what can be read: of the whole ones there is no use, but a loop over all dtypes names them.
type Number interface {
	float32 | float64 | int32 | int64 | uint8
}

// From16 reads binary16s.
func From16[F Number](dst []F, x []uint16) {
	for i, b := range x[:len(dst)] {
		dst[i] = F(Value16(b))
	}
}

// FromB16 reads bfloat16s.
func FromB16[F Number](dst []F, x []uint16) {
	for i, b := range x[:len(dst)] {
		dst[i] = F(ValueB16(b))
	}
}

// Value16 is the value of a binary16.
func Value16(b uint16) float32 {
	sign, e, f := uint32(b&0x8000)<<16, uint32(b>>10&31), uint32(b&1023)
	switch e {
	case 0:
		return math.Float32frombits(sign | math.Float32bits(float32(f)*0x1p-24))
	case 31:
		return math.Float32frombits(sign | 0x7f800000 | f<<13)
	}
	return math.Float32frombits(sign | (e+112)<<23 | f<<13)
}

// ValueB16 is the value of a bfloat16.
func ValueB16(b uint16) float32 { return math.Float32frombits(uint32(b) << 16) }
