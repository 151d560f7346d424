package tables_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/store/history"
	"github.com/holdfast-edge/holdfast/store/history/historytest"
	"github.com/holdfast-edge/holdfast/store/tables"
	"github.com/holdfast-edge/holdfast/tag"
)

// TestBucketsOfTheTiersAreThoseOfTheRows asks for sums that are stored, and for
// the same of the rows.
func TestBucketsOfTheTiersAreThoseOfTheRows(t *testing.T) {
	h := historytest.Sealed(t, history.Options{ShardWidth: 30 * time.Minute, Now: func() time.Time { return noon }},
		4, []*tag.Batch{climate(t, 0, rowsOfClimate-1)})
	e, err := tables.New(tables.Options{Source: h, Catalog: known, Now: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	for _, step := range []time.Duration{time.Minute, 5 * time.Minute, time.Hour, 7 * time.Minute} {
		stored, _, err := answer(t, e, tables.Query{SQL: fmt.Sprintf(`SELECT ts_ns, min, max, avg, last, count FROM buckets
			WHERE device = 'boiler' AND tag = 'humidity' AND step = '%s' AND ts > '2026-11-28T09:01:00Z' AND ts < '2026-11-28T11:00:00Z' ORDER BY ts`, step)})
		if err != nil {
			t.Fatal(err)
		}
		rows, _, err := answer(t, e, tables.Query{SQL: fmt.Sprintf(`SELECT ts_ns / %d * %[1]d AS begins, min(humidity), max(humidity), avg(humidity),
			(SELECT r.humidity FROM "boiler.climate" r WHERE r.ts_ns >= c.ts_ns / %[1]d * %[1]d AND r.ts_ns < c.ts_ns / %[1]d * %[1]d + %[1]d
				AND r.humidity IS NOT NULL ORDER BY r.ts_ns DESC LIMIT 1), count(humidity)
			FROM "boiler.climate" c WHERE ts > '2026-11-28T09:00:00Z' GROUP BY begins ORDER BY begins`, step.Nanoseconds())})
		if err != nil {
			t.Fatal(err)
		}
		mustBeAmong(t, step, stored, rows)
	}
}

// mustBeAmong fails unless every bucket is one of those that the rows make.
func mustBeAmong(t *testing.T, step time.Duration, buckets, of [][]any) {
	t.Helper()
	byStart := map[any][]any{}
	for _, row := range of {
		byStart[row[0]] = row
	}
	if len(buckets) == 0 {
		t.Fatalf("%s: no buckets", step)
	}
	for _, b := range buckets {
		row := byStart[b[0]]
		for i := range b {
			if len(row) != len(b) || !isNear(number(b[i]), number(row[i])) {
				t.Fatalf("%s: stored %v, of the rows %v", step, b, row)
			}
		}
	}
}

func isNear(a, b float64) bool { return math.Abs(a-b) <= 1e-9*math.Abs(a) }

func number(v any) float64 {
	switch v := v.(type) {
	case int64:
		return float64(v)
	case float64:
		return v
	default:
		return math.NaN()
	}
}
