package crash_test

import (
	"os"
	"strconv"
	"testing"
)

// crashesVariable asks for the long form: so many deaths and power cuts, and
// the rest in proportion.
const crashesVariable = "HOLDFAST_CRASH"

// pageVariable names the page that the figures are written to.
const pageVariable = "HOLDFAST_CRASH_PAGE"

// crashes returns how often to break things: a few times, unless the long form
// is asked for.
func crashes(t *testing.T, short, usual int) int {
	if n, err := strconv.Atoi(os.Getenv(crashesVariable)); err == nil {
		return n
	}
	if testing.Short() {
		return short
	}
	t.Helper()
	return usual
}

func TestNothingCommittedIsLost(t *testing.T) {
	report := figures{}
	for _, part := range []struct {
		name         string
		short, usual int
		run          func(*testing.T, int) figures
	}{
		{"when the process is killed", 2, 6, kills},
		{"when the power is cut", 6, 20, powerCuts},
		{"when the disk is full", 2, 5, fullDisks},
		{"when the far end fails", 1, 2, func(t *testing.T, n int) figures { return farEnds(t, (n+9)/10) }},
	} {
		t.Run(part.name, func(t *testing.T) {
			found := part.run(t, crashes(t, part.short, part.usual))
			t.Log(found)
			report.add(found)
		})
	}
	if path := os.Getenv(pageVariable); path != "" && !t.Failed() {
		writePage(t, path, report)
	}
}
