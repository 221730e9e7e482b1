package gemm

// PackA copies op(A)[mc×kc] into dst in the order in which tiles read it: panels of MR rows, each stored k by k; the
// last panel, of m rows, is [kc][m]. The panel of row i begins at dst[i*kc]; dst holds mc·kc elements.
// Element (i, k) of op(A) is a[i*lda+k], or a[k*lda+i] when trans.
func PackA[T Float](mc, kc int, a []T, lda int, trans bool, dst []T) {
	packA(level, mc, kc, a, lda, trans, dst)
}

// PackB copies op(B)[kc×w], w ≤ NR, into the panel dst, [kc][NR], and fills it up with zeros.
// Element (k, j) of op(B) is b[k*ldb+j], or b[j*ldb+k] when trans.
func PackB[T Float](kc, w int, b []T, ldb int, trans bool, dst []T) {
	packB(level, kc, w, NR[T](), b, ldb, trans, dst)
}

// PackPanel is PackB into a panel of nr columns, where nr is NR or half of it.
func PackPanel[T Float](kc, w, nr int, b []T, ldb int, trans bool, dst []T) {
	packB(level, kc, w, nr, b, ldb, trans, dst)
}

func packA[T Float](s isa, mc, kc int, a []T, lda int, trans bool, dst []T) {
	if mc == 0 || kc == 0 {
		return
	}
	dst = dst[:mc*kc]
	rows, cols := mc, kc
	if trans {
		rows, cols = kc, mc
	}
	a = a[:(rows-1)*lda+cols]
	for i := 0; i < mc; i += MR {
		m := min(MR, mc-i)
		if trans {
			packColumns(s, m, kc, a[i:], lda, dst[i*kc:])
		} else {
			packRows(s, m, kc, a[i*lda:], lda, dst[i*kc:])
		}
	}
}

// packRows packs one panel from m rows.
func packRows[T Float](s isa, m, kc int, a []T, lda int, dst []T) {
	done := 0
	if m == MR && s != plain {
		done = interleave(kc, a, lda, dst)
	}
	for r := range m {
		d := dst[r:]
		for k := done; k < kc; k++ {
			d[k*m] = a[r*lda+k]
		}
	}
}

// packColumns packs one panel from a matrix stored k by k.
func packColumns[T Float](s isa, m, kc int, a []T, lda int, dst []T) {
	if m == MR && s != plain && copyStrip(kc, a, lda, dst) {
		return
	}
	for k := range kc {
		copy(dst[k*m:][:m], a[k*lda:])
	}
}

func packB[T Float](s isa, kc, w, nr int, b []T, ldb int, trans bool, dst []T) {
	if kc == 0 || w == 0 {
		return
	}
	dst = dst[:kc*nr]
	if !trans {
		b = b[:(kc-1)*ldb+w]
		if s != plain && copyPanel(kc, w, nr, b, ldb, dst) {
			return
		}
		for k := range kc {
			d := dst[k*nr:][:nr]
			clear(d[copy(d, b[k*ldb:][:w]):])
		}
		return
	}
	b = b[:(w-1)*ldb+kc]
	if w < nr {
		clear(dst)
	}
	cols, rows := 0, 0 // what assembly has transposed
	if s != plain {
		cols, rows = transpose(kc, w, nr, b, ldb, dst)
	}
	for j := range w {
		d := dst[j:]
		k := 0
		if j < cols {
			k = rows
		}
		for ; k < kc; k++ {
			d[k*nr] = b[j*ldb+k]
		}
	}
}
