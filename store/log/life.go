package log

import (
	"fmt"
	"math/rand/v2"
	"os"
	"syscall"
	"time"
)

// An incarnation is 34 bits of seconds and 18 random ones, so that it grows
// with time, differs between two that begin in the same second, and is exact
// in a JSON number.
const randomBits = 18

// newIncarnation returns an incarnation after last.
func newIncarnation(last uint64, now time.Time) uint64 {
	fresh := uint64(max(now.Unix(), 0))<<randomBits | rand.Uint64N(1<<randomBits)
	return max(fresh, last+1)
}

// inode returns the number of the file in its file system, by which a copy is
// told from the original: a directory that was restored from a backup begins a
// new life.
func inode(path string) (uint64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, fmt.Errorf("identify segment: %w", err)
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return stat.Ino, nil
	}
	return 0, nil
}
