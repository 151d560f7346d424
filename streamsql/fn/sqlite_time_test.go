package fn_test

import (
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/tag"
)

// expectResults evaluates expressions over one row and compares their results
// as JSON.
func expectResults(t *testing.T, registry *fn.Registry, rows [][2]string) {
	t.Helper()
	for _, row := range rows {
		got := evaluate(t, registry, "SELECT "+row[0]+" AS result FROM rows", []tag.Value{tag.NullOf(tag.Good)})
		if len(got) == 0 {
			continue // evaluate has told why
		}
		if text := string(tag.AppendJSON(nil, got[0])); text != row[1] {
			t.Errorf("%s: got %s, want %s", row[0], text, row[1])
		}
	}
}

// What SQLite 3.40 gives.
func TestDatesAreSQLites(t *testing.T) {
	expectResults(t, fn.Standard(), [][2]string{
		{"date('2026-11-22')", `"2026-11-22"`},
		{"date('2026-11-22 17:04:05.678')", `"2026-11-22"`},
		{"datetime('2026-11-22T17:04')", `"2026-11-22 17:04:00"`},
		{"datetime('2026-11-22 17:04:05.678')", `"2026-11-22 17:04:05"`},
		{"datetime('2026-11-22T17:04:05Z')", `"2026-11-22 17:04:05"`},
		{"datetime('2026-11-22 17:04:05+02:30')", `"2026-11-22 14:34:05"`},
		{"datetime('2026-11-22 17:04-08:00')", `"2026-11-23 01:04:00"`},
		{"time('17:04')", `"17:04:00"`},
		{"datetime('17:04:05')", `"2000-01-01 17:04:05"`},
		{"datetime(2460000.5)", `"2023-02-25 00:00:00"`},
		{"datetime(0)", `"-4713-11-24 12:00:00"`},
		{"datetime(1763830800, 'unixepoch')", `"2025-11-22 17:00:00"`},
		{"datetime(1763830800.25, 'unixepoch')", `"2025-11-22 17:00:00"`},
		{"datetime(-1, 'unixepoch')", `"1969-12-31 23:59:59"`},
		{"datetime(1763830800, 'auto')", `"2025-11-22 17:00:00"`},
		{"datetime(2460000.5, 'auto')", `"2023-02-25 00:00:00"`},
		{"datetime('1763830800', 'unixepoch')", `"2025-11-22 17:00:00"`},
		{"datetime(2460000.5, 'julianday')", `"2023-02-25 00:00:00"`},
		{"date('2026-01-31', '+1 month')", `"2026-03-03"`},
		{"date('2024-02-29', '+1 year')", `"2025-03-01"`},
		{"date('2026-03-31', '-1 month')", `"2026-03-03"`},
		{"date('2026-11-22', '-1 day')", `"2026-11-21"`},
		{"date('2026-11-22', '+1.5 days')", `"2026-11-23"`},
		{"datetime('2026-11-22', '+1.5 days')", `"2026-11-23 12:00:00"`},
		{"datetime('2026-11-22', '36 hours')", `"2026-11-23 12:00:00"`},
		{"datetime('2026-11-22', '-90 minutes')", `"2026-11-21 22:30:00"`},
		{"datetime('2026-11-22', '+0.5 seconds')", `"2026-11-22 00:00:00"`},
		{"datetime('2026-11-22', '+86399 seconds')", `"2026-11-22 23:59:59"`},
		{"datetime('2026-11-22', '+1.5 months')", `"2027-01-06 00:00:00"`},
		{"datetime('2026-11-22', '+0.5 years')", `"2027-05-23 12:00:00"`},
		{"datetime('2026-11-22', '+01:30')", `"2026-11-22 01:30:00"`},
		{"datetime('2026-11-22', '-01:30:15')", `"2026-11-21 22:29:45"`},
		{"datetime('2026-11-22', '01:30')", `"2026-11-22 01:30:00"`},
		{"date('2026-11-22', 'start of month')", `"2026-11-01"`},
		{"date('2026-11-22', 'start of year')", `"2026-01-01"`},
		{"datetime('2026-11-22 17:04', 'start of day')", `"2026-11-22 00:00:00"`},
		{"date('2026-11-22', 'start of month', '+1 month', '-1 day')", `"2026-11-30"`},
		{"date('2026-11-22', 'weekday 0')", `"2026-11-22"`},
		{"date('2026-11-22', 'weekday 3')", `"2026-11-25"`},
		{"date('2026-11-22', 'weekday 7')", `null`},
		{"date('2026-11-22', 'weekday x')", `null`},
		{"date('2026-02-30')", `"2026-03-02"`},
		{"date('2026-02-32')", `null`},
		{"date('2026-13-01')", `null`},
		{"date('2026-11-32')", `null`},
		{"date('no time')", `null`},
		{"date('')", `null`},
		{"date('2026-11-22', 'no modifier')", `null`},
		{"date('2026-11-22', '+1')", `null`},
		{"date('2026-11-22', '+1 fortnight')", `null`},
		{"date(NULL)", `null`},
		{"date('2026-11-22', NULL)", `null`},
		{"date('9999-12-31', '+1 day')", `null`},
		{"date('0000-01-01', '-1 day')", `"-0001-12-31"`},
		{"date('0000-01-01')", `"0000-01-01"`},
		{"datetime('2026-11-22', 'UNIXEPOCH')", `null`},
		{"datetime('2026-11-22', '+1 DAY')", `"2026-11-23 00:00:00"`},
		{"datetime('2026-11-22', 'utc')", `"2026-11-22 00:00:00"`},
		{"julianday('2026-11-22')", `2461366.5`},
		{"julianday('2000-01-01 12:00')", `2451545`},
		{"julianday(2451545)", `2451545`},
		{"unixepoch('2026-11-22 17:04:05.678')", `1795367045`},
		{"unixepoch('1960-01-01')", `-315619200`},
		{"strftime('%d %f %H %j %J %m %M', '2026-11-22 07:04:05.678')", `"22 05.678 07 326 2461366.794510162 11 04"`},
		{"strftime('%s %S %w %W %Y %%', '2026-11-22 07:04:05.678')", `"1795331045 05 0 46 2026 %"`},
		{"strftime('%W', '2026-01-01')", `"00"`},
		{"strftime('%W', '2024-01-01')", `"01"`},
		{"strftime('%W %w', '2023-12-31')", `"52 0"`},
		{"strftime('%j', '2024-12-31')", `"366"`},
		{"strftime('', '2026-11-22')", `""`},
		{"strftime('%', '2026-11-22')", `null`},
		{"strftime('%y', '2026-11-22')", `null`},
		{"strftime('%Y-%m', 1763830800, 'unixepoch', '+1 month')", `"2025-12"`},
		{"strftime('%Y', 'x')", `null`},
	})
}

