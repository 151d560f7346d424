package bolt

import (
	"fmt"
	"os"
)

// SyncDirectory makes the names in a directory durable: a file that was made,
// renamed or removed is so after a power cut, too.
func SyncDirectory(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("sync directory: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("sync directory %s: %w", path, err)
	}
	return nil
}
