package supervisor

import "time"

// Clock is the time that backoffs and timers live by.
type Clock interface {
	// Now is the time, with a monotonic reading if there is one.
	Now() time.Time
	// AfterFunc calls f in its own goroutine after d. The returned function
	// stops it and tells whether it did so before f was called.
	AfterFunc(d time.Duration, f func()) (stop func() bool)
}

// SystemClock is the clock of the machine.
type SystemClock struct{}

// Now is time.Now.
func (SystemClock) Now() time.Time { return time.Now() }

// AfterFunc is time.AfterFunc.
func (SystemClock) AfterFunc(d time.Duration, f func()) func() bool {
	return time.AfterFunc(d, f).Stop
}
