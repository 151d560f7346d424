package streamsql_test

import (
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/tag"
)

func schemaOf(t testing.TB, names ...string) *tag.Schema {
	t.Helper()
	var fields []tag.Field
	for _, n := range names {
		fields = append(fields, tag.Field{Name: n})
	}
	schema, err := tag.NewSchema(tag.StreamID{}, "boiler", fields...)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func TestAnExpressionIsEvaluatedOnARow(t *testing.T) {
	schema := schemaOf(t, "voltage", "current", "state")
	row := []tag.Value{tag.FloatOf(230), tag.IntOf(2), tag.NullOf(tag.BadTimeout)}
	for text, want := range map[string]tag.Value{
		"voltage * current / 1000":                  tag.FloatOf(0.46),
		"Voltage > 200 AND current < 3":             tag.BoolOf(true),
		"CASE WHEN state IS NULL THEN 'no' END":     tag.StringOf("no"),
		"coalesce(state, current)":                  tag.IntOf(2),
		"round(sqrt(voltage), 1)":                   tag.FloatOf(15.2),
		"CAST(current AS TEXT) || ' A'":             tag.StringOf("2 A"),
		"voltage BETWEEN 207 AND 253 OR state = 12": tag.BoolOf(true),
	} {
		e, err := streamsql.CompileExpression(text, schema)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		got, err := e.Eval(row, 0)
		if err != nil || !got.Equal(want) {
			t.Errorf("%s: %s (%v), want %s", text, tag.AppendJSON(nil, got), err, tag.AppendJSON(nil, want))
		}
	}
}

func TestAnExpressionTellsWhatItReadsAndMakes(t *testing.T) {
	e, err := streamsql.CompileExpression("b || a || b", schemaOf(t, "a", "b", "c"))
	if err != nil {
		t.Fatal(err)
	}
	if e.Type() != fn.Text || len(e.Columns()) != 2 || e.Columns()[0] != 1 || e.Columns()[1] != 0 {
		t.Errorf("%s of columns %v", e.Type(), e.Columns())
	}
}

func TestWhatNeedsAQueryIsNoExpression(t *testing.T) {
	for text, want := range map[string]string{
		"sum(a)": "1:1", "lag(a)": "1:1", "*": "1:1", "a + (SELECT 1)": "1:", "a IN (SELECT 1)": "1:", "EXISTS (SELECT 1)": "1:",
		"b + x": "1:5: no column is called x", "volt": "did you mean", "a +": "1:", "SELECT a": "1:",
	} {
		_, err := streamsql.CompileExpression(text, schemaOf(t, "a", "b", "volts"))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

func FuzzExpression(f *testing.F) {
	f.Add("a * 2 + coalesce(b, 0)")
	schema := schemaOf(f, "a", "b")
	f.Fuzz(func(t *testing.T, text string) {
		e, err := streamsql.CompileExpression(text, schema)
		if err != nil {
			return
		}
		if _, err := e.Eval([]tag.Value{tag.IntOf(3), tag.NullOf(tag.BadTimeout)}, 1); err != nil && err.Error() == "" {
			t.Error("an error says nothing")
		}
	})
}
