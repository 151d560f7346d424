package node

import "syscall"

// timeError is the state of a clock that nothing keeps in step (adjtimex(2)).
const timeError = 5

// synchronized reports whether the system says that its clock is kept in step.
func synchronized() bool {
	state, err := syscall.Adjtimex(&syscall.Timex{})
	return err == nil && state != timeError
}
