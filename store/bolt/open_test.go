package bolt_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/holdfast-edge/holdfast/store/bolt"
)

func TestAFileNeverGrowsPastItsBound(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	db, err := bolt.Open(path, bolt.File{MaxBytes: 4 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	put := func(i int) error {
		return db.Update(func(tx *bbolt.Tx) error {
			b, err := tx.CreateBucketIfNotExists([]byte("b"))
			if err != nil {
				return err
			}
			return b.Put([]byte{byte(i)}, make([]byte, 100_000))
		})
	}
	for i := 0; ; i++ {
		if err = put(i); err != nil {
			break
		}
		if i > 100 {
			t.Fatal("it grows without bound")
		}
	}
	if !bolt.IsFull(err) || bolt.IsNoSpace(err) {
		t.Errorf("refused with %v", err)
	}
	if info, err := os.Stat(path); err != nil || info.Size() > 4<<20 {
		t.Errorf("%v, %v", info, err)
	}
}

func TestADamagedFileIsNotOpened(t *testing.T) {
	path, image := written(t)
	image[latestRoot(image)*bolt.PageSize+8] ^= 0x03
	if err := os.WriteFile(path, image, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := bolt.Open(path, bolt.File{}); !errors.Is(err, bolt.ErrCorrupt) {
		t.Errorf("got %v", err)
	}
}

func TestWhatAFullDiskSaysIsRecognised(t *testing.T) {
	for _, errno := range []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG} {
		if !bolt.IsNoSpace(&fs.PathError{Op: "write", Err: errno}) {
			t.Errorf("%v is not recognised", errno)
		}
	}
	if bolt.IsNoSpace(syscall.EIO) {
		t.Error("a broken disk is taken for a full one")
	}
}

func TestTheDirectoryOfAFileIsSynced(t *testing.T) {
	if err := bolt.SyncDirectory(t.TempDir()); err != nil {
		t.Error(err)
	}
	if err := bolt.SyncDirectory(filepath.Join(t.TempDir(), "missing")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing directory gives %v", err)
	}
}
