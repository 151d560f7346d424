package mqtt

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/holdfast-edge/holdfast/sinks/template"
	"github.com/holdfast-edge/holdfast/tag"
)

// render is the topic of a row of one field, called machine.
func render(t testing.TB, text string, v tag.Value) string {
	t.Helper()
	parsed, err := template.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	schema, err := tag.NewSchema(tag.StreamID{}, "line/1", tag.Field{Name: "machine"})
	if err != nil {
		t.Fatal(err)
	}
	return string(parsed.Bind("plant-7", schema.Name(), schema, escapeLevel).AppendRow(nil, []tag.Value{v}))
}

func TestATopicIsFilledWithSiteStreamAndFields(t *testing.T) {
	for _, c := range []struct {
		template string
		machine  tag.Value
		want     string
	}{
		{"a/b", tag.Value{}, "a/b"},
		{"{site}/{stream}", tag.Value{}, "plant-7/line_1"},
		{"x/{machine}/y", tag.StringOf("press 4"), "x/press 4/y"},
		{"x{machine}{machine}", tag.IntOf(-3), "x-3-3"},
		{"{machine}", tag.FloatOf(2.5), "2.5"},
		{"{machine}", tag.FloatOf(1e300), "1e_300"},
		{"{machine}", tag.BoolOf(true), "true"},
		{"{machine}", tag.StringOf("a/b+c#d\x00e"), "a_b_c_d_e"},
		{"{machine}", tag.StringOf("ünï\xff"), "ünï\uFFFD"},
		{"{machine}", tag.StringOf(""), "_"},
		{"{machine}", tag.Value{}, "_"},
		{"{machine}", tag.NullOf(tag.BadTimeout), "_"},
		{"{machine}", tag.StringOf("stale").WithQuality(tag.BadTimeout), "_"},
		{"{no such field}", tag.Value{}, "_"},
	} {
		if got := render(t, c.template, c.machine); got != c.want {
			t.Errorf("%s with %v: %q, want %q", c.template, c.machine, got, c.want)
		}
	}
}

func TestWhateverARowHoldsItsTopicHasNoMoreLevelsAndNoWildcards(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		v := rapid.OneOf(
			rapid.Map(rapid.String(), tag.StringOf), rapid.Map(rapid.SliceOf(rapid.Byte()), tag.BytesOf),
			rapid.Map(rapid.Float64(), tag.FloatOf), rapid.Map(rapid.Int64(), tag.NanosOf),
		).Draw(r, "value")
		got := render(t, "a/{machine}/b", v)
		if strings.Count(got, "/") != 2 || strings.ContainsAny(got, "+#\x00") || strings.Contains(got, "//") {
			r.Fatalf("%q", got)
		}
	})
}
