package conv

import "github.com/kedja-ml/kedja/internal/kernel/gemm"

// maxColumns is the most columns that a tile has on any machine.
const maxColumns = 64

// A span is columns of a panel, from one on to that of the next run, that are neighbours in a row of outputs: where
// they begin in the source, and where in the result.
type span struct{ column, from, to int }

// packPanel copies a panel, row by row: row k has, for each run but the closing one, the elements of data from
// offsets[k] + run.from on. Columns past the last run have no meaning. The panel has room for one row more; furthest is
// the largest offset.
func packPanel[T gemm.Float](nr int, data []T, offsets []int, furthest int, runs []span, panel []T) {
	_ = panel[:(len(offsets)+1)*nr]
	end := 0
	for _, r := range runs[:len(runs)-1] {
		end = max(end, r.from)
	}
	if end+furthest+nr <= len(data) && panelAsm(nr, data, offsets, runs, panel) {
		return
	}
	packPanelGo(nr, data, offsets, runs, panel)
}

func packPanelGo[T gemm.Float](nr int, data []T, offsets []int, runs []span, panel []T) {
	for k, at := range offsets {
		row := panel[k*nr:][:nr]
		from := data[at:]
		for i, r := range runs[:len(runs)-1] {
			copy(row[r.column:runs[i+1].column], from[r.from:])
		}
	}
}

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

// accumulate adds rows of width elements, stride apart from src on, to dst[offsets[i]] and what follows, in order.
func accumulate[T gemm.Float](rows, width int, src []T, stride int, dst []T, offsets []int) {
	furthest := 0
	for _, at := range offsets[:rows] {
		furthest = max(furthest, at)
	}
	src, dst = src[:(rows-1)*stride+width], dst[:furthest+width]
	if !accumulateAsm(rows, width, src, stride, dst, offsets) {
		accumulateGo(rows, width, src, stride, dst, offsets)
	}
}

func accumulateGo[T gemm.Float](rows, width int, src []T, stride int, dst []T, offsets []int) {
	for i := range rows {
		to := dst[offsets[i]:][:width]
		for j, v := range src[i*stride:][:width] {
			to[j] += v
		}
	}
}
