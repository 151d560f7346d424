package commandline

import (
	"errors"
	"fmt"
	"io"
)

// exit is an error with an exit code of its own.
type exit struct {
	code int
	err  error
}

func (e *exit) Error() string { return e.err.Error() }
func (e *exit) Unwrap() error { return e.err }

// WithCode makes an error end the program with a code of its own.
func WithCode(code int, err error) error { return &exit{code, err} }

// Failed tells of an error by the name of the program, and returns its code: otherwise where it has none of its own.
func Failed(errs io.Writer, program string, err error, otherwise int) int {
	_, _ = fmt.Fprintf(errs, "%s: %v\n", program, err)
	if own, ok := errors.AsType[*exit](err); ok {
		return own.code
	}
	return otherwise
}
