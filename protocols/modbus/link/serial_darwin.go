package link

import "golang.org/x/sys/unix"

const setTermios = unix.TIOCSETA

func setSpeed(t *unix.Termios, baud int) error {
	t.Ispeed, t.Ospeed = uint64(baud), uint64(baud)
	return nil
}

func flushInput(fd int) error {
	const fread = 1 // FREAD of sys/fcntl.h
	return unix.IoctlSetPointerInt(fd, unix.TIOCFLUSH, fread)
}
