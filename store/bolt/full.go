package bolt

import (
	"errors"
	"strings"
	"syscall"

	berrors "go.etcd.io/bbolt/errors"
)

// noSpace are the errors that freeing space cures.
func noSpace() []syscall.Errno { return []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG} }

// IsNoSpace reports whether an error says that the disk, the quota or the
// limit of a file's size is exhausted.
//
// bbolt hands the errors of growing a file on as text ("file resize error",
// "file sync error"), so the text is looked at, too.
func IsNoSpace(err error) bool {
	if err == nil {
		return false
	}
	for _, errno := range noSpace() {
		if errors.Is(err, errno) || strings.Contains(err.Error(), errno.Error()) {
			return true
		}
	}
	return false
}

// IsFull reports whether an error says that the file has reached its MaxBytes.
func IsFull(err error) bool { return errors.Is(err, berrors.ErrMaxSizeReached) }
