package document

import "testing"

func TestTheNearestWordIsTheOneThatWasMeant(t *testing.T) {
	keys := []string{"name", "driver", "endpoint", "groups", "devices", "to"}
	for typed, want := range map[string]string{
		"nmae": "name", "devces": "devices", "Driver": "driver", "endpiont": "endpoint", "group": "groups",
		"xyz": "", "": "", "n": "", "ot": "to", "colour": "",
	} {
		if got := Nearest(typed, keys); got != want {
			t.Errorf("%q is taken for %q, want %q", typed, got, want)
		}
	}
}

func TestTheFixForAnUnknownWordNamesOneOrAll(t *testing.T) {
	for want, fix := range map[string]string{
		`did you mean "edge"?`:        DidYouMean("egde", []string{"always", "change", "edge"}),
		"want always, change or edge": DidYouMean("rising", []string{"always", "change", "edge"}),
		"want edge":                   DidYouMean("rising", []string{"edge"}),
		"":                            DidYouMean("rising", nil),
	} {
		if fix != want {
			t.Errorf("fix %q, want %q", fix, want)
		}
	}
}

func TestAnEditIsACharacterMoreLessOtherOrSwapped(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"abc", "abc", 0}, {"abc", "acb", 1}, {"abc", "adc", 1}, {"abc", "abcd", 1}, {"kitten", "sitting", 3}, {"größe", "grösse", 2}} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("from %q to %q are %d edits, want %d", c.a, c.b, got, c.want)
		}
	}
}
