package bolt_test

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/holdfast-edge/holdfast/store/bolt"
)

// residentOf returns the octets of a mapped file that are in the memory of this process.
func residentOf(t *testing.T, path string) (octets int) {
	t.Helper()
	maps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Skipf("the maps of this process cannot be read: %v", err)
	}
	inside := false
	for lines := bufio.NewScanner(bytes.NewReader(maps)); lines.Scan(); {
		words := strings.Fields(lines.Text())
		switch {
		case strings.Contains(words[0], "-"):
			inside = strings.HasSuffix(lines.Text(), path)
		case inside && words[0] == "Rss:":
			kilobytes, err := strconv.Atoi(words[1])
			if err != nil {
				t.Fatal(err)
			}
			octets += kilobytes << 10
		}
	}
	return octets
}

func TestAFileThatIsUnloadedIsOutOfTheProcessAndStillThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	db, err := bolt.Open(path, bolt.File{MaxBytes: 64 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	const values, size = 64, 64 << 10
	err = db.Update(func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucket([]byte("b"))
		for i := 0; i < values && err == nil; i++ {
			err = b.Put([]byte{byte(i)}, bytes.Repeat([]byte{byte(i)}, size))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	read := func() {
		err := db.View(func(tx *bbolt.Tx) error {
			for i := range values {
				if got := tx.Bucket([]byte("b")).Get([]byte{byte(i)}); !bytes.Equal(got, bytes.Repeat([]byte{byte(i)}, size)) {
					t.Errorf("value %d is not what it was", i)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	read()
	before := residentOf(t, path)
	bolt.Unload(db)
	if after := residentOf(t, path); before < values*size || after > before/8 {
		t.Errorf("%d octets are resident, %d before", after, before)
	}
	read()
}
