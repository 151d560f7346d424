package mqtt

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/holdfast-edge/holdfast/tag"
)

// render is the topic of a row of one field, called machine.
func render(t testing.TB, template string, v tag.Value) string {
	t.Helper()
	parsed, err := ParseTemplate(template)
	if err != nil {
		t.Fatal(err)
	}
	schema, err := tag.NewSchema(tag.StreamID{}, "line/1", tag.Field{Name: "machine"})
	if err != nil {
		t.Fatal(err)
	}
	return string(parsed.bind("plant-7", schema.Name(), schema).appendTo(nil, []tag.Value{v}))
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

func TestATemplateThatMakesNoTopicIsRefusedWithItsFix(t *testing.T) {
	for template, says := range map[string]string{
		"":                         "want 1 to",
		"a/+":                      "publish on one topic",
		"a/#":                      "publish on one topic",
		"a/{site":                  "no other braces",
		"a/site}":                  "no other braces",
		"a/{}":                     "no other braces",
		"a/{a{b}}":                 "no other braces",
		"a\x00":                    "NUL",
		"\xff":                     "UTF-8",
		strings.Repeat("a/", 3000): "want 1 to 4096",
	} {
		if parsed, err := ParseTemplate(template); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%.20q: %v, %v", template, parsed, err)
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

func FuzzParseTemplate(f *testing.F) {
	for _, text := range []string{"a/b", "{site}/{stream}", "a/{x}/b{y}", "{", "}", "{}", "a/+"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := ParseTemplate(text)
		if err != nil {
			return
		}
		if parsed.String() != text {
			t.Fatalf("%q became %q", text, parsed)
		}
		if got := string(parsed.bind("s", "t", nil).appendTo(nil, nil)); got == "" || strings.ContainsAny(got, "+#\x00") {
			t.Fatalf("%q makes %q", text, got)
		}
	})
}
