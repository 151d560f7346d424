package bolt_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/holdfast-edge/holdfast/store/bolt"
)

func TestADamagedFileIsPutAsideAndBegunAnew(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "file")
	open := bolt.Renewing(path, bolt.File{}, slog.New(slog.DiscardHandler))
	once := func(use func(*bbolt.DB) error) {
		t.Helper()
		db, err := open()
		if err != nil {
			t.Fatal(err)
		}
		if err := use(db); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	kept := []byte("kept")
	once(func(db *bbolt.DB) error {
		return db.Update(func(tx *bbolt.Tx) error {
			_, err := tx.CreateBucket(kept)
			return err
		})
	})
	once(func(db *bbolt.DB) error {
		return db.View(func(tx *bbolt.Tx) error {
			if tx.Bucket(kept) == nil {
				t.Error("a sound file was begun anew")
			}
			return nil
		})
	})
	garbage := make([]byte, 64<<10)
	if err := os.WriteFile(path, garbage, 0o600); err != nil {
		t.Fatal(err)
	}
	once(func(*bbolt.DB) error { return nil })
	if aside, err := os.ReadFile(path + ".corrupt"); err != nil || len(aside) != len(garbage) {
		t.Errorf("%d octets aside, %v", len(aside), err)
	}
}
