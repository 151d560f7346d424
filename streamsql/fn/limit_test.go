package fn_test

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/exec"
	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/streamsql/parse"
	"github.com/holdfast-edge/holdfast/streamsql/plan"
	"github.com/holdfast-edge/holdfast/tag"
)

// failure evaluates an expression over one value, as column x, and returns why
// it fails: when it is compiled or at the row.
func failure(t *testing.T, registry *fn.Registry, expression string, x tag.Value) error {
	t.Helper()
	tree, err := parse.Query("SELECT "+expression+" AS result FROM rows", ast.Standard)
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	planned, err := plan.Build(tree, plan.Sources{"rows": {}}, registry)
	if err != nil {
		return err
	}
	var failed error
	running := exec.New(planned, exec.Options{Rule: "rule", Failed: func(f exec.Failure) { failed = f.Err }})
	schema, err := tag.NewSchema(tag.StreamID{}, "rows", tag.Field{Name: "x"})
	if err != nil {
		t.Fatal(err)
	}
	builder := tag.NewBuilder(schema, 1)
	copy(builder.Row(1e9), []tag.Value{x})
	running.Push(0, 0, builder.Batch(), func(*tag.Batch) {})
	return failed
}

func expectFailure(t *testing.T, registry *fn.Registry, expression string, x tag.Value, reason string) {
	t.Helper()
	err := failure(t, registry, expression, x)
	if err == nil || !strings.Contains(err.Error(), reason) {
		t.Errorf("%s: got the error %v, want one with %q", expression, err, reason)
	}
}

func TestNoCallMakesMoreThanItMay(t *testing.T) {
	long := tag.StringOf(strings.Repeat("x", 1<<20))
	for _, c := range []struct {
		expression string
		x          tag.Value
		reason     string
	}{
		{"repeat('ab', 65536)", long, ""}, // an array of the same text
		{"repeat(x, 65536)", long, "at most 16777216 are allowed"},
		{"x || x || x || x || x", long, "at most 4194304 are allowed"},
		{"hex(hex(hex(x)))", long, "at most 4194304 are allowed"},
		{"quote(hex(hex(x)))", long, "at most 4194304 are allowed"},
		{"to_json(array_create(x, x, x, x))", long, "at most 4194304 are allowed"},
		{"array_create(repeat(x, 10), repeat(x, 10))", long, "at most 16777216 are allowed"},
		{"json_object('a', repeat(x, 10), 'b', repeat(x, 10))", long, "at most 16777216 are allowed"},
		{"format('%,.4000000d', 1)", long, "at most 4194304 are allowed"},
		{"repeat(x, 65537)", long, "at most 65536 are allowed"},
		{"array_join(repeat(x, 5), '')", long, "at most 4194304 are allowed"},
		{"array_concat(sequence(1, 65536), sequence(1, 1))", long, "at most"},
		{"array_flatten(repeat(repeat(x, 300), 300))", long, "at most"},
		{"repeat('ab', 9223372036854775807)", long, "at most"},
		{"lpad(x, 1000000000)", long, "at most"},
		{"rpad(x, 9223372036854775807)", long, "at most"},
		{"sequence(1, 9223372036854775807)", long, "more than 65536"},
		{"sequence(-9223372036854775807, 9223372036854775807, 1)", long, "more than 65536"},
		{"sequence(9223372036854775807, -9223372036854775807, -1)", long, "more than 65536"},
		{"format('%999999999d', 1)", long, "at most"},
		{"array_join(array_create(x, x, x, x, x), x)", long, "at most"},
		{"concat(x, x, x, x, x)", long, "at most"},
		{"replace(x, 'x', 'xxxxxxxx')", long, "at most"},
		{"regexp_replace(x, 'x', 'xxxxxxxx')", long, "at most"},
		{"regexp_replace(x, '(x*)', '$1$1$1$1$1')", long, "at most"},
		{"regexp_replace(x, 'xxxxxxxx', 'yyyyyyyy')", long, ""},
	} {
		err := failure(t, fn.Standard(), c.expression, c.x)
		switch {
		case c.reason == "" && err != nil:
			t.Errorf("%s: %v", c.expression, err)
		case c.reason != "" && (err == nil || !strings.Contains(err.Error(), c.reason)):
			t.Errorf("%s: got the error %v, want one with %q", c.expression, err, c.reason)
		}
	}
}

