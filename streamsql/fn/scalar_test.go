package fn_test

import (
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestDigitsOfOneBaseAreThoseOfAnother(t *testing.T) {
	expectResults(t, fn.EKuiper(), [][2]string{
		{"conv('a', 16, 2)", `"1010"`},
		{"conv('6E', 18, 8)", `"172"`},
		{"conv('-17', 10, -18)", `"-H"`},
		{"conv('-17', 10, 18)", `"2D3FGB0B9CG4BD1H"`},
		{"conv('+18aZ', 7, 36)", `"1"`},
		{"conv('18446744073709551615', -10, 16)", `"7FFFFFFFFFFFFFFF"`},
		{"conv('12F', -10, 16)", `"C"`},
		{"conv('', 10, 16)", `"0"`},
		{"conv('z', 10, 16)", `"0"`},
		{"conv('1', 37, 10)", `null`},
		{"conv('1', 10, 1)", `null`},
		{"conv(NULL, 10, 16)", `null`},
	})
}

func TestATimeIsWrittenInTheFormOfItsPattern(t *testing.T) {
	const at = "'2026-11-02T17:04:05.067+01:00'"
	for _, c := range [][2]string{
		{"yyyy-MM-dd HH:mm:ss", "2026-11-02 17:04:05"},
		{"yy M d h m s a", "26 11 2 5 4 5 PM"},
		{"EEE EEEE MMM MMMM", "Mon Monday Nov November"},
		{"ssS ssSSS", "05.0 05.067"},
		{"Z X XX XXX", "+0100 +01 +0100 +01:00"},
		{"''yyyy'' 'at' HH", "'2026' at 17"},
		{`\y\M`, "yM"},
		{"yyyy年", "2026年"},
		{"", ""},
	} {
		f, _ := fn.Standard().Lookup("format_time")
		args := []tag.Value{tag.StringOf("2026-11-02T17:04:05.067+01:00"), tag.StringOf(c[0])}
		scalar, err := f.Bind(args)
		if err != nil {
			t.Errorf("%s: %v", c[0], err)
			continue
		}
		if got, err := scalar(&fn.Context{}, args); err != nil || got.Str() != c[1] {
			t.Errorf("%s: got %q, %v, want %q", c[0], got.Str(), err, c[1])
		}
	}
	for _, pattern := range []string{"yyy", "H", "EE", "'open", `\`} {
		expectFailure(t, fn.Standard(), "format_time("+at+", '"+doubled(pattern)+"')", tag.NullOf(tag.Good), "time pattern")
	}
}

// doubled is a text as it stands between quotes in SQL.
func doubled(s string) string {
	var out []rune
	for _, r := range s {
		if r == '\'' {
			out = append(out, r)
		}
		out = append(out, r)
	}
	return string(out)
}

func TestATimeIsReadInEveryForm(t *testing.T) {
	expectResults(t, fn.EKuiper(), [][2]string{
		{"to_seconds('2026-11-22T17:04:05Z')", `1795367045`},
		{"to_seconds('2026-11-22 17:04:05')", `1795367045`},
		{"to_seconds('2026-11-22T18:04:05+01:00')", `1795367045`},
		{"to_seconds('2026-11-22')", `1795305600`},
		{"to_seconds(1795367045678)", `1795367045`},
		{"to_seconds(-1)", `-1`},
		{"to_seconds('2026-11-22T17:04:05.999')", `1795367045`},
		{"convert_tz('2026-03-29T00:59:59Z', 'Europe/Berlin')", `"2026-03-29T01:59:59+01:00"`},
		{"convert_tz('2026-03-29T01:00:00Z', 'Europe/Berlin')", `"2026-03-29T03:00:00+02:00"`},
		{"hour(convert_tz('2026-03-29T01:00:00Z', 'Europe/Berlin'))", `3`},
		{"last_day('2023-02-01')", `"2023-02-28"`},
		{"last_day('2026-12-31')", `"2026-12-31"`},
		{"date_calc('2026-11-22', '1h30m')", `"2026-11-22 01:30:00"`},
		{"date_diff('2026-11-22', '2026-11-21')", `-86400000000000`},
	})
}

// Each says which argument is wrong, what it is and what it should be.
func TestAWrongArgumentIsToldByItsName(t *testing.T) {
	object := tag.ArrayOf([]tag.Value{tag.IntOf(1), tag.StringOf("a")})
	for _, c := range []struct{ expression, reason string }{
		{"array_sort(7)", "array of array_sort is int"},
		{"keys(x)", "object is array: want an object"},
		{"object_size(x)", "want an object"},
		{"abs('a')", ""},
		{"sin('a')", ""}, // of text they are NULL or 0, as in SQLite
		{"hour('noon')", `"noon": want a time`},
		{"convert_tz(0, 'Mars/Olympus')", `"Mars/Olympus" is not known`},
		{"date_calc(0, 'soon')", `"soon": want a duration`},
		{"chr('ab')", ""},
		{"hex2dec('xyz')", "no hexadecimal number"},
		{"regexp_matches('a', '(')", "missing closing"},
		{"sequence(1, 9, 0)", "step is 0"},
		{"element_at(x, 9)", ""},
		{"json_path_query(x, '$[')", "JSON path"},
		{"encode(x, 'base64')", ""},
		{"decode('%%%', 'base64')", ""},
		{"parse_json('{')", "parse JSON"},
		{"split_value('a', '/', 7)", ""},
		{"object(x, x)", ""},
		{"zip(x)", ""},
		{"array_max(x)", ""},
		{"object_construct('a')", ""},
	} {
		if c.reason == "" {
			_ = failure(t, fn.EKuiper(), c.expression, object) // it must not panic
			continue
		}
		expectFailure(t, fn.EKuiper(), c.expression, object, c.reason)
	}
}

// What any function makes of any values is a value or an error.
func TestNoFunctionFailsOtherThanByAnError(t *testing.T) {
	values := []tag.Value{
		tag.NullOf(tag.Good), tag.BoolOf(true), tag.IntOf(-1), tag.IntOf(1 << 62), tag.UintOf(1 << 63), tag.FloatOf(1e300), tag.FloatOf(-0.5),
		tag.StringOf(""), tag.StringOf("a\xff"), tag.StringOf("%s"), tag.BytesOf([]byte{0xff}), tag.NanosOf(-1 << 63), tag.ArrayOf(nil),
		tag.ArrayOf([]tag.Value{tag.NullOf(tag.Good), tag.StringOf("a")}),
	}
	for _, registry := range []*fn.Registry{fn.Standard(), fn.EKuiper()} {
		for _, f := range registry.All() {
			if f.Kind() != fn.ScalarKind {
				continue
			}
			least, most := f.Arity()
			if most < 0 {
				most = least + 2
			}
			for n := least; n <= most; n++ {
				tryAll(f, make([]tag.Value, n), 0, values)
			}
		}
	}
}

// tryAll calls a function with every choice of values for its arguments from a
// place on: of more than two, the rest are all the same.
func tryAll(f *fn.Func, args []tag.Value, from int, values []tag.Value) {
	if from == len(args) {
		scalar := f.Scalar
		if f.Bind != nil {
			bound, err := f.Bind(args)
			if err != nil {
				return
			}
			scalar = bound
		}
		_, _ = scalar(&fn.Context{Metadata: func(string, string) tag.Value { return tag.NullOf(tag.Good) }}, args)
		return
	}
	for _, v := range values {
		if args[from] = v; from >= 2 {
			for i := from; i < len(args); i++ {
				args[i] = v
			}
			tryAll(f, args, len(args), values)
			continue
		}
		tryAll(f, args, from+1, values)
	}
}
