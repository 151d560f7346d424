package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

var rewrite = flag.Bool("rewrite", false, "write docs/reference/cloud-commands.md anew")

func TestTheReferenceOfCommandsIsThatOfTheProgram(t *testing.T) {
	const file = "../../docs/reference/cloud-commands.md"
	parser, err := kong.New(&cli{}, kong.Name("holdfast-cloud"))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	b.WriteString("# Commands of holdfast-cloud\n\nWritten by `go test ./cmd/holdfast-cloud -run Reference -rewrite` from the program itself. What all clients have:\n" +
		"`--api URL` (`HOLDFAST_CLOUD_URL`), `--token` (`HOLDFAST_CLOUD_TOKEN`) or the `--data DIR` of a member on this machine, `--trust FILE`, `--json`.\n")
	for _, leaf := range parser.Model.Leaves(true) {
		describe(&b, leaf)
	}
	if *rewrite {
		if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if committed, err := os.ReadFile(file); err != nil || !bytes.Equal(committed, b.Bytes()) {
		t.Errorf("%s is stale (%v): go test ./cmd/holdfast-cloud -run Reference -rewrite", file, err)
	}
}

// describe writes a command: what it takes, and what for.
func describe(b *bytes.Buffer, leaf *kong.Node) {
	usage := strings.TrimPrefix(leaf.FullPath(), "holdfast-cloud ")
	var rows []string
	for _, p := range leaf.Positional {
		usage += " " + p.Summary()
		rows = append(rows, fmt.Sprintf("| %#q | %s |", p.Summary(), cell(p.Help)))
	}
	for _, f := range leaf.Flags {
		switch f.Name {
		case "help", "api", "token", "data", "trust", "json":
			if leaf.Name != "serve" && leaf.Name != "demo" || f.Name == "help" {
				continue
			}
		}
		rows = append(rows, fmt.Sprintf("| %#q | %s |", cell(f.String()), cell(f.Help)))
	}
	fmt.Fprintf(b, "\n## %s\n\n%s\n", usage, leaf.Help)
	if len(rows) > 0 {
		fmt.Fprintf(b, "\n| | |\n|---|---|\n%s\n", strings.Join(rows, "\n"))
	}
}

func cell(text string) string { return strings.ReplaceAll(text, "|", "\\|") }