// What came after SQLite 3.40: https://sqlite.org/lang_datefunc.html.
func TestDatesOfLaterSQLites(t *testing.T) {
	expectResults(t, fn.Standard(), [][2]string{
		{"strftime('%e|%F|%I|%k|%l|%p|%P|%R|%T|%u', '2026-11-02 07:04:05')", `" 2|2026-11-02|07| 7| 7|AM|am|07:04|07:04:05|1"`},
		{"strftime('%F|%Y|%G', '0000-01-01', '-3 hours')", `"-001-12-31|-001|-001"`},
		{"strftime('%G %g %V %U', '2027-01-01')", `"2026 26 53 00"`},
		{"strftime('%I %l %p', '2026-11-22 00:30')", `"12 12 AM"`},
		{"date('2026-01-31', '+1 month', 'ceiling')", `"2026-03-03"`},
		{"date('2026-01-31', '+1 month', 'floor')", `"2026-02-28"`},
		{"date('2024-02-29', '+1 year', 'floor')", `"2025-02-28"`},
		{"datetime('2026-11-22', '+0001-02-03 04:05')", `"2028-01-25 04:05:00"`},
		{"datetime('2026-11-22', '-0001-02-03')", `"2025-09-19 00:00:00"`},
		{"date('2026-02-30', 'floor')", `"2026-02-28"`},
		{"date('2026-02-30', 'subsec')", `"2026-02-30"`},
		{"datetime('2026-12-31 24:00')", `"2027-01-01 00:00:00"`},
		{"time('24:00')", `"00:00:00"`},
		{"time('24:00:01')", `null`},
		{"date('-0001-06-01')", `"-0001-06-01"`},
		{"julianday('-4713-11-24 12:00')", `0`},
		{"date(-1)", `null`},
		{"date(0, '-1 day')", `null`},
		{"time('1:02')", `null`},
		{"date(' 2026-11-22')", `null`},
		{"datetime('2026-11-22 17:04:05.9999', 'subsec')", `"2026-11-22 17:04:05.999"`},
		{"datetime('2026-11-22', '-00:00:01.5', 'subsec')", `"2026-11-21 23:59:58.500"`},
		{"date('2026-11-22', '+10000-01-01')", `null`},
		{"date(5373484.499)", `"9999-12-31"`},
		{"unixepoch(1e18)", `null`},
		{"strftime('%s', 1.25, 'unixepoch', 'subsec')", `"1.250"`},
		{"datetime('2026-11-22 17:04:05.678', 'subsec')", `"2026-11-22 17:04:05.678"`},
		{"unixepoch('2026-11-22 17:04:05.678', 'subsec')", `1795367045.678`},
	})
}

func TestTheTimeOfNowIsTheContexts(t *testing.T) {
	f, _ := fn.Standard().Lookup("datetime")
	for _, args := range [][]tag.Value{nil, {tag.StringOf("now")}} {
		v, err := f.Scalar(&fn.Context{Now: 1_763_830_800e9}, args)
		if err != nil || v.Str() != "2025-11-22 17:00:00" {
			t.Errorf("of %d arguments: got %q, %v", len(args), v.Str(), err)
		}
	}
}

func TestATimeIsReadAsItIs(t *testing.T) {
	got := evaluate(t, fn.Standard(), "SELECT datetime(x, '+1 hour') AS result FROM rows", []tag.Value{tag.NanosOf(1_763_830_800e9)})
	if got[0].Str() != "2025-11-22 18:00:00" {
		t.Errorf("got %q", got[0].Str())
	}
}
