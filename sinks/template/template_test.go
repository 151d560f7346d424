package template_test

import (
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/sinks/template"
	"github.com/holdfast-edge/holdfast/tag"
)

func schema(t *testing.T) *tag.Schema {
	t.Helper()
	s, err := tag.NewSchema(tag.NewStreamID("s", "r"), "r", tag.Field{Name: "machine"}, tag.Field{Name: "n"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestPlaceholdersBecomeWhatTheRowHolds(t *testing.T) {
	row := []tag.Value{tag.StringOf("press/3"), tag.IntOf(7)}
	bad := []tag.Value{tag.NullOf(tag.BadTimeout), {}}
	escape := func(dst []byte, text string) []byte { return append(dst, strings.ReplaceAll(text, "/", "_")...) }
	for text, want := range map[string][2]string{
		"plain":                    {"plain", "plain"},
		"{site}.{stream}":          {"p_7.r", "p_7.r"},
		"a/{machine}/{n}/{absent}": {"a/press_3/7/", "a///"},
		"{{{n}}}":                  {"{7}", "{}"},
		"":                         {"", ""},
	} {
		parsed, err := template.Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		b := parsed.Bind("p/7", "r", schema(t), escape)
		if got := string(b.AppendRow(nil, row)); got != want[0] {
			t.Errorf("%s: %s, want %s", text, got, want[0])
		}
		if got := string(b.AppendRow(nil, bad)); got != want[1] {
			t.Errorf("%s of a bad row: %s, want %s", text, got, want[1])
		}
		if b.IsConstant() != (want[0] == want[1]) {
			t.Errorf("%s: constant is %v", text, b.IsConstant())
		}
	}
}

func TestAPayloadHasItsValuesAsJSON(t *testing.T) {
	parsed, err := template.Parse(`{{"m":{machine},"n":{n},"t":{ts},"x":{absent}}}`)
	if err != nil {
		t.Fatal(err)
	}
	got := parsed.Bind("s", "r", schema(t), nil).AppendWith(nil, []tag.Value{tag.StringOf(`a"b`), tag.NullOf(tag.Bad)}, func(dst []byte, name string) ([]byte, bool) {
		if name != "ts" {
			return dst, false
		}
		return append(dst, "12"...), true
	})
	if want := `{"m":"a\"b","n":null,"t":12,"x":null}`; string(got) != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestWhatIsNoTemplateIsRefused(t *testing.T) {
	for _, text := range []string{"{", "}", "a{}", "{a", "{a{b}}", strings.Repeat("x", 5000), "\xff"} {
		if _, err := template.Parse(text); err == nil {
			t.Errorf("%.20q is read", text)
		}
	}
}

func FuzzATemplateThatIsReadIsPrintedAsItWas(f *testing.F) {
	for _, seed := range []string{"{site}/{stream}", "{{}}", "{a}}}", "}", "{"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := template.Parse(text)
		if err != nil {
			return
		}
		if parsed.String() != text {
			t.Errorf("%q became %q", text, parsed)
		}
		parsed.Bind("s", "r", nil, nil).AppendRow(nil, nil)
	})
}
