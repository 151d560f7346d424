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
