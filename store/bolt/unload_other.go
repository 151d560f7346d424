//go:build !linux

package bolt

func unload(uintptr, int) {}
