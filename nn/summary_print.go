package nn

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// String is a table with a line for each row. Neighbours in a list that are equal in all but their weights, like the blocks of a
// transformer, share their lines, which then count one of them.
func (r *Report) String() string {
	if r.Err != nil {
		return r.Err.Error()
	}
	var s strings.Builder
	align(&s, r.lines([][5]string{{"layer", "", "output", "parameters", "FLOPs"}}, 0, len(r.Rows), ""))
	fmt.Fprintf(&s, "\n%s parameters", thousands(r.Params))
	if r.States > 0 {
		fmt.Fprintf(&s, " and %s numbers of state", thousands(r.States))
	}
	fmt.Fprintf(&s, ", %sB; %sFLOP in a forward pass\n", prefixed(int64(r.Bytes)), prefixed(r.Flops))
	if len(r.Unused) > 0 {
		fmt.Fprintf(&s, "not used: %s\n", strings.Join(r.Unused, ", "))
	}
	return s.String()
}

// lines adds the rows from lo to hi, siblings inside the part of the given path and what lies inside them.
func (r *Report) lines(table [][5]string, lo, hi int, inside string) [][5]string {
	for i := lo; i < hi; {
		n, times := r.size(i), 1
		for r.equal(i, i+n*times, n) && i+n*times < hi {
			times++
		}
		row := r.Rows[i]
		name, kind := strings.TrimPrefix(strings.TrimPrefix(row.Path, inside), "."), row.Kind
		if times > 1 {
			name += "–" + index(r.Rows[i+n*(times-1)].Path)
			kind = fmt.Sprintf("%d × %s", times, kind)
		}
		if row.Path == "" { // the model, or ops
			name, kind = kind, ""
		}
		params, flops := thousands(row.Params), prefixed(row.Flops)
		if row.Params == 0 {
			params = ""
		}
		if row.Again {
			params = "shared"
		}
		if row.Flops == 0 {
			flops = ""
		}
		table = append(table, [5]string{strings.Repeat("  ", row.Depth) + name, kind, row.Output.String(), params, flops})
		table = r.lines(table, i+1, i+n, row.Path)
		i += n * times
	}
	return table
}

// size is the number of rows of row i and all inside it.
func (r *Report) size(i int) int {
	n := 1
	for i+n < len(r.Rows) && r.Rows[i+n].Depth > r.Rows[i].Depth {
		n++
	}
	return n
}

// equal reports whether the n rows from i on, those of an element of a list, and from j on differ in the index alone.
func (r *Report) equal(i, j, n int) bool {
	if j+n > len(r.Rows) || r.size(j) != n || index(r.Rows[i].Path) == "" || index(r.Rows[j].Path) == "" {
		return false
	}
	pi, pj := r.Rows[i].Path, r.Rows[j].Path
	if strings.TrimSuffix(pi, index(pi)) != strings.TrimSuffix(pj, index(pj)) {
		return false
	}
	for k := range n {
		a, b := r.Rows[i+k], r.Rows[j+k]
		if a.Path != "" && b.Path != "" {
			a.Path, b.Path = strings.TrimPrefix(a.Path, pi), strings.TrimPrefix(b.Path, pj)
		}
		if a != b {
			return false
		}
	}
	return true
}

// index is the last part of a path if that is a number.
func index(path string) string {
	last := path[strings.LastIndexByte(path, '.')+1:]
	if _, err := strconv.ParseUint(last, 10, 64); err != nil {
		return ""
	}
	return last
}

// align writes columns, the last two to the right.
func align(s *strings.Builder, table [][5]string) {
	var width [5]int
	for _, line := range table {
		for i, cell := range line {
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	for _, line := range table {
		var out strings.Builder
		for i, cell := range line {
			space := strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell))
			if i > 0 {
				out.WriteString("  ")
			}
			if i < 3 {
				out.WriteString(cell + space)
			} else {
				out.WriteString(space + cell)
			}
		}
		s.WriteString(strings.TrimRight(out.String(), " ") + "\n")
	}
}

// thousands writes n as "1,234,567".
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// prefixed writes n to three digits with a prefix of the SI and a space before the unit: "1.23 M".
func prefixed(n int64) string {
	if n < 1000 {
		return fmt.Sprintf("%d ", n)
	}
	x, prefixes := float64(n), "kMGTPE"
	i := -1
	for ; x >= 999.5 && i+1 < len(prefixes); i++ {
		x /= 1000
	}
	digits := 2
	if x >= 99.95 {
		digits = 0
	} else if x >= 9.995 {
		digits = 1
	}
	return strconv.FormatFloat(x, 'f', digits, 64) + " " + prefixes[i:i+1]
}
