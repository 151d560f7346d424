//go:build !lean

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/internal/commandline"
	"github.com/holdfast-edge/holdfast/internal/migrate"
	"github.com/holdfast-edge/holdfast/internal/migrate/ekuiper"
	"github.com/holdfast-edge/holdfast/internal/migrate/kepware"
	"github.com/holdfast-edge/holdfast/internal/migrate/neuron"
	"github.com/holdfast-edge/holdfast/internal/migrate/tags"
)

// deskCommands are done once, at a desk: a program for gateways leaves them out, see docs/design/footprint.md.
type deskCommands struct {
	Demo   demoCommand   `cmd:"" help:"Run a whole simulated plant, to look at and to break."`
	Import importCommand `cmd:"" help:"Make a configuration of what eKuiper, Neuron or Kepware has exported, or of a sheet of tags."`
}

// importCommand makes a configuration of what another system exports.
type importCommand struct {
	Ekuiper importEkuiper `cmd:"" help:"Of what eKuiper exports: a rule set, or all of it (/data/export, and /v2/data/export in YAML)."`
	Neuron  importNeuron  `cmd:"" help:"Of an export of EMQX Neuron or NeuronEX: nodes, groups and tags as JSON, or the sheet of a node's tags (.xlsx)."`
	Kepware importKepware `cmd:"" help:"Of a project of Kepware Server, saved as JSON."`
	CSV     importCSV     `cmd:"" name:"csv" help:"Of a sheet of tags, as CSV or .xlsx; all of it, or nothing."`
}

// Help is shown below the commands.
func (importCommand) Help() string {
	return `What is written is a configuration that holdfast check has nothing against. The report says of every part of the
source, by its line, whether it was taken, what is written differently, what needs a hand, and what has no equivalent.
Passwords are not copied: they become references, and the report says what to put there.

Exit codes beside those above: 0 all of it was taken, 5 written, and the report has something for a person to do, 2 nothing
was written.`
}

// importTarget is where the configuration goes, and how.
type importTarget struct {
	File   string `arg:"" type:"existingfile" help:"What the other system has exported."`
	Out    string `short:"o" help:"The file to write, or a directory of a configuration to write one into. Not given, it is named after the export, in the current directory." placeholder:"PATH"`
	Site   string `help:"The site's name. Not given, it is made of the file's. In a directory that has one, that one stays."`
	Force  bool   `help:"Replace a file that is there."`
	DryRun bool   `help:"Print what would be written, and the report beside it."`
	Strict bool   `help:"Write nothing unless all of it can be taken."`
	JSON   bool   `name:"json" help:"Print the report as JSON."`
}

// read returns the source, whose size is bounded by its reader.
func (t *importTarget) read() ([]byte, error) { return os.ReadFile(t.File) }

// importEkuiper is holdfast import ekuiper.
type importEkuiper struct {
	importTarget `embed:""`

	OwnBroker string `help:"The broker whose place the node's own takes: streams and actions of it become those of the node's own. Without it, those with an address keep theirs." placeholder:"tcp://HOST:PORT"`
	Stopped   bool   `help:"Take rules that are stopped there, too. They run here."`
	Tables    string `help:"The directory for the files of tables." default:"/var/lib/holdfast/tables" placeholder:"DIR"`
}

// Run is called by the command line.
func (c *importEkuiper) Run(s *surroundings) error {
	return c.run(s, func(data []byte, into *importing) (*migrate.Node, error) {
		o := ekuiper.Options{OwnBroker: c.OwnBroker, Stopped: c.Stopped, Tables: c.Tables, Site: into.site, HasBroker: into.hasBroker()}
		if err := o.Check(); err != nil {
			return nil, commandline.WithCode(exitConfig, fmt.Errorf("--own-broker: %w", err))
		}
		return ekuiper.Read(c.File, data, o, &into.report, &into.names)
	})
}

// importNeuron is holdfast import neuron.
type importNeuron struct {
	importTarget `embed:""`

	Device   string     `help:"With a sheet, the name of its node." default:"device"`
	Endpoint config.URL `help:"With a sheet, where its device is: tcp://HOST:502, rtu:///dev/ttyUSB0?baud=9600 …" placeholder:"URL"`
}

// Run is called by the command line.
func (c *importNeuron) Run(s *surroundings) error {
	return c.run(s, func(data []byte, into *importing) (*migrate.Node, error) {
		if !strings.EqualFold(filepath.Ext(c.File), ".xlsx") && !strings.EqualFold(filepath.Ext(c.File), ".csv") {
			return neuron.Read(c.File, data, &into.report, &into.names)
		}
		if c.Endpoint.IsZero() {
			return nil, commandline.WithCode(exitConfig, errors.New("a sheet does not say where its device is: add --endpoint tcp://HOST:502"))
		}
		return neuron.ReadSheet(c.File, data, c.Device, c.Endpoint.String(), &into.report, &into.names)
	})
}

// importKepware is holdfast import kepware.
type importKepware struct {
	importTarget `embed:""`
}

// Run is called by the command line.
func (c *importKepware) Run(s *surroundings) error {
	return c.run(s, func(data []byte, into *importing) (*migrate.Node, error) {
		return kepware.Read(c.File, data, &into.report, &into.names)
	})
}

// importCSV is holdfast import csv.
type importCSV struct {
	importTarget `embed:""`
}

// Run is called by the command line.
func (c *importCSV) Run(s *surroundings) error {
	c.Strict = true
	return c.run(s, func(data []byte, into *importing) (*migrate.Node, error) {
		return tags.Read(c.File, data, &into.report, &into.names)
	})
}
