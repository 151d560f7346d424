package main

import (
	"os"
	"path/filepath"

	"github.com/holdfast-edge/holdfast/config"
)

//go:generate go run . reference ../../docs/reference --commands ../../docs/cli.md

// referenceCommand writes what every key of a configuration means.
type referenceCommand struct {
	Dir      string `arg:"" help:"The directory to write to."`
	Commands string `help:"A file to write the page of all commands to." placeholder:"FILE"`
}

// Run is called by the command line.
func (c *referenceCommand) Run(*surroundings) error {
	parts, err := components()
	if err != nil {
		return err
	}
	for _, page := range references(parts.Catalog()) {
		if err := os.WriteFile(filepath.Join(c.Dir, page.Name), page.Text, 0o644); err != nil {
			return err
		}
	}
	if c.Commands == "" {
		return nil
	}
	page, err := cliPage()
	if err != nil {
		return err
	}
	return os.WriteFile(c.Commands, page, 0o644)
}

// references are the pages for people and the schema for editors.
func references(catalog *config.Catalog) []config.Page {
	return append(config.Reference(catalog), config.Page{Name: "site.schema.json", Text: config.Schema(catalog)})
}
