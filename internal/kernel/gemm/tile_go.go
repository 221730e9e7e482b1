package gemm

import "unsafe"

// Flags of a tile.
const (
	accumulate = 1 << iota // add to C rather than overwrite it
	relu                   // apply ReLU last
	rowMajor               // element (i, k) of A lies at i*lda+k rather than k*lda+i
)

// wide is how many panels a tile of a single row covers when it reads B in place: a row of one panel has too few sums
// to keep the multipliers busy.
const wide = 4

// tileGo is the plain twin of the assembly: C[mr×nr] = act(A·B (+ C) + bias). Products are rounded on their own, so no
// compiler fuses them. It goes over C in blocks of 3×2, whose sums and operands fit the 15 registers of amd64.
func tileGo[T Float](mr, nr, k int, a *T, lda int, b *T, ldb int, c *T, ldc, flags int, bias *T) {
	if mr == 0 || nr == 0 {
		return
	}
	si, sk := 1, lda
	if flags&rowMajor != 0 {
		si, sk = lda, 1
	}
	cs := unsafe.Slice(c, (mr-1)*ldc+nr)
	var as, bs, vs []T
	if k > 0 {
		as, bs = unsafe.Slice(a, (mr-1)*si+(k-1)*sk+1), unsafe.Slice(b, (k-1)*ldb+nr)
	}
	var s [3][2]T
	for i := 0; i < mr; i += 3 {
		h := min(3, mr-i)
		for j := 0; j < nr; j += 2 {
			w := min(2, nr-j)
			switch {
			case k == 0:
				s = [3][2]T{}
			case h == 3 && w == 2:
				dot32(k, as[i*si:], si, sk, bs[j:], ldb, &s)
			default:
				dotEdge(k, h, w, as[i*si:], si, sk, bs[j:], ldb, &s)
			}
			if bias != nil {
				vs = unsafe.Slice(bias, nr)[j : j+w]
			}
			for r := range h {
				finish(cs[(i+r)*ldc+j:][:w], s[r][:w], vs, flags)
			}
		}
	}
}

// dot32 sums a 3×2 block over k. Its caller has checked the extent of a and b; here checks would take the registers
// that sums need.
func dot32[T Float](k int, a []T, si, sk int, b []T, ldb int, s *[3][2]T) {
	var s00, s01, s10, s11, s20, s21 T
	size := sizeof[T]()
	pa, pb := unsafe.Pointer(unsafe.SliceData(a)), unsafe.Pointer(unsafe.SliceData(b))
	si, sk, ldb = si*size, sk*size, ldb*size
	ia, ib := 0, 0
	for range k {
		row := (*[2]T)(unsafe.Add(pb, ib))
		x, y, z := *(*T)(unsafe.Add(pa, ia)), *(*T)(unsafe.Add(pa, ia+si)), *(*T)(unsafe.Add(pa, ia+2*si))
		u, v := row[0], row[1]
		s00 = T(x*u) + s00
		s01 = T(x*v) + s01
		s10 = T(y*u) + s10
		s11 = T(y*v) + s11
		s20 = T(z*u) + s20
		s21 = T(z*v) + s21
		ia += sk
		ib += ldb
	}
	*s = [3][2]T{{s00, s01}, {s10, s11}, {s20, s21}}
}

// dotEdge is dot32 for a block that is narrower.
func dotEdge[T Float](k, m, n int, a []T, si, sk int, b []T, ldb int, s *[3][2]T) {
	*s = [3][2]T{}
	for p := range k {
		for i := range m {
			x := a[p*sk+i*si]
			for j := range n {
				s[i][j] = T(x*b[p*ldb+j]) + s[i][j]
			}
		}
	}
}

// finish stores the sums s of a row of a tile in c.
func finish[T Float](c, s, bias []T, flags int) {
	s = s[:len(c)]
	if flags&accumulate != 0 {
		for j, v := range s {
			s[j] = c[j] + v
		}
	}
	if bias != nil {
		for j, v := range bias[:len(c)] {
			s[j] += v
		}
	}
	if flags&relu != 0 {
		for j, v := range s {
			if v < 0 {
				s[j] = 0
			}
		}
	}
	copy(c, s)
}
