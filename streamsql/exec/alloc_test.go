package exec_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/tag"
)

// started puts rules into a group that has seen rows of every group.
func started(t *testing.T, batch *tag.Batch, rules ...string) *streamsql.Group {
	t.Helper()
	g := streamsql.NewGroup()
	for i, rule := range rules {
		q, err := streamsql.Compile(rule, streamsql.Sources{"plant": {}})
		if err != nil {
			t.Fatal(err)
		}
		g.Add(q.New(streamsql.Options{Rule: fmt.Sprint(i)}), 0, func(*tag.Batch) {})
	}
	for range 3 {
		g.Push(0, batch)
	}
	return g
}

// What an allocation is made for is the batch, not its rows.
func TestARowCostsNoAllocation(t *testing.T) {
	batch := randomBatch(rand.New(rand.NewPCG(1, 1)), plantSchema(t), 1000, 0)
	for name, rules := range map[string][]string{
		"filters that nothing passes": {"SELECT t FROM plant WHERE t > 100", "SELECT n FROM plant WHERE t > 100", "SELECT t FROM plant WHERE n + t < -5"},
		"a window":                    {"SELECT device, avg(t) AS a FROM plant GROUP BY device, tumble('1d')"},
		"windows that are shared": {
			"SELECT device, avg(t) AS a FROM plant WHERE n > 0 GROUP BY device, tumble('1d')",
			"SELECT device, max(t) AS a, sum(n) AS s FROM plant WHERE n > 0 GROUP BY device, tumble('1d')",
			"SELECT count(*) AS c, device FROM plant WHERE n > 0 GROUP BY device, tumble('1d')",
		},
		"what is remembered": {"SELECT lag(n) OVER (PARTITION BY device) AS l FROM plant WHERE t > 100"},
	} {
		g := started(t, batch, rules...)
		if n := testing.AllocsPerRun(5, func() { g.Push(0, batch) }); n > 10 {
			t.Errorf("%s: %v allocations for 1,000 rows", name, n)
		}
	}
}
