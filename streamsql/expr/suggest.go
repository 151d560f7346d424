package expr

import (
	"fmt"
	"slices"
	"strings"
)

// Suggest returns "; did you mean x?" for the name that is most like the one
// that was not found, and nothing where none is.
func Suggest(name string, known []string) string {
	best, bestDistance := "", 1+max(1, len(name)/3)
	for _, candidate := range slices.Sorted(slices.Values(known)) {
		if name == candidate {
			continue // there is one, though not where it was looked for
		}
		d := distance(strings.ToLower(name), strings.ToLower(candidate), bestDistance)
		if d < bestDistance {
			best, bestDistance = candidate, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %s?", best)
}

// distance is the number of insertions, deletions, replacements and exchanges
// of neighbours between two words (optimal string alignment), or limit where
// the lengths alone differ by so many.
func distance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			substitute := last[j]
			if a[i] != b[j] {
				substitute++
			}
			row[j+1] = min(substitute, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
