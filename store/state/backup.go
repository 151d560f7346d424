package state

import (
	"io"

	"github.com/holdfast-edge/holdfast/store/bolt"
)

// Backup hands the state to use as a file of a name and a size in octets, for
// another box to begin with.
func (s *State) Backup(use func(name string, size int64, content io.Reader) error) error {
	return bolt.Snapshot(s.db, func(size int64, content io.Reader) error { return use(fileName, size, content) })
}
