package protocols

import (
	"errors"
	"fmt"

	"github.com/holdfast-edge/holdfast/tag"
)

// Scope is how far a fault reaches.
type Scope uint8

// The scopes.
const (
	ScopeUnit    Scope = iota + 1 // one unit gave no usable answer; the session stands
	ScopeSession                  // the session cannot be used again
)

// String returns the scope in words.
func (s Scope) String() string {
	if s == ScopeUnit {
		return "unit"
	}
	return "session"
}

// Fault is a failed exchange: no answer, or one that cannot be trusted.
type Fault struct {
	Scope     Scope
	Quality   tag.Quality // what the tags concerned become
	Sent      bool        // the request may have reached the device
	Permanent bool        // trying again cannot help: refused credentials, wrong certificate
	Err       error
}

// Error describes the fault.
func (f *Fault) Error() string { return f.Err.Error() }

// Unwrap returns the cause.
func (f *Fault) Unwrap() error { return f.Err }

// Refusal is an answer: the device understood and said no. The session and
// the unit are well.
type Refusal struct {
	Quality tag.Quality
	Err     error
}

// Error describes the refusal.
func (r *Refusal) Error() string { return r.Err.Error() }

// Unwrap returns the cause.
func (r *Refusal) Unwrap() error { return r.Err }

// Undialled returns the fault of a session that did not come about; doing is what was tried, as "connect to" and where to.
// Permanent is an error in the configuration.
func Undialled(doing string, permanent bool, err error) *Fault {
	f := &Fault{Scope: ScopeSession, Quality: tag.BadNotConnected, Permanent: permanent, Err: fmt.Errorf("%s: %w", doing, err)}
	if permanent {
		f.Quality = tag.BadConfiguration
	}
	return f
}

// Unsent returns the error of a write that failed before it was sent: a fault of what had to be done first is one, but the write
// has not reached the device.
func Unsent(err error) error {
	if f, ok := errors.AsType[*Fault](err); ok {
		before := *f
		before.Sent = false
		return &before
	}
	return err
}

// FaultOf returns the fault in an error. An error that is neither fault nor
// refusal breaks the contract and is taken for the worst: a session whose
// state nobody knows.
func FaultOf(err error) *Fault {
	if f, ok := errors.AsType[*Fault](err); ok {
		return f
	}
	return &Fault{
		Scope: ScopeSession, Quality: tag.BadUnexpected, Sent: true,
		Err: fmt.Errorf("driver returned an error of no scope: %w", err),
	}
}

// QualityOf returns what an error of a Session makes of the values concerned.
func QualityOf(err error) tag.Quality {
	if err == nil {
		return tag.Good
	}
	if r, ok := errors.AsType[*Refusal](err); ok {
		return r.Quality
	}
	return FaultOf(err).Quality
}
