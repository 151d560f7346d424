package streamsqltest_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

const referencePage = "../../docs/reference/sql.md"

var scriptFence = regexp.MustCompile("(?s)```script\n(.*?\n)```")

// The blocks of the reference that are scripts are cases like those of testdata,
// without a name.
func TestTheScriptsOfTheReferenceGiveWhatTheySay(t *testing.T) {
	page, err := os.ReadFile(referencePage)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	rewritten := scriptFence.ReplaceAllStringFunc(string(page), func(block string) string {
		n++
		body := scriptFence.FindStringSubmatch(block)[1]
		name, _, _ := strings.Cut(body, "\n--")
		got := runScript(t, referencePage, "== "+strings.ReplaceAll(name, "\n", " ")+"\n"+body)
		_, got, _ = strings.Cut(got, "\n")
		return "```script\n" + got + "```"
	})
	if n < 2 {
		t.Errorf("%d scripts found", n)
	}
	if *rewrite && rewritten != string(page) {
		if err := os.WriteFile(referencePage, []byte(rewritten), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
