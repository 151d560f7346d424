package replay

import (
	"fmt"
	"io"
)

// kinds is the order in which kinds are reported.
var kinds = []string{"rule", "window", "sequence", "operator", "func", "funcseq", "parse"}

// Report runs cases, writes for each kind how many passed, then the names of
// those that did not with the difference, and returns how many those are.
func Report(w io.Writer, cases []Case) (failed int, err error) {
	passed, total := make(map[string]int), make(map[string]int)
	var differences []string
	for _, c := range cases {
		total[c.Kind]++
		if err := Run(c); err != nil {
			differences = append(differences, fmt.Sprintf("%s: %v", c.Name, err))
			continue
		}
		passed[c.Kind]++
	}
	for _, kind := range kinds {
		if total[kind] > 0 {
			if _, err := fmt.Fprintf(w, "%s %d/%d\n", kind, passed[kind], total[kind]); err != nil {
				return 0, err
			}
		}
	}
	for _, d := range differences {
		if _, err := fmt.Fprintln(w, d); err != nil {
			return 0, err
		}
	}
	return len(differences), nil
}
