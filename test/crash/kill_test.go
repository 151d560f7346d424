package crash_test

import (
	"math/rand/v2"
	"testing"
)

// kills kills the workload again and again, and looks each time at what it has
// left.
func kills(t *testing.T, deaths int) figures {
	a := newAuditor(t, t.TempDir())
	random := rand.New(rand.NewPCG(uint64(deaths), 9))
	for life := range deaths {
		a.live(life+1, 50+random.IntN(600))
		a.inspect()
	}
	a.settle()
	return figures{
		"processes killed": deaths, "records that they wrote": a.records(), "records promised to a publisher": a.promised,
		"records in gaps": int(a.gaps),
	}
}
