package exec_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/streamsql/exec"
	"github.com/holdfast-edge/holdfast/streamsql/state"
	"github.com/holdfast-edge/holdfast/tag"
)

// remembering are queries of every kind of memory.
var remembering = []string{
	"SELECT device, lag(t) OVER (PARTITION BY device) AS before, acc_sum(n) AS sum FROM plant",
	"SELECT device, count(*) AS n, sum(n) AS sum, max(n) AS top FROM plant GROUP BY device, tumble('3s')",
	"SELECT device, avg(n) AS mean, collect(n) AS ns FROM plant GROUP BY device, hop('5s', '2s')",
	"SELECT sum(n) AS sum, min(n) AS least FROM plant GROUP BY slide('3s')",
	"SELECT device, count(DISTINCT n) AS kinds FROM plant GROUP BY device, slide('3s')",
	"SELECT *, lag(n) AS before FROM plant GROUP BY SESSIONWINDOW(ss, 10, 2)",
	"SELECT device, n FROM plant GROUP BY COUNTWINDOW(5, 2) ORDER BY n, device",
	"SELECT collect(n) AS ns FROM plant GROUP BY STATEWINDOW(n) OVER (PARTITION BY device)",
	"SELECT a.n AS n, b.device AS device FROM plant a JOIN plant b ON a.n = b.n GROUP BY tumble('2s')",
	"SELECT top + 1 AS more FROM (SELECT max(n) AS top FROM plant GROUP BY tumble('2s')) AS w WHERE top > 0",
	"SELECT sum(n) - lag(sum(n)) AS step, last_agg_hit_count() AS hits FROM plant GROUP BY tumble('1s') HAVING sum(n) > 1",
	"SELECT n, last_hit_count() AS hits FROM plant WHERE n > 0",
}

// history runs a query over batches, and at each step for which restart says so
// goes on with a new one from a snapshot.
func history(t *testing.T, text string, o streamsql.Options, batches []*tag.Batch, restart func() bool) string {
	t.Helper()
	q, err := streamsql.Compile(text, streamsql.Sources{"plant": {}})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	e := q.New(o)
	var out strings.Builder
	for i, b := range batches {
		now := int64(i) * int64(time.Second) / 2
		e.Tick(now, emitTo(&out))
		e.Push(now, 0, b, emitTo(&out))
		if restart() {
			snapshot := e.Snapshot()
			e = q.New(o)
			if err := e.Restore(snapshot); err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			if again := e.Snapshot(); !bytes.Equal(again, snapshot) {
				t.Fatalf("%s: a snapshot that was restored gives another", text)
			}
			e.Resume(now, emitTo(&out))
		}
	}
	e.End(int64(len(batches))*int64(time.Second), emitTo(&out))
	return out.String()
}

func TestARestartChangesNothingOfWhatIsGiven(t *testing.T) {
	for _, eventTime := range []bool{false, true} {
		for seed := range uint64(8) {
			r := rand.New(rand.NewPCG(seed, 2))
			var batches []*tag.Batch
			for i := range 30 {
				at := int64(i)*int64(time.Second)/2 - int64(r.IntN(3))*int64(time.Second)/2
				batches = append(batches, randomBatch(r, plantSchema(t), r.IntN(4)+1, at))
			}
			o := streamsql.Options{Rule: "rule", EventTime: eventTime, Lateness: time.Second}
			for _, text := range remembering {
				whole := history(t, text, o, batches, func() bool { return false })
				broken := history(t, text, o, batches, func() bool { return r.IntN(3) == 0 })
				if whole != broken {
					t.Errorf("seed %d, event time %v: %s gives\n%s\nwith restarts\n%s", seed, eventTime, text, whole, broken)
				}
			}
		}
	}
}

