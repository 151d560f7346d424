package commandline_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/holdfast-edge/holdfast/internal/commandline"
)

type program struct {
	Import struct {
		CSV struct {
			File string `arg:""`
		} `cmd:""`
	} `cmd:""`
}

func TestAWrongCommandLineLeadsToTheHelpOfItsCommand(t *testing.T) {
	for line, want := range map[string]string{
		"import csv":   `p: expected "<file>"` + "\nTry p import csv --help.\n",
		"import":       `p: expected "csv"` + "\nTry p import --help.\n",
		"fly":          "p: unexpected argument fly\nTry p --help.\n",
		"import csv a": "",
	} {
		var out bytes.Buffer
		parser, err := kong.New(&program{}, kong.Name("p"), kong.Writers(&out, &out))
		if err != nil {
			t.Fatal(err)
		}
		args := strings.Fields(line)
		if _, err := parser.Parse(args); err != nil {
			commandline.Misused(&out, "p", args, err)
		}
		if out.String() != want {
			t.Errorf("%s: got %q", line, out.String())
		}
	}
}

func TestWhoNamesNoCommandGetsTheHelp(t *testing.T) {
	var out bytes.Buffer
	parser, err := kong.New(&program{}, kong.Name("p"), kong.Writers(&out, &out))
	if err != nil {
		t.Fatal(err)
	}
	_, err = parser.Parse(nil)
	commandline.Misused(&out, "p", nil, err)
	if err == nil || !strings.HasPrefix(out.String(), "Usage: p <command>") {
		t.Errorf("%v, and %s", err, out.String())
	}
}

func TestAnErrorEndsTheProgramWithItsOwnCodeHoweverItIsWrapped(t *testing.T) {
	for code, err := range map[int]error{
		1: errors.New("plain"),
		3: fmt.Errorf("write: %w", commandline.WithCode(3, errors.New("refused"))),
	} {
		var out bytes.Buffer
		if got := commandline.Failed(&out, "p", err, 1); got != code || out.String() != "p: "+err.Error()+"\n" {
			t.Errorf("code %d, want %d: %q", got, code, out.String())
		}
	}
}

func TestALogHasItsLevelAndForm(t *testing.T) {
	var text, json bytes.Buffer
	commandline.Logger(&text, slog.LevelWarn, "text").Info("unheard")
	commandline.Logger(&json, slog.LevelInfo, "json").Info("heard")
	if text.Len() > 0 || !strings.Contains(json.String(), `"msg":"heard"`) {
		t.Errorf("got %q and %q", text.String(), json.String())
	}
}
