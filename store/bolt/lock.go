package bolt

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// Lock takes a directory for this process until the file is closed or the
// process dies. A directory that another process has is an error.
func Lock(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock directory: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("lock directory %s, which another process has: %w", dir, err)
	}
	return f, nil
}
