package tdengine

import (
	"errors"
	"fmt"

	taos "github.com/taosdata/driver-go/v3/errors"

	"github.com/holdfast-edge/holdfast/sinks"
)

// Codes of taoserror.h that are told apart.
const (
	codeTableMissing  = 0x2603
	codeDatabaseGone  = 0x0388
	codeUserInvalid   = 0x0350
	codeWrongPassword = 0x0357
	codeNoRight       = 0x2644
	codeNoTable       = 0x0618
	codeTimeRange     = 0x060B // older than the database keeps, or too far ahead
	codeSyntax        = 0x0216
	codeColumns       = 0x2602
	codeValueTooLong  = 0x2605
	codeRowTooLong    = 0x260D
	codeAuthFailure   = 0x0358
)

// codeOf returns the server's code, and 0 where the error is none of its.
func codeOf(err error) int32 {
	if e, ok := errors.AsType[*taos.TaosError](err); ok {
		return e.Code
	}
	return 0
}

// refusal tells whether an answer of the server to a request means that the same
// rows would be refused again.
func refusal(err error) error {
	code := codeOf(err)
	switch {
	case code == 0, code == codeTableMissing, code == codeNoTable, code == codeDatabaseGone, code == codeNoRight:
		return err // what is missing can be made, and rights can be mended
	case code == codeTimeRange, code == codeSyntax, code&0xFF00 == 0x2600:
		return &sinks.Failure{Permanent: true, Err: err}
	default:
		return err
	}
}

// opening tells whether another attempt to log in would end the same way.
func opening(err error) error {
	switch codeOf(err) {
	case codeUserInvalid, codeWrongPassword, codeAuthFailure:
		return &sinks.Failure{Permanent: true, Err: fmt.Errorf("log in: %w", err)}
	default:
		return err
	}
}
