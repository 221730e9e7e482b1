// Package nearest finds what somebody who misspelt a name may have meant.
package nearest

// Name is the name that takes the fewest letters put in, left out or replaced to make it of what was given (Levenshtein, 1966).
func Name(given string, names []string) (best string) {
	least := -1
	for _, name := range names {
		row := make([]int, len(name)+1) // of the table: what it takes to make name[:j] of the letters of given so far
		for j := range row {
			row[j] = j
		}
		for i := range given {
			diagonal := row[0]
			row[0] = i + 1
			for j := range name {
				replaced := diagonal
				if given[i] != name[j] {
					replaced++
				}
				diagonal = row[j+1]
				row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
			}
		}
		if d := row[len(name)]; least < 0 || d < least {
			best, least = name, d
		}
	}
	return best
}
