// Command holdfast-cloud is a member of the cloud that manages sites, and the client that talks to one.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/holdfast-edge/holdfast/internal/commandline"
)

// version is set by the linker in releases.
var version = "development"

// Exit codes.
const (
	exitFailed  = 1 // it could not be done
	exitUsage   = 2 // what was asked for makes no sense
	exitRefused = 3 // a site refused a command, or it failed there
	exitUnknown = 4 // nobody knows what came of a command
)

type cli struct {
	Serve serveCommand `cmd:"" help:"Be a member of the cloud."`
	Demo  demoCommand  `cmd:"" help:"Show it all on this machine: a cloud, and three sites with their plants."`

	Site     siteCommand     `cmd:"" group:"client" help:"Add, show, label, revoke and remove sites."`
	Apply    applyCommand    `cmd:"" group:"client" help:"Say what sites shall run."`
	Rollout  rolloutCommand  `cmd:"" group:"client" help:"Bring a configuration to many sites: a canary, then waves."`
	Artefact artefactCommand `cmd:"" group:"client" help:"Put, list and remove what sites fetch by digest: WebAssembly modules, versions of the node's program."`
	Upgrade  upgradeCommand  `cmd:"" group:"client" help:"Have sites run another version of their program: a canary, then waves; each goes back by itself where it is worse."`
	Sync     syncCommand     `cmd:"" group:"client" help:"Have sites run what a directory under Git says: common/ for all, sites/NAME/ for each."`
	Diff     diffCommand     `cmd:"" group:"client" help:"Show how a configuration differs from what a site shall run."`
	Restart  restartCommand  `cmd:"" group:"client" help:"Restart a part of a site, or the whole node, on one site or on many."`
	Stop     stopCommand     `cmd:"" group:"client" help:"Stop a part of a site, or of many."`
	Start    startCommand    `cmd:"" group:"client" help:"Start a part that was stopped."`
	Write    writeCommand    `cmd:"" group:"client" help:"Write a tag of a site."`
	Get      getCommand      `cmd:"" group:"client" help:"Show members, or look into a site: status, values, events, telemetry, commands, generations."`
	Query    queryCommand    `cmd:"" group:"client" help:"Ask the history of a site in SQL."`
	Tunnel   tunnelCommand   `cmd:"" group:"client" help:"Reach an address of a site's plant from here."`
	Token    tokenCommand    `cmd:"" group:"client" help:"Make, list and end API tokens."`
	Audit    auditCommand    `cmd:"" group:"client" help:"Show who did what, and check that nothing was changed."`
	CA       caCommand       `cmd:"" group:"client" name:"ca" help:"Show, rotate and retire the CA."`

	Backup  backupCommand  `cmd:"" help:"Keep the whole cloud in one file."`
	Restore restoreCommand `cmd:"" help:"Make a cloud of a backup, before its first member is started."`

	Version versionCommand `cmd:"" help:"Print the version."`

	LogLevel  string `enum:"debug,info,warn,error" default:"info" help:"Least level to log: ${enum}."`
	LogFormat string `enum:"text,json" default:"text" help:"Format of the log: ${enum}."`
}

// surroundings are what commands are given.
type surroundings struct {
	out    io.Writer
	errs   io.Writer
	logger *slog.Logger
}

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is the program: it returns its exit code.
func run(args []string, out, errs io.Writer) int {
	var c cli
	parser, err := kong.New(&c, kong.Name("holdfast-cloud"), kong.Writers(out, errs), kong.UsageOnError(),
		kong.Description("The cloud that manages Holdfast's sites."))
	if err != nil {
		_, _ = fmt.Fprintln(errs, err)
		return exitFailed
	}
	command, err := parser.Parse(args)
	if err != nil {
		commandline.Misused(errs, "holdfast-cloud", args, err)
		return exitUsage
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	command.BindTo(ctx, (*context.Context)(nil))
	return report(errs, command.Run(&surroundings{out: out, errs: errs, logger: commandline.Logger(errs, c.level(), c.LogFormat)}))
}

// report tells what went wrong and returns the exit code for it.
func report(errs io.Writer, err error) int {
	if err == nil {
		return 0
	}
	return commandline.Failed(errs, "holdfast-cloud", err, exitFailed)
}

// level is the least that is logged.
func (c *cli) level() (level slog.Level) {
	_ = level.UnmarshalText([]byte(c.LogLevel)) // the command line admits nothing else
	return level
}

// versionCommand prints what this is.
type versionCommand struct{}

// Run is called by the command line.
func (versionCommand) Run(s *surroundings) error {
	_, err := fmt.Fprintln(s.out, "holdfast-cloud", version)
	return err
}
