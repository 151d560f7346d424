package mqttd

import "syscall"

// setLowWater has the kernel call a socket readable from so many bytes on
// (SO_RCVLOWAT, socket(7)), so that a packet alone wakes nobody. It reports
// whether the kernel does so.
func setLowWater(raw syscall.RawConn, bytes int) (done bool) {
	failed := raw.Control(func(socket uintptr) {
		done = syscall.SetsockoptInt(int(socket), syscall.SOL_SOCKET, syscall.SO_RCVLOWAT, bytes) == nil
	})
	return done && failed == nil
}
