package wasm_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/streamsql/wasm"
	"github.com/holdfast-edge/holdfast/tag"
)

// liar is a module whose functions give their argument back, whatever they say
// that they return, and one that calls its argument JSON.
func liar() []byte {
	var m module
	names := []string{"bool", "int", "float", "number", "text", "bytes", "time", "array", "object"}
	var list []string
	for _, of := range names {
		list = append(list, `{"name":"as_`+of+`","params":[{"name":"x","type":"any"}],"returns":"`+of+`","nulls":true}`)
	}
	list = append(list, `{"name":"as_json","params":[{"name":"x","type":"any"}],"returns":"any"}`)
	describe(&m, strings.Join(list, ","))
	places := []byte{i32, i32}
	for _, of := range names {
		m.function("as_"+of, places, []byte{i64}, packed(get(0), get(1)))
	}
	m.function("as_json", places, []byte{i64}, get(0), const32(8), []byte{opStore8, 0, 0}, packed(get(0), get(1)))
	m.function("holdfast_alloc", []byte{i32}, []byte{i32}, const32(argsAt),
		[]byte{0x3f, 0}, const32(60), []byte{0x49, 0x04, 0x40}, const32(60), []byte{opGrow, 0, opDrop, opEnd}) // memory for long texts
	return m.bytes()
}

// values are arguments of every kind, and some that are hard to bear.
func values(t *testing.T) []tag.Value {
	t.Helper()
	object, err := tag.NewObject([]string{"a"}, []tag.Value{tag.IntOf(1)})
	if err != nil {
		t.Fatal(err)
	}
	return []tag.Value{
		tag.NullOf(tag.Bad), tag.BoolOf(true), tag.IntOf(math.MinInt64), tag.IntOf(0), tag.FloatOf(math.Inf(1)), tag.FloatOf(-0.5), tag.StringOf(""), tag.StringOf("x"),
		tag.StringOf("[1"), tag.StringOf(strings.Repeat("[", 50_000)), tag.StringOf(strings.Repeat(`{"a":`, 20_000)), tag.StringOf("1e999999999"), tag.StringOf(`"\ud800"`),
		tag.BytesOf([]byte{0xff}), tag.NanosOf(math.MaxInt64), tag.ArrayOf(nil), tag.ArrayOf([]tag.Value{tag.NullOf(tag.Good)}), tag.ObjectOf(object),
	}
}

func TestAFunctionThatGivesWhatItDoesNotSayStopsNoQuery(t *testing.T) {
	slot := wasm.NewSlot(load(t, liar(), wasm.Limits{Memory: 8 << 20}))
	all := values(t)
	for _, f := range slot.Functions() {
		call := f.Name + "(x)"
		for _, query := range []string{
			"SELECT " + call + " AS y FROM rows",
			"SELECT " + call + " + 1 AS y, -" + call + " AS z, " + call + " || 'x' AS t FROM rows",
			"SELECT x FROM rows WHERE " + call,
			"SELECT x FROM rows WHERE " + call + " > 3 AND " + call + " BETWEEN 1 AND 'z'",
			"SELECT " + call + "[0] AS y, " + call + "->'a' AS z, abs(" + call + ") AS a, upper(" + call + ") AS u FROM rows",
			"SELECT lag(" + call + ") AS y, acc_sum(" + call + ") AS s FROM rows",
			"SELECT " + call + " AS g, count(*) AS n, sum(" + call + ") AS s, max(" + call + ") AS m, avg(" + call + ") AS a FROM rows GROUP BY " + call + ", COUNTWINDOW(5)",
			"SELECT x FROM rows ORDER BY " + call,
			"SELECT CASE " + call + " WHEN 1 THEN 2 ELSE " + call + " END AS y, CAST(" + call + " AS INTEGER) AS z, x IN (" + call + ") AS i FROM rows",
		} {
			sound(t, slot.Functions(), query, all)
		}
	}
}

// sound runs a query over rows and wants it to be there still.
func sound(t *testing.T, functions []*fn.Func, text string, all []tag.Value) {
	t.Helper()
	compiler := streamsql.Compiler{Catalog: streamsql.Sources{"rows": {}}, Functions: functions}
	q, err := compiler.Compile(text)
	if err != nil {
		return // what it says that it returns does not go there
	}
	defer func() {
		if r := recover(); r != nil {
			t.Errorf("%s: %v", text, r)
		}
	}()
	e := q.New(streamsql.Options{})
	for _, x := range all {
		show(t, e, x)
	}
	if got := e.Stats().RowsIn; got != uint64(len(all)) {
		t.Errorf("%s: it read %d rows of %d", text, got, len(all))
	}
}

func TestJSONThatIsTooDeepIsAMalformedResult(t *testing.T) {
	m := load(t, liar(), wasm.Limits{Memory: 8 << 20})
	for _, text := range []string{strings.Repeat("[", 1_000_000), strings.Repeat(`{"a":`, 300_000), "[1"} {
		if got, err := m.Call("as_json", []tag.Value{tag.StringOf(text)}); !errors.Is(err, wasm.ErrMalformed) {
			t.Errorf("%.10s…: got %v, %v", text, got.Kind(), err)
		}
		if got, err := m.Call("as_text", []tag.Value{tag.StringOf(text)}); err != nil || got.Str() != text {
			t.Errorf("%.10s…: as text it fails: %v", text, err)
		}
	}
}
