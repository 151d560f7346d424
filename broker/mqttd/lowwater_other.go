//go:build !linux

package mqttd

import "syscall"

// setLowWater does nothing where it is not known to work.
func setLowWater(syscall.RawConn, int) (done bool) { return false }
