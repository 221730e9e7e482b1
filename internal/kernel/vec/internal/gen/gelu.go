package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// GELU and its tanh form are x·p(x) with p(−a) = 1 − p(a), and their slopes s have s(−a) = 1 − s(a): what has to be known is p or s at
// −a ≤ 0. There it is eight polynomials in the distance from the middle of an interval 7/8 wide, the first around 0 and the last one 0. Each
// coefficient has its eight values in a register, from which a permutation picks. The error is 2^−27.6 at most beside rounding, absolute, and
// so relative where x is above −2. Coefficients are from tools/remez.py.

// A pieces is the coefficients of seven polynomials, one row for each power.
type pieces [][7]float64

const (
	pieceWidth = 0.875
	pieceEnd   = 7 * pieceWidth
)

var geluPieces = pieces{
	{0.5, 0.190786958, 0.0400591567, 0.00433244882, 0.000232629187, 6.07158563e-06, 7.60450121e-08},
	{-0.398942292, -0.272055, -0.086277321, -0.0127241807, -0.000872682955, -2.78340103e-05, -4.12839455e-07},
	{4.34930399e-07, 0.119023584, 0.0754928887, 0.0167004168, 0.00152717647, 6.08933551e-05, 1.08448899e-06},
	{0.0664842576, 0.0106273387, -0.0296577886, -0.0124922767, -0.00163626124, -8.4156105e-05, -1.82824044e-06},
	{4.24602513e-05, -0.0221512448, 0.000385894993, 0.00541647105, 0.00117768813, 8.17285836e-05, 2.19835101e-06},
	{-0.0101324972, 0.00228009699, 0.00431121467, -0.000968098466, -0.000578967098, -5.90050622e-05, -2.04502226e-06},
	{0.000317275961, 0.00253729522, -0.0012442203, -0.000313773664, 0.000176618909, 3.35316035e-05, 1.66708571e-06},
	{0.000905299967, -0.000567918993, -0.000190488223, 0.000222530958, -1.88592167e-05, -1.32691002e-05, -9.5129235e-07},
}

var geluTanhPieces = pieces{
	{0.5, 0.190911219, 0.0401169211, 0.00415387144, 0.000176056623, 2.36016353e-06, 7.53521956e-09},
	{-0.398942292, -0.27180469, -0.0866936594, -0.01270275, -0.00074248598, -1.3436842e-05, -5.65090659e-08},
	{4.36262866e-07, 0.118900098, 0.0753335506, 0.0170173161, 0.00143346598, 3.60453159e-05, 2.04140733e-07},
	{0.0668133199, 0.0101804603, -0.0291913673, -0.0126852561, -0.00165584683, -6.01686334e-05, -4.66978207e-07},
	{4.28238636e-05, -0.0221677963, 0.000448429753, 0.00530510629, 0.00124700926, 6.92874164e-05, 7.42253462e-07},
	{-0.0103623848, 0.00254902197, 0.00406821072, -0.000839284388, -0.000613464741, -5.80926062e-05, -9.29784846e-07},
	{0.000322205335, 0.00256727752, -0.00123720977, -0.000312915712, 0.0001700133, 3.71862079e-05, 1.07603205e-06},
	{0.000955586263, -0.000647896668, -0.000122322061, 0.000188235892, -7.33299021e-06, -1.56276619e-05, -7.80422283e-07},
}

var geluSlopePieces = pieces{
	{0.5, -0.047261171, -0.110926151, -0.0290685277, -0.00282176025, -0.000115702278, -2.09139762e-06},
	{-0.797884583, -0.335817933, 0.0916696712, 0.0622291975, 0.00894499663, 0.000477093185, 1.05533672e-05},
	{1.00713441e-06, 0.38496846, 0.0707743838, -0.0482748933, -0.0125993621, -0.000921866565, -2.55352425e-05},
	{0.265945315, -0.0350555703, -0.115880288, 0.006884709, 0.00993592199, 0.00109653303, 3.92749316e-05},
	{0.000126688959, -0.100816369, 0.0396870859, 0.0143580465, -0.00423949957, -0.000881920627, -4.28524909e-05},
	{-0.0603646487, 0.0274157152, 0.0121373972, -0.0105117355, 0.000318893435, 0.000489723112, 3.49454203e-05},
	{0.00109539542, 0.0146765597, -0.0114368051, 0.00207798067, 0.000739985961, -0.000174998568, -2.19024605e-05},
	{0.00870606583, -0.00592584768, 0.000879865664, 0.000950395653, -0.000442603196, 2.08016136e-05, 1.08408085e-05},
	{-0.00074103981, -0.00128790154, 0.00131890865, -0.000576991763, 9.22306717e-05, 1.37442748e-05, -3.70452653e-06},
}

