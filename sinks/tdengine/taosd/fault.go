package taosd

import "fmt"

// fault is an answer that is an error, with TDengine's code.
type fault struct {
	code int
	text string
}

func (f *fault) Error() string { return fmt.Sprintf("[0x%04x] %s", f.code, f.text) }

// Codes of taoserror.h.
const (
	codeSyntax     = 0x2600
	codeColumn     = 0x2602
	codeNoTable    = 0x2603
	codeTooLong    = 0x2653
	codeRowTooLong = 0x260D
	codeNoDatabase = 0x0388
	codePassword   = 0x0357
	codeTimeRange  = 0x060B
	codeExists     = 0x03A0
	codeDuplicate  = 0x036B
	codeStmt       = 0x022C
)

func faultf(code int, format string, args ...any) error {
	return &fault{code: code, text: fmt.Sprintf(format, args...)}
}
