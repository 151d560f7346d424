// Package commandline is what the command lines of the programs have in common: how a wrong one is told, and what is logged.
package commandline

import (
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/alecthomas/kong"
)

// Misused tells what is wrong with the arguments of a program, and where its help is: that of the command, as far as one
// was named. Where there are none it prints the help itself.
func Misused(errs io.Writer, program string, args []string, err error) {
	command := program
	if wrong, ok := errors.AsType[*kong.ParseError](err); ok {
		if len(args) == 0 && wrong.Context.PrintUsage(false) == nil {
			return
		}
		if named := wrong.Context.Selected(); named != nil {
			command = named.FullPath()
		}
	}
	_, _ = fmt.Fprintf(errs, "%s: %v\nTry %s --help.\n", program, err, command)
}

// Logger logs from a level on, as text or as JSON.
func Logger(w io.Writer, level slog.Level, format string) *slog.Logger {
	o := &slog.HandlerOptions{Level: level}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}
