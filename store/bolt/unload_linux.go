package bolt

import "syscall"

// unload tells the kernel that a shared map of a file, which begins with a
// page, is not needed now. Nothing in it is lost: it is the file's.
func unload(begin uintptr, size int) {
	_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, begin, uintptr(size), syscall.MADV_DONTNEED)
}
