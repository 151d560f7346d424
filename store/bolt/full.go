package bolt

import (
	"errors"
	"syscall"

	berrors "go.etcd.io/bbolt/errors"
)

// IsNoSpace reports whether an error says that the disk, the quota or the
// limit of a file's size is exhausted: what freeing space cures.
func IsNoSpace(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)
}

// IsFull reports whether an error says that the file has reached its MaxBytes.
func IsFull(err error) bool { return errors.Is(err, berrors.ErrMaxSizeReached) }
