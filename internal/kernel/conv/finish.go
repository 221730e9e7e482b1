package conv

import "github.com/kedja-ml/kedja/internal/kernel/gemm"

// finish adds to each row its bias, or nothing, and applies ReLU. Vectors are those of which two have nr elements.
func finish[T gemm.Float](nr, rows, columns int, c []T, ldc int, bias []T, relu bool) {
	if bias == nil && !relu || rows == 0 {
		return
	}
	c = c[:(rows-1)*ldc+columns]
	if bias != nil {
		bias = bias[:rows]
	}
	for at := 0; at < columns; at += finishMost {
		some := min(finishMost, columns-at)
		done := finishAsm(nr, rows, some, c[at:], ldc, bias, relu)
		if done < some {
			finishGo(rows, some-done, c[at+done:], ldc, bias, relu)
		}
	}
}

// finishMost is as many columns as one call of assembly does, so that it lasts microseconds.
const finishMost = 4096

func finishGo[T gemm.Float](rows, columns int, c []T, ldc int, bias []T, relu bool) {
	for i := range rows {
		row := c[i*ldc:][:columns]
		if bias != nil {
			b := bias[i]
			for j := range row {
				row[j] += b
			}
		}
		if relu {
			for j, v := range row {
				if v < 0 {
					row[j] = 0
				}
			}
		}
	}
}

// accumulate adds src to dst.
func accumulate[T gemm.Float](src, dst []T) {
	src = src[:len(dst)]
	if !accumulateAsm(src, dst) {
		accumulateGo(src, dst)
	}
}

func accumulateGo[T gemm.Float](src, dst []T) {
	for i, v := range src {
		dst[i] += v
	}
}
