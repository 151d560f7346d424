package fn_test

import (
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/tag"
)

// fuzz calls a function of two texts with whatever they are: it must give a
// value within the limits, or an error.
func fuzz(f *testing.F, name string, seeds ...[2]string) {
	function, ok := fn.EKuiper().Lookup(name)
	if !ok {
		function, _ = fn.Standard().Lookup(name)
	}
	for _, seed := range seeds {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, x, y string) {
		args := []tag.Value{tag.StringOf(x), tag.StringOf(y)}
		scalar := function.Scalar
		if function.Bind != nil {
			bound, err := function.Bind(args)
			if err != nil {
				return
			}
			scalar = bound
		}
		v, err := scalar(&fn.Context{}, args)
		if err == nil && v.Kind() == tag.String && !v.IsNull() && len(v.Str()) > 4<<20 {
			t.Errorf("%d octets", len(v.Str()))
		}
	})
}

func FuzzFormatTime(f *testing.F) {
	fuzz(f, "format_time", [2]string{"2026-11-22T17:04:05Z", "yyyy 'at' HH:mm:ssSSS"}, [2]string{"2026-11-22", `\''`})
}

func FuzzStrftime(f *testing.F) {
	fuzz(f, "strftime", [2]string{"%Y %f %J %U", "2026-11-22"}, [2]string{"%", "17:04"})
}

func FuzzDateModifier(f *testing.F) {
	fuzz(f, "datetime", [2]string{"2026-11-22", "+0001-02-03 04:05"}, [2]string{"1e9", "unixepoch"}, [2]string{"2026-11-22", "-99999999999 months"})
}

func FuzzDateCalc(f *testing.F) {
	fuzz(f, "date_calc", [2]string{"2026-11-22 17:04:05", "-1h30m"}, [2]string{"Mon, 02 Jan 2006 15:04:05 MST", "5s"})
}

func FuzzRegexpReplace(f *testing.F) {
	function, _ := fn.Standard().Lookup("regexp_replace")
	f.Add("pump 12", "[0-9]+", "$0$0")
	f.Fuzz(func(t *testing.T, x, pattern, by string) {
		args := []tag.Value{tag.StringOf(x), tag.StringOf(pattern), tag.StringOf(by)}
		scalar, err := function.Bind(args)
		if err != nil {
			return
		}
		if v, err := scalar(&fn.Context{}, args); err == nil && len(v.Str()) > 4<<20 {
			t.Errorf("%d octets", len(v.Str()))
		}
	})
}

func FuzzDecompress(f *testing.F) {
	fuzz(f, "decompress", [2]string{"\x1f\x8b", "gzip"}, [2]string{"x\x9c", "zlib"}, [2]string{"\x28\xb5\x2f\xfd", "zstd"}, [2]string{"", "flate"})
}

func FuzzPrintf(f *testing.F) {
	function, _ := fn.Standard().Lookup("printf")
	f.Add("%5.2f|%-*d|%,d|%Q", "x", int64(7), 2.5)
	f.Fuzz(func(t *testing.T, pattern, x string, i int64, g float64) {
		args := []tag.Value{tag.StringOf(pattern), tag.StringOf(x), tag.IntOf(i), tag.FloatOf(g)}
		if v, err := function.Scalar(&fn.Context{}, args); err == nil && len(v.Str()) > 4<<20 {
			t.Errorf("%d octets", len(v.Str()))
		}
	})
}

func FuzzConv(f *testing.F) {
	function, _ := fn.Standard().Lookup("conv")
	f.Add("-17", int64(10), int64(-18))
	f.Fuzz(func(t *testing.T, digits string, from, to int64) {
		_, _ = function.Scalar(&fn.Context{}, []tag.Value{tag.StringOf(digits), tag.IntOf(from), tag.IntOf(to)})
	})
}

// FuzzJSONEdits changes whatever is JSON at whatever is a place: what comes of it is
// within the limits, and what was taken out is not there.
func FuzzJSONEdits(f *testing.F) {
	f.Add(`{"a":[1,{"b":2}]}`, "$.a[1].b")
	f.Add(`[1,2]`, "$[#-1]")
	f.Add(`{"a b":null}`, `$."a b"[0].x`)
	f.Fuzz(func(t *testing.T, x, path string) {
		for _, name := range []string{"json_set", "json_insert", "json_replace", "json_array_insert", "json_remove"} {
			function, _ := fn.Standard().Lookup(name)
			args := []tag.Value{tag.StringOf(x), tag.StringOf(path)}
			scalar := function.Scalar
			if function.Bind != nil {
				args = append(args, tag.IntOf(7))
				scalar, _ = function.Bind(args)
			}
			if v, err := scalar(&fn.Context{}, args); err == nil && len(tag.AppendJSON(nil, v)) > 2*len(x)+6*len(path)+10 {
				t.Errorf("%s makes %s", name, tag.AppendJSON(nil, v))
			}
		}
	})
}

func FuzzUnistr(f *testing.F) {
	function, _ := fn.Standard().Lookup("unistr")
	back, _ := fn.Standard().Lookup("unistr_quote")
	f.Add(`a\u00e9\\\+01F600\U0001f600`)
	f.Fuzz(func(t *testing.T, x string) {
		for _, scalar := range []fn.Scalar{function.Scalar, back.Scalar} {
			if v, err := scalar(&fn.Context{}, []tag.Value{tag.StringOf(x)}); err == nil && len(v.Str()) > 6*len(x)+20 {
				t.Errorf("%d octets of %d", len(v.Str()), len(x))
			}
		}
	})
}
