package document

import (
	"fmt"
	"strings"
	"testing"
)

// refused reads a text that must not be read, and gives the first error.
func refused(t *testing.T, file, text string) *Error {
	t.Helper()
	doc, errs := Read(file, []byte(text))
	if doc != nil || len(errs) == 0 {
		t.Fatalf("%.80q is not refused", text)
	}
	return errs[0]
}

func TestNestingBeyondTheLimitIsRefusedHoweverItIsWritten(t *testing.T) {
	const many = 200_000
	var aliases strings.Builder
	aliases.WriteString("a0: &a0 [x]\n")
	for i := range MaxDepth + 1 {
		fmt.Fprintf(&aliases, "a%d: &a%d [*a%d]\n", i+1, i+1, i)
	}
	var steps strings.Builder
	for i := range 400 {
		steps.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	for name, text := range map[string]string{
		"lists.yaml":    strings.Repeat("[", many),
		"closed.yaml":   strings.Repeat("[", many) + strings.Repeat("]", many),
		"mappings.yaml": strings.Repeat("{a: ", many),
		"dashes.yaml":   strings.Repeat("- ", many),
		"keys.yaml":     strings.Repeat("? ", many),
		"steps.yaml":    steps.String(),
		"tags.yaml":     strings.Repeat("!a ", many) + "b",
		"anchors.yaml":  strings.Repeat("&a ", many) + "b",
		"aliases.yaml":  aliases.String(),
		"lists.json":    strings.Repeat("[", many),
		"mappings.json": strings.Repeat(`{"a":`, many),
	} {
		t.Run(name, func(t *testing.T) {
			if err := refused(t, name, text); !strings.Contains(err.Problem, "nested") || err.Line == 0 {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestNestingUpToTheLimitIsRead(t *testing.T) {
	text := strings.Repeat("[", MaxDepth) + strings.Repeat("]", MaxDepth)
	read(t, "a.yaml", text)
	read(t, "a.json", text)
}

func TestAliasesThatMultiplyAreRefusedByTheirWeight(t *testing.T) {
	var laughs strings.Builder
	laughs.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := range 30 {
		alias := fmt.Sprintf("*a%d", i)
		fmt.Fprintf(&laughs, "a%d: &a%d [%s]\n", i+1, i+1, strings.Join([]string{alias, alias, alias, alias, alias, alias, alias, alias, alias}, ", "))
	}
	if err := refused(t, "laughs.yaml", laughs.String()); !strings.Contains(err.Problem, "values") {
		t.Errorf("error %v", err)
	}
}

func TestADocumentThatContainsItselfIsRefused(t *testing.T) {
	_, errs := Read("a.yaml", []byte("a: &a [*a]\n"))
	if len(errs) != 1 || !strings.Contains(errs[0].Problem, "no anchor &a") {
		t.Errorf("errors %v", errs)
	}
}

func TestAFileBeyondTheLimitIsRefusedUnread(t *testing.T) {
	if err := refused(t, "a.yaml", strings.Repeat("#", MaxBytes+1)); !strings.Contains(err.Problem, "the limit is") {
		t.Errorf("error %v", err)
	}
}

func TestBytesThatAreNoTextAreShownAtTheirPlace(t *testing.T) {
	for text, want := range map[string]string{
		"a: é\nb: \xff":           "x.yaml:2:4: byte 0xff is not UTF-8 text: save the file as UTF-8",
		"\x00":                    "x.yaml:1:1: byte 0x00 is not UTF-8 text: save the file as UTF-8",
		"\xff\xfea\x00:\x00 \x00": "x.yaml:1:1: byte 0xff is not UTF-8 text: save the file as UTF-8",
	} {
		if err := refused(t, "x.yaml", text); err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

func TestWhatWouldTakeQuadraticTimeIsRefused(t *testing.T) {
	var keys strings.Builder
	for i := range maxKeys + 1 {
		fmt.Fprintf(&keys, "  - k%d: 1\n", i)
	}
	list := "a:\n" + keys.String()
	read(t, "list.yaml", list)
	if err := refused(t, "keys.yaml", "a:\n"+strings.ReplaceAll(keys.String(), "- ", "")); !strings.Contains(err.Error(), "more than 10000 keys") || err.Line != maxKeys+2 {
		t.Errorf("error %v", err)
	}
	read(t, "blank.yaml", "a: |\n  b\n"+strings.Repeat("\n", maxBlank)+"  c\n")
	if err := refused(t, "blank.yaml", "a: |\n  b\n"+strings.Repeat("\r\n", maxBlank+1)); !strings.Contains(err.Error(), "blank.yaml:203:1: more than 200 lines") {
		t.Errorf("error %v", err)
	}
}
