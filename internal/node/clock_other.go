//go:build !linux

package node

// synchronized is not known here.
func synchronized() bool { return false }
