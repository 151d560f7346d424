package main

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/alecthomas/kong"
)

// cliHead is what stands above the commands on their page.
const cliHead = `# The commands of holdfast

Made of the commands' own help; ` + "`holdfast COMMAND --help`" + ` shows the same. A command that asks a running node finds it by
` + "`--url`" + ` or ` + "`HOLDFAST_URL`" + `. Exit codes: 0 done, 1 it could not be done, 2 what was asked for makes no sense and nothing was
started, 3 a write was refused, 4 a write was sent and nobody knows how it went, 5 an import was written and some of it needs
a hand.
`

// cliPage is the page of all commands, as Markdown.
func cliPage() ([]byte, error) {
	parser, err := newParser(&cli{}, &bytes.Buffer{}, &bytes.Buffer{})
	if err != nil {
		return nil, err
	}
	var page bytes.Buffer
	page.WriteString(cliHead)
	fmt.Fprint(&page, "\nEvery command takes:\n\n")
	appendFlags(&page, parser.Model.Flags)
	for _, group := range []string{"", "node"} {
		title := "Run a node, and what needs none"
		if group != "" {
			title = "Ask a running node"
		}
		fmt.Fprintf(&page, "\n## %s\n", title)
		for _, command := range parser.Model.Children {
			if of := command.ClosestGroup(); !command.Hidden && (of == nil) == (group == "") {
				appendCommand(&page, command)
			}
		}
	}
	return page.Bytes(), nil
}

// appendCommand writes a command, and those below it.
func appendCommand(page *bytes.Buffer, command *kong.Node) {
	fmt.Fprintf(page, "\n### %s\n\n", command.FullPath())
	fmt.Fprintf(page, "```text\nholdfast %s\n```\n\n%s\n", command.Summary(), command.Help)
	if len(command.Aliases) > 0 {
		fmt.Fprintf(page, "\nAlso called %s.\n", strings.Join(command.Aliases, ", "))
	}
	if command.Detail != "" {
		fmt.Fprintf(page, "\n%s\n", strings.TrimSpace(command.Detail))
	}
	if len(command.Positional) > 0 {
		page.WriteString("\n| argument | |\n|---|---|\n")
		for _, p := range command.Positional {
			fmt.Fprintf(page, "| `%s` | %s |\n", p.Summary(), cell(p.Help))
		}
	}
	if len(command.Flags) > 0 {
		page.WriteByte('\n')
		appendFlags(page, command.Flags)
	}
	for _, below := range command.Children {
		if !below.Hidden {
			appendCommand(page, below)
		}
	}
}

// appendFlags writes a table of flags.
func appendFlags(page *bytes.Buffer, flags []*kong.Flag) {
	page.WriteString("| flag | default | |\n|---|---|---|\n")
	for _, f := range flags {
		if f.Hidden {
			continue
		}
		standard := ""
		if f.HasDefault && f.Default != "" {
			standard = "`" + f.Default + "`"
		}
		fmt.Fprintf(page, "| `%s` | %s | %s |\n", strings.ReplaceAll(f.String(), "|", `\|`), standard, cell(f.Help+environment(f)))
	}
}

func environment(f *kong.Flag) string {
	if len(f.Envs) == 0 {
		return ""
	}
	return " ($" + strings.Join(f.Envs, ", $") + ")"
}

// cell makes a text fit into a cell of a table.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ").Replace(text)
}