var geluTanhSlopePieces = pieces{
	{0.5, -0.0469178818, -0.111596979, -0.0291908495, -0.00242264383, -5.64260263e-05, -2.8918339e-07},
	{-0.797884583, -0.335534006, 0.0902788714, 0.0639356896, 0.00854945742, 0.000288460113, 2.02213027e-06},
	{1.0048293e-06, 0.383423924, 0.072745204, -0.0488440469, -0.0130860712, -0.000681588717, -6.73425848e-06},
	{0.267261773, -0.0368895121, -0.113569267, 0.00494793383, 0.0108260512, 0.000975131348, 1.41545743e-05},
	{0.000125745632, -0.0997040719, 0.0378678516, 0.015497243, -0.00449884543, -0.000923719432, -2.09244135e-05},
	{-0.0617256053, 0.0291460734, 0.010742005, -0.00978048798, -1.82407155e-06, 0.000586509064, 2.28598637e-05},
	{0.00106542453, 0.0143136326, -0.0104801347, 0.00139659515, 0.00099858141, -0.000226167074, -1.91188992e-05},
	{0.00922195613, -0.0066236998, 0.00129847415, 0.000866818766, -0.000436700793, 1.8024175e-05, 1.27613766e-05},
	{-0.000820019806, -0.00126198737, 0.00105434982, -0.000395892072, 2.35401076e-05, 2.76119245e-05, -5.60582066e-06},
}

// table is eight numbers of a coefficient: in memory, or for AVX-512 twice in a register.
func table(row [7]float64) Op {
	name := "table"
	for _, v := range row {
		name += fmt.Sprintf("_%08x", math.Float32bits(float32(v)))
	}
	m, ok := constants[name]
	if !ok {
		m = GLOBL(name, RODATA|NOPTR)
		for i, v := range row {
			DATA(4*i, U32(math.Float32bits(float32(v))))
		}
		DATA(4*len(row), U32(0))
		constants[name] = m
	}
	if !wide() {
		return m
	}
	v := ZMM()
	VBROADCASTF32X8(m, v)
	return v
}

// piecewise returns what makes, of a vector x, a = min(|x|, pieceEnd) and the value at −a.
func (c pieces) piecewise() func(x reg.VecVirtual) (a, p reg.VecVirtual) {
	var tables []Op
	for _, row := range c {
		tables = append(tables, table(row))
	}
	magic, inverse, width, end, mask := single(3<<22), single(1/pieceWidth), single(pieceWidth), single(pieceEnd), absMask(f32)
	return func(x reg.VecVirtual) (a, p reg.VecVirtual) {
		a, at, d := vector(), vector(), vector()
		VANDPS(mask, x, a)
		lower(f32, a, loaded(end), a) // NaN stays
		VMOVUPS(magic, at)
		VFMADD231PS(inverse, a, at) // the interval, as the last places of a sum
		n := vector()
		VSUBPS(magic, at, n)
		VMOVAPS(a, d)
		VFNMADD231PS(width, n, d)
		p = vector()
		for i := len(tables) - 1; i >= 0; i-- {
			if i == len(tables)-1 {
				VPERMPS(tables[i], at, p)
				continue
			}
			k := vector()
			VPERMPS(tables[i], at, k)
			VFMADD213PS(k, d, p)
		}
		return a, p
	}
}

// activation is max(x, 0) − a·p, under x's sign bit, so that it is −0 in the negative tail.
func (c pieces) activation() body {
	p, sign := c.piecewise(), signBit(f32)
	return func(_ kind, in, _ []reg.VecVirtual) reg.VecVirtual {
		x := in[0]
		a, p := p(x)
		y := vector()
		upper(f32, x, zero(), y)
		if wide() {
			VPTERNLOGD(Imm(0xf8), sign, x, y) // y | x & sign
		} else {
			VANDPS(sign, x, x)
			VORPS(x, y, y)
		}
		VFNMADD231PS(p, a, y)
		return y
	}
}

// slope is p, or where x is positive 1 − p, times a cotangent.
func (c pieces) slope() body {
	p, one := c.piecewise(), single(1)
	return func(k kind, in, _ []reg.VecVirtual) reg.VecVirtual {
		_, p := p(in[0])
		q := vector()
		VSUBPS(p, loaded(one), q)
		blend(k, in[0], p, q, p)
		mul(k, in[1], p, p)
		return p
	}
}

func gelus() {
	prepared(f32, "gelu", 1, x, nil, geluPieces.activation)
	prepared(f32, "geluTanh", 1, x, nil, geluTanhPieces.activation)
	prepared(f32, "geluSlope", 1, xy, nil, geluSlopePieces.slope)
	prepared(f32, "geluTanhSlope", 1, xy, nil, geluTanhSlopePieces.slope)
}
