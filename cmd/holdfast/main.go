// Command holdfast is the edge node, the client that talks to one, and a
// demonstration of a whole plant.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/internal/commandline"
	"github.com/holdfast-edge/holdfast/internal/garbage"
)

// version is set by the linker in releases.
var version = "development"

// Exit codes.
const (
	exitFailed  = 1 // it could not be done
	exitConfig  = 2 // what was asked for makes no sense: nothing was started
	exitRefused = 3 // a write was refused, by a limit or by the device
	exitUnknown = 4 // a write was sent, and nobody knows how it went

	exitIncomplete = 5 // an import was written, and some of it needs a hand
)

type cli struct {
	Edge  edgeCommand  `cmd:"" help:"Run a site."`
	Check checkCommand `cmd:"" help:"Check a configuration, and start nothing."`

	deskCommands `embed:""`

	Replay  replayCommand  `cmd:"" help:"Play a recording as the device that it is of."`
	Restore restoreCommand `cmd:"" help:"Make the data directory of a node of a backup."`
	Version versionCommand `cmd:"" help:"Print the version."`

	Get     getCommand     `cmd:"" group:"node" help:"Show what a running node has: devices, tags with their values, rules, tables, sinks, streams, the tree."`
	Query   queryCommand   `cmd:"" group:"node" help:"Ask a node's history in SQL."`
	SQL     sqlCommand     `cmd:"" name:"sql" group:"node" help:"Try a rule's query over live or given rows, and deploy nothing."`
	Explain explainCommand `cmd:"" group:"node" help:"Show how a rule, or a query, is carried out."`
	Table   tableCommand   `cmd:"" group:"node" help:"Show the rows of a table that rules join with, or have its file read again."`
	Browse  browseCommand  `cmd:"" group:"node" help:"Ask a device what it has, to read or to paste into a configuration."`
	Write   writeCommand   `cmd:"" group:"node" help:"Write a tag, and hear how that went."`
	Trace   traceCommand   `cmd:"" group:"node" help:"Follow one value from its tag over the rules to the far ends, with the time of each hop."`
	Events  eventsCommand  `cmd:"" group:"node" aliases:"logs" help:"Show what happened at a node, and follow it."`
	Restart restartCommand `cmd:"" group:"node" help:"Restart an actor, and what is below it."`
	Stop    stopCommand    `cmd:"" group:"node" help:"Stop an actor, and what is below it."`
	Start   startCommand   `cmd:"" group:"node" help:"Start an actor that was stopped."`
	Apply   applyCommand   `cmd:"" group:"node" help:"Change the configuration of a running node, as a transaction."`
	Backup  backupCommand  `cmd:"" group:"node" help:"Fetch what another box needs to take a node's place."`
	Record  recordCommand  `cmd:"" group:"node" help:"Record what goes over the wire to a device, and fetch it as a file for holdfast replay."`
	Changes changesCommand `cmd:"" group:"node" help:"Show how the configuration changed; confirm or withdraw the change on trial."`
	Token   tokenCommand   `cmd:"" group:"node" help:"Make an API token, and what to write into the configuration for it."`

	Verify verifyCommand `cmd:"" group:"node" help:"Compare what was logged with what a sink has acknowledged, or with what its far end has received."`

	Generations generationsCommand `cmd:"" group:"node" help:"Show the configurations that a node keeps."`

	Reference referenceCommand `cmd:"" help:"Write the reference of all keys of a configuration, and its JSON Schema."`

	LogLevel  string `enum:"debug,info,warn,error," default:"" help:"Least level to log: debug, info, warn or error. The demo says warnings and errors, everything else says info, too."`
	LogFormat string `enum:"text,json" default:"text" help:"Format of the log: ${enum}."`
}

// surroundings are what commands are given.
type surroundings struct {
	in     io.Reader
	out    io.Writer
	errs   io.Writer // what people read beside the output
	logger *slog.Logger
	heap   *garbage.Collector // of a node; nil where none is run, or GOGC is set
}

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// newParser makes the command line, whose values go into c.
func newParser(c *cli, out, errs io.Writer) (*kong.Kong, error) {
	return kong.New(c, kong.Name("holdfast"), kong.Writers(out, errs), kong.UsageOnError(),
		kong.Description("A fault-tolerant edge runtime for industrial sites."),
		kong.ExplicitGroups([]kong.Group{{Key: "node", Title: "Ask a running node:"}}))
}

// run is the program: it returns its exit code.
func run(args []string, out, errs io.Writer) int {
	var c cli
	parser, err := newParser(&c, out, errs)
	if err != nil {
		_, _ = fmt.Fprintln(errs, err)
		return exitFailed
	}
	command, err := parser.Parse(negatives(args))
	if err != nil {
		commandline.Misused(errs, "holdfast", args, err)
		return exitConfig
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	command.BindTo(ctx, (*context.Context)(nil))
	err = command.Run(&surroundings{in: os.Stdin, out: out, errs: errs, logger: commandline.Logger(errs, c.level(command.Command()), c.LogFormat)})
	return report(errs, err)
}

// report tells what went wrong and returns the exit code for it.
func report(errs io.Writer, err error) int {
	if err == nil {
		return 0
	}
	if wrong, ok := errors.AsType[config.Errors](err); ok {
		_, _ = fmt.Fprintln(errs, wrong)
		return exitConfig
	}
	return commandline.Failed(errs, "holdfast", err, exitFailed)
}

// level is the least that is logged. A visitor of the demo reads what it prints.
func (c *cli) level(command string) (level slog.Level) {
	if c.LogLevel == "" && command == "demo" {
		return slog.LevelWarn
	}
	_ = level.UnmarshalText([]byte(c.LogLevel)) // the command line admits nothing else; empty means info
	return level
}
