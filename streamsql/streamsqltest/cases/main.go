// Command cases replays cases that were recorded from eKuiper.
//
//	go run ./streamsql/streamsqltest/cases FILE
//
// It prints, for each kind of case, how many passed of how many, and then what
// differs. Without the file there is nothing to replay, which is no failure.
package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/holdfast-edge/holdfast/streamsql/streamsqltest/replay"
)

func main() {
	if err := run(os.Stdout, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "cases:", err)
		os.Exit(1)
	}
}

func run(w io.Writer, args []string) error {
	if len(args) != 1 {
		return errors.New("want the file of cases as the one argument")
	}
	cases, err := replay.Read(args[0])
	if errors.Is(err, fs.ErrNotExist) {
		_, err := fmt.Fprintf(w, "%s is not there: nothing to replay\n", args[0])
		return err
	}
	if err != nil {
		return err
	}
	failed, err := replay.Report(w, cases)
	if err != nil {
		return err
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d cases differ", failed, len(cases))
	}
	return nil
}
