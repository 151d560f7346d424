package bolt

import (
	"fmt"
	"io"
	"os"

	"go.etcd.io/bbolt"
)

// Snapshot hands a consistent copy of a database to use, as a file of that many
// octets. The copy is made beside first, so that no transaction is open while use
// takes its time: a file with an open reader cannot give its pages back.
func Snapshot(db *bbolt.DB, use func(size int64, copied io.Reader) error) error {
	beside, err := os.CreateTemp("", "holdfast-snapshot-")
	if err != nil {
		return fmt.Errorf("make a snapshot: %w", err)
	}
	defer func() { _ = os.Remove(beside.Name()) }()
	defer beside.Close()
	var size int64
	err = db.View(func(tx *bbolt.Tx) (err error) {
		size, err = tx.WriteTo(beside)
		return err
	})
	if err == nil {
		_, err = beside.Seek(0, io.SeekStart)
	}
	if err != nil {
		return fmt.Errorf("make a snapshot of %s: %w", db.Path(), err)
	}
	return use(size, beside)
}
