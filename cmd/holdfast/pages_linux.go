package main

import (
	"bufio"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// releaseProgram takes the pages of the program's own file out of this process' memory. Most of what is there after a
// start is what only starting needed, since every package of the program has been set up. The pages stay in the
// system's cache, and one that is needed again is mapped again, without reading the disk. Where that is not possible,
// the process goes on as it is.
func releaseProgram() {
	self, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return
	}
	maps, err := os.Open("/proc/self/maps")
	if err != nil {
		return
	}
	defer func() { _ = maps.Close() }()
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		if from, to, ok := unwritten(lines.Text(), self); ok {
			_, _, _ = unix.Syscall(unix.SYS_MADVISE, from, to-from, unix.MADV_DONTNEED)
		}
	}
}

// unwritten reads a line of /proc/self/maps (proc(5)): an area of a file that the process cannot have written to.
func unwritten(line, file string) (from, to uintptr, ok bool) {
	fields := strings.Fields(line)
	if len(fields) < 6 || strings.Contains(fields[1], "w") || strings.Join(fields[5:], " ") != file {
		return 0, 0, false
	}
	begin, end, _ := strings.Cut(fields[0], "-")
	first, err := strconv.ParseUint(begin, 16, strconv.IntSize)
	if err != nil {
		return 0, 0, false
	}
	last, err := strconv.ParseUint(end, 16, strconv.IntSize)
	return uintptr(first), uintptr(last), err == nil && last > first
}
