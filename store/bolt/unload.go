package bolt

import (
	"go.etcd.io/bbolt"
)

// Unload takes the pages of a file that this process has read out of its
// memory; they stay in the system's cache while that has room, and whoever wants
// one has it again. It is for who has read a large file and will not soon again:
// what is mapped counts as resident, and a limit to that ends the process. It
// may be called at any time while the file is open. Where it fails, or the
// system knows no such thing, nothing changes.
func Unload(db *bbolt.DB) {
	_ = db.View(func(tx *bbolt.Tx) error { // which keeps the map where it is
		unload(db.Info().Data, int(tx.Size()))
		return nil
	})
}
