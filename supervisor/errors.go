package supervisor

import "errors"

// What a caller may branch on. Each is wrapped with the act and the path.
var (
	// ErrExists: a child of that name is there, or not yet gone.
	ErrExists = errors.New("an actor of this name exists")
	// ErrUnknown: no actor has that path.
	ErrUnknown = errors.New("no such actor")
	// ErrStopped: the actor, or the whole system, is stopped or stopping.
	ErrStopped = errors.New("stopped")
	// ErrRejected: there is no such actor, it is stopped, or its mailbox is full.
	ErrRejected = errors.New("rejected")
	// ErrNotStopped: Start was asked for an actor that runs.
	ErrNotStopped = errors.New("not stopped")
	// ErrParentDown: the actor cannot be commanded while its parent is not running.
	ErrParentDown = errors.New("its parent is not running")
	// ErrRoot: the command is not for the root, which lives as long as the system.
	ErrRoot = errors.New("the root cannot be commanded")
	// ErrSuperseded: another command for the same actor came before this one had its outcome.
	ErrSuperseded = errors.New("superseded by another command")
)
