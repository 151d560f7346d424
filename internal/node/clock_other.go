//go:build !linux

package node

import "time"

// synchronized is not known here.
func synchronized() bool { return false }

// bootID is not known here.
func bootID() string { return "" }

// sinceBoot returns how long ago the process was started.
func sinceBoot(started time.Time) time.Duration { return time.Since(started) }
