package parse

import (
	"encoding/json"
	"flag"
	"os"
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
)

var casesFile = flag.String("cases", "", "file of cases as streamsqltest/cases reads them: all that is no error there must be read")

// What the package refuses must be an error of the cases too. The reverse is
// for the planner as well, which knows functions and streams.
func TestTheCasesOfEKuiperAreRead(t *testing.T) {
	if *casesFile == "" {
		t.Skip("no file of cases given: -cases FILE")
	}
	content, err := os.ReadFile(*casesFile)
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name    string            `json:"name"`
		Kind    string            `json:"kind"`
		SQL     string            `json:"sql"`
		Error   string            `json:"error"`
		Streams map[string]string `json:"streams"`
	}
	if err := json.Unmarshal(content, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		// Errors of the other kinds come when the query runs.
		checkCase(t, c.Name, c.SQL, c.Kind == "parse" && c.Error != "")
		for _, definition := range c.Streams {
			checkCase(t, c.Name, definition, false)
		}
	}
}

func checkCase(t *testing.T, name, text string, mayFail bool) {
	t.Helper()
	statements, err := Script(text, ast.EKuiper)
	if err != nil && !mayFail {
		t.Errorf("%s: %s\n%v", name, text, err)
	}
	for _, s := range statements {
		checkFixedPoint(t, s)
	}
}
