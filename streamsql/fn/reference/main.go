// Command reference writes docs/reference/functions.md out of the
// registrations of the built-in functions.
//
//	go run ./streamsql/fn/reference FILE
//
// It is run by go generate; a test fails while the file is stale.
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/holdfast-edge/holdfast/streamsql/fn"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "reference:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 {
		return errors.New("want the file to write as the one argument")
	}
	page := appendPage(nil, fn.Standard(), fn.EKuiper())
	if err := os.WriteFile(args[0], page, 0o644); err != nil {
		return fmt.Errorf("write the reference page: %w", err)
	}
	return nil
}
