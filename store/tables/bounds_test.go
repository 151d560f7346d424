package tables_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/store/tables"
)

func formatMoment(afterStart int64) string {
	return noon.Add(-3 * time.Hour).Add(time.Duration(afterStart) * time.Millisecond).Format("2006-01-02T15:04:05.000Z")
}

const endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"

func TestAQueryThatTakesTooLongIsEnded(t *testing.T) {
	e := engine(t)
	for _, q := range []string{endless, "SELECT count(*) FROM samples a, samples b, samples c"} {
		_, _, err := answer(t, e, tables.Query{SQL: q, Timeout: 50 * time.Millisecond})
		if wrong, ok := errors.AsType[*tables.Error](err); !ok || !strings.Contains(wrong.Text, "more than 50ms") {
			t.Errorf("%s: %v", q, err)
		}
	}
}

func TestAQueryEndsWithItsCaller(t *testing.T) {
	e := engine(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		r, err := e.Query(ctx, tables.Query{SQL: endless})
		if err == nil {
			for r.Next() {
			}
			err = errors.Join(r.Err(), r.Close())
		}
		ended <- err
	}()
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, _, err := answer(t, e, tables.Query{SQL: "SELECT 1"}); err != nil {
		t.Errorf("the next one: %v", err)
	}
}

func TestAnAnswerHasAsManyRowsAsItMay(t *testing.T) {
	e := engine(t)
	rows, r, err := answer(t, e, tables.Query{SQL: "SELECT ts FROM boiler.climate", MaxRows: 7})
	if err != nil || len(rows) != 7 || !r.Truncated() {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	if rows, r, err = answer(t, e, tables.Query{SQL: "SELECT 1 UNION SELECT 2", MaxRows: 2}); err != nil || len(rows) != 2 || r.Truncated() {
		t.Errorf("as many as there are: %d rows, %v", len(rows), err)
	}
}

func TestAQueryThatNeedsTooMuchMemoryIsEnded(t *testing.T) {
	e := engine(t, func(o *tables.Options) { o.MaxBytes = 4 << 20 })
	_, _, err := answer(t, e, tables.Query{SQL: "SELECT a.ts || b.ts AS t FROM boiler.climate a, boiler.state b ORDER BY t DESC"})
	if wrong, ok := errors.AsType[*tables.Error](err); !ok || !strings.Contains(wrong.Text, "4 MB") {
		t.Errorf("got %v", err)
	}
	if _, _, err := answer(t, e, tables.Query{SQL: "SELECT count(*) FROM boiler.climate"}); err != nil {
		t.Errorf("the next one: %v", err)
	}
}

func TestOnlySoManyQueriesRunAtATime(t *testing.T) {
	e := engine(t, func(o *tables.Options) { o.Concurrent = 1 })
	first, err := e.Query(t.Context(), tables.Query{SQL: "SELECT ts FROM boiler.climate"})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err = answer(t, e, tables.Query{SQL: "SELECT 1", Timeout: 20 * time.Millisecond}); err == nil || !strings.Contains(err.Error(), "turn") {
		t.Errorf("a second one: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := answer(t, e, tables.Query{SQL: "SELECT 1"}); err != nil {
		t.Errorf("after the first: %v", err)
	}
}

func TestAnAnswerSaysHowFarItSaw(t *testing.T) {
	e := engine(t)
	_, _, err := answer(t, e, tables.Query{SQL: strings.Repeat(" ", tables.MaxText) + "SELECT 1"})
	if err == nil || !strings.Contains(err.Error(), "octets") {
		t.Errorf("a long one: %v", err)
	}
	r, err := e.Query(t.Context(), tables.Query{SQL: "SELECT 1 FROM boiler"})
	if err != nil {
		t.Fatal(err)
	}
	marks := r.Watermark()
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if len(marks) != 2 || marks["boiler.climate"] != noon.UnixNano()-second {
		t.Errorf("got %v", marks)
	}
}

// FuzzAQueryIsReadWhateverItIs looks for texts that end the reader instead of
// the query.
func FuzzAQueryIsReadWhateverItIs(f *testing.F) {
	e := engine(f)
	for _, q := range []string{"SELECT * FROM boiler.climate", "SELECT 'a''b' FROM [x] -- c", "/* SELECT", `SELECT "a" . "b" FROM a.b, c.d`, "\x00;'", "SELECT \xff"} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, q string) {
		r, err := e.Query(t.Context(), tables.Query{SQL: q, MaxRows: 10, Timeout: time.Second})
		if err != nil {
			return
		}
		for r.Next() {
		}
		_ = r.Err()
		if err := r.Close(); err != nil {
			t.Errorf("%q: %v", q, err)
		}
	})
}
