package fn_test

import (
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/tag"
)

// What a text says of a time is the same on every machine, whatever zone that is in.
func TestAnOffsetStaysAnOffsetWhereTheMachineHasIt(t *testing.T) {
	t.Setenv("TZ", "Europe/Berlin") // read once: where another test was before, nothing is to be seen
	expectResults(t, fn.Standard(), [][2]string{
		{"format_time('2026-11-02T17:04:05+01:00', 'HH z')", `"17 +0100"`},
		{"format_time('2026-11-02 17:04:05Z', 'HH z')", `"17 UTC"`},
		{"date_calc('2026-03-29T01:30:00+01:00', '1h')", `"2026-03-29 02:30:00"`},
		{"hour('Sun, 29 Mar 2026 01:30:00 GMT')", `1`},
		{"to_seconds('Sun, 29 Mar 2026 01:30:00 +0100')", `1774744200`},
	})
	for expression, reason := range map[string]string{
		"to_seconds('Sun, 29 Mar 2026 01:30:00 CET')": "what zone CET is nobody knows",
		"convert_tz(0, 'Local')":                      `zone "Local" is not known`,
		"convert_tz(0, '../UTC')":                     "is not known",
	} {
		expectFailure(t, fn.Standard(), expression, tag.NullOf(tag.Good), reason)
	}
}

func TestSummerTimeBeginsAndEndsWhereTheZoneSays(t *testing.T) {
	expectResults(t, fn.Standard(), [][2]string{
		{"convert_tz('2026-10-25T00:59:59Z', 'Europe/Berlin')", `"2026-10-25T02:59:59+02:00"`},
		{"convert_tz('2026-10-25T01:00:00Z', 'Europe/Berlin')", `"2026-10-25T02:00:00+01:00"`},
		{"convert_tz('2026-10-25T02:30:00+02:00', 'UTC')", `"2026-10-25T00:30:00Z"`},
		{"convert_tz('2026-10-25T02:30:00+01:00', 'UTC')", `"2026-10-25T01:30:00Z"`},
		{"convert_tz('2026-10-03T15:29:59Z', 'Australia/Lord_Howe')", `"2026-10-04T01:59:59+10:30"`},
		{"convert_tz('2026-10-03T15:30:00Z', 'Australia/Lord_Howe')", `"2026-10-04T02:30:00+11:00"`},
		{"convert_tz(0, 'Asia/Kathmandu')", `"1970-01-01T05:30:00+05:30"`},
		{"date_diff(convert_tz('2026-03-28T12:00:00Z', 'Europe/Berlin'), convert_tz('2026-03-29T12:00:00Z', 'Europe/Berlin')) / 3600000000000", `24`},
		{"day(convert_tz('2026-12-31T23:30:00Z', 'Europe/Berlin'))", `1`},
		{"last_day(convert_tz('2026-12-31T23:30:00Z', 'Europe/Berlin'))", `"2027-01-31"`},
	})
}

func TestTimesAndDurationsBeyondTheirLimitsFail(t *testing.T) {
	for expression, reason := range map[string]string{
		"date_calc('2026-01-01', 1e300)":                      "want less than 292 years",
		"date_calc('2026-01-01', -9.3e12)":                    "want less than 292 years",
		"date_calc('9999-12-31', '24h')":                      "in the year 10000",
		"date_diff('1600-01-01', '2000-01-01')":               "more than 292 years apart",
		"date_diff('2000-01-01', '1600-01-01')":               "more than 292 years apart",
		"format_time(0, '" + strings.Repeat("y", 1200) + "')": "time pattern of 1200 octets: at most 1024 are allowed",
	} {
		expectFailure(t, fn.Standard(), expression, tag.NullOf(tag.Good), reason)
	}
	long := tag.StringOf(strings.Repeat("1", 1<<20))
	for _, expression := range []string{"hour(x)", "date_calc(0, x)", "convert_tz(0, x)", "hex2dec(x)", "decode('a', x)", "like('a', 'b', x)"} {
		if err := failure(t, fn.Standard(), expression, long); err == nil || len(err.Error()) > 300 {
			t.Errorf("%s: an error of more than a glance: %.400v", expression, err)
		}
	}
	expectResults(t, fn.Standard(), [][2]string{
		{"date_calc('2026-01-01', -9.2e12)", `"1734-06-19 12:26:40"`},
		{"date_diff('1800-01-01', '2000-01-01')", `6311347200000000000`},
	})
}

// What is seen of a value again is found at once, however many there are.
func TestManyValuesAreDeduplicated(t *testing.T) {
	f, ok := fn.Standard().Lookup("deduplicate")
	if !ok {
		t.Fatal("there is no deduplicate")
	}
	a, merged := f.Aggregate(), f.Aggregate()
	var c fn.Context
	for i := range int64(60_000) {
		if err := a.Add(&c, []tag.Value{tag.IntOf(i % 50_000), tag.BoolOf(true), tag.IntOf(i)}); err != nil {
			t.Fatal(err)
		}
	}
	merged.Merge(a)
	merged.Merge(a)
	if v, err := merged.Result(&c); err != nil || len(v.Array()) != 50_000 || !v.Array()[49_999].Equal(tag.IntOf(49_999)) {
		t.Errorf("%d rows, %v", len(v.Array()), err)
	}
	long := []tag.Value{tag.StringOf("x"), tag.BoolOf(true), tag.StringOf(strings.Repeat("x", 17<<20))}
	if a.Add(&c, long) == nil {
		t.Error("a row that is too large is kept")
	}
}