func TestAChangedRuleKeepsWhatItHasInCommon(t *testing.T) {
	catalog := streamsql.Sources{"plant": {}}
	before, err := streamsql.Compile("SELECT lag(n) AS was, acc_sum(n) AS sum FROM plant", catalog)
	if err != nil {
		t.Fatal(err)
	}
	after, err := streamsql.Compile("SELECT acc_sum(n) AS total, lag(t) AS other, n FROM plant WHERE n > 0", catalog)
	if err != nil {
		t.Fatal(err)
	}
	b := tag.NewBuilder(plantSchema(t), 1)
	b.Row(0)[2] = tag.IntOf(5)
	batch := b.Batch()
	e := before.New(streamsql.Options{})
	e.Push(0, 0, batch, func(*tag.Batch) {})
	changed := after.New(streamsql.Options{})
	if err := changed.Restore(e.Snapshot()); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	changed.Push(0, 0, batch, emitTo(&out))
	if got := out.String(); !strings.Contains(got, `"total":10`) {
		t.Errorf("the sum did not go on: %s", got)
	}
}

func TestADamagedSnapshotIsRefused(t *testing.T) {
	for _, text := range remembering {
		q, err := streamsql.Compile(text, streamsql.Sources{"plant": {}})
		if err != nil {
			t.Fatal(err)
		}
		e := q.New(streamsql.Options{})
		r := rand.New(rand.NewPCG(1, 3))
		e.Push(0, 0, randomBatch(r, plantSchema(t), 5, 0), func(*tag.Batch) {})
		snapshot := e.Snapshot()
		for n := range len(snapshot) {
			if err := q.New(streamsql.Options{}).Restore(snapshot[:n]); err == nil {
				t.Fatalf("%s: %d of %d bytes were taken", text, n, len(snapshot))
			} else if n > 0 && !errors.Is(err, state.ErrMalformed) {
				t.Fatal(err)
			}
		}
	}
}

func TestASnapshotOfAnotherVersionIsRefused(t *testing.T) {
	q, err := streamsql.Compile(remembering[0], streamsql.Sources{"plant": {}})
	if err != nil {
		t.Fatal(err)
	}
	if err := q.New(streamsql.Options{}).Restore([]byte{99}); !errors.Is(err, exec.ErrVersion) {
		t.Fatal(err)
	}
}

func FuzzRestore(f *testing.F) {
	q, err := streamsql.Compile("SELECT device, sum(n) AS s, lag(sum(n)) AS b FROM plant GROUP BY device, hop('5s', '2s')", streamsql.Sources{"plant": {}})
	if err != nil {
		f.Fatal(err)
	}
	e := q.New(streamsql.Options{})
	e.Push(0, 0, randomBatch(rand.New(rand.NewPCG(1, 3)), plantSchema(f), 5, 0), func(*tag.Batch) {})
	f.Add(e.Snapshot())
	f.Fuzz(func(t *testing.T, snapshot []byte) {
		e := q.New(streamsql.Options{})
		if e.Restore(snapshot) == nil {
			e.Push(0, 0, randomBatch(rand.New(rand.NewPCG(2, 3)), plantSchema(t), 5, 0), func(*tag.Batch) {})
			e.Tick(int64(10*time.Second), func(*tag.Batch) {})
		}
	})
}

func TestAnIdleRuleIsSmall(t *testing.T) {
	const rules = 2000
	texts := []string{
		"SELECT device, t * 2 AS m FROM plant WHERE t > 20 AND n < 3",
		"SELECT device, avg(t) AS mean FROM plant GROUP BY device, tumble('10s')",
	}
	for _, text := range texts {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		kept := make([]*streamsql.Exec, rules)
		for i := range kept {
			q, err := streamsql.Compile(text, streamsql.Sources{"plant": {}})
			if err != nil {
				t.Fatal(err)
			}
			kept[i] = q.New(streamsql.Options{Rule: "rule"})
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		perRule := (int64(after.HeapAlloc) - int64(before.HeapAlloc)) / rules
		t.Logf("%d bytes a rule: %s", perRule, text)
		if perRule > 20_000 {
			t.Errorf("a rule takes %d bytes idle: %s", perRule, text)
		}
		runtime.KeepAlive(kept)
	}
}