func TestADecompressedTextIsCutOffWhereItIsTooLarge(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	for range 16 {
		if _, err := w.Write(make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	expectFailure(t, fn.Standard(), "decompress(x, 'gzip')", tag.BytesOf(packed.Bytes()), "at most 4194304")
}

func TestWhatIsNotCompressedIsNotDecompressed(t *testing.T) {
	for _, method := range []string{"zlib", "gzip", "flate", "zstd"} {
		expectFailure(t, fn.Standard(), "decompress(x, '"+method+"')", tag.BytesOf([]byte("\x01\x02 no archive")), "decompress")
	}
	expectFailure(t, fn.Standard(), "compress(x, 'rar')", tag.StringOf("a"), "rar")
}

func TestEveryMethodGivesBackWhatItCompressed(t *testing.T) {
	for _, text := range []string{"", "a", strings.Repeat("pump 7 ", 10000)} {
		for _, method := range []string{"zlib", "gzip", "flate", "zstd"} {
			call := "decompress(compress(x, '" + method + "'), '" + method + "')"
			got := evaluate(t, fn.Standard(), "SELECT "+call+" AS result FROM rows", []tag.Value{tag.StringOf(text)})
			if string(got[0].Bytes()) != text && got[0].Str() != text {
				t.Errorf("%s of %d octets gives back %v", method, len(text), got[0].Kind())
			}
		}
	}
}

// What an aggregate gathers of rows is bounded, too: a row that would be too much
// fails, and a window that slides on goes on.
func TestWhatIsGatheredIsBounded(t *testing.T) {
	long := tag.StringOf(strings.Repeat("x", 3<<20))
	for name, args := range map[string]func(i int64) []tag.Value{
		"collect":           func(int64) []tag.Value { return []tag.Value{long} },
		"json_group_object": func(i int64) []tag.Value { return []tag.Value{tag.StringOf(strings.Repeat("k", int(i))), long} },
	} {
		f, ok := fn.Standard().Lookup(name)
		if !ok {
			t.Fatal(name)
		}
		var c fn.Context
		a, failed := f.Aggregate(), 0
		for i := range int64(10) {
			if a.Add(&c, args(i)) != nil {
				failed++
			}
		}
		if failed != 5 {
			t.Errorf("%s: %d of 10 rows failed", name, failed)
		}
		if _, err := a.Result(&c); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestALargeValueThatLeavesMakesRoom(t *testing.T) {
	f, _ := fn.Standard().Lookup("collect")
	var c fn.Context
	a, long := f.Aggregate(), []tag.Value{tag.StringOf(strings.Repeat("x", 9<<20))}
	for i, want := range []bool{true, false, false, true, false} {
		if got := a.Add(&c, long) == nil; got != want {
			t.Errorf("row %d: taken %v", i, got)
		}
		if i == 2 {
			for range 3 {
				a.(fn.Subtractor).Subtract(&c, long)
			}
		}
	}
	if v, err := a.Result(&c); err != nil || len(v.Array()) != 2 || !v.Array()[1].IsNull() {
		t.Errorf("%d values, error %v", len(v.Array()), err)
	}
}

func TestTheNumbersThatARankIsFoundAmongAreBounded(t *testing.T) {
	f, ok := fn.Standard().Lookup("median")
	if !ok {
		t.Fatal("there is no median")
	}
	a, failed := f.Aggregate(), 0
	for i := range int64(2<<20 + 10) {
		if err := a.Add(&fn.Context{}, []tag.Value{tag.IntOf(i)}); err != nil {
			failed++
		}
	}
	if v, err := a.Result(&fn.Context{}); failed != 10 || err != nil || v != tag.FloatOf(1<<20-0.5) {
		t.Errorf("%d failed, the median is %v: %v", failed, v, err)
	}
}
