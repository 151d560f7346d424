package bolt_test

import (
	"bufio"
	"bytes"
	"errors"
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

// values and size are what a file of withValues holds: value i is full of octets i.
const values, size = 64, 64 << 10

// withValues makes a file of values.
func withValues(t *testing.T) *bbolt.DB {
	t.Helper()
	db, err := bolt.Open(filepath.Join(t.TempDir(), "file"), bolt.File{MaxBytes: 64 << 20})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
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
	return db
}

// large is a value of many pieces, whose octets tell where they are.
func large() []byte {
	all := make([]byte, 24<<20+777)
	for i := range all {
		all[i] = byte(i >> 8)
	}
	return all
}

func TestAFileThatIsUnloadedIsOutOfTheProcessAndStillThere(t *testing.T) {
	db := withValues(t)
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
	before := residentOf(t, db.Path())
	bolt.Unload(db)
	if after := residentOf(t, db.Path()); before < values*size || after > before/8 {
		t.Errorf("%d octets are resident, %d before", after, before)
	}
	read()
}

func TestOfALargeValueOnlyAPieceIsInTheProcessAtATime(t *testing.T) {
	db := withValues(t)
	err := db.Update(func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucket([]byte("large")) // of its own: a search goes over the neighbours of a key
		if err != nil {
			return err
		}
		return b.Put([]byte("k"), large())
	})
	if err != nil {
		t.Fatal(err)
	}
	bolt.Unload(db)
	var got []byte
	most := 0
	err = db.View(func(tx *bbolt.Tx) error {
		return bolt.Pieces(tx, tx.Bucket([]byte("large")).Get([]byte("k")), func(piece []byte) error {
			got = append(got, piece...)
			most = max(most, residentOf(t, db.Path()))
			return nil
		})
	})
	if err != nil || !bytes.Equal(got, large()) {
		t.Fatalf("%d octets came, want %d: %v", len(got), len(large()), err)
	}
	if most < 1<<20 || most > len(got)/3 { // systems map some megabytes around what is read
		t.Errorf("%d octets were resident at a time, of %d", most, len(got))
	}
}

func TestPiecesOfAValueThatIsNotWrittenYetStayInMemory(t *testing.T) {
	db := withValues(t)
	err := db.Update(func(tx *bbolt.Tx) error {
		b, value := tx.Bucket([]byte("b")), large()
		if err := b.Put([]byte("large"), value); err != nil {
			return err
		}
		err := bolt.Pieces(tx, b.Get([]byte("large")), func([]byte) error { return nil })
		if !bytes.Equal(value, large()) {
			t.Error("the value is lost")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheFirstErrorEndsThePieces(t *testing.T) {
	db := withValues(t)
	full, calls := errors.New("full"), 0
	err := db.View(func(tx *bbolt.Tx) error {
		return bolt.Pieces(tx, large(), func([]byte) error {
			calls++
			return full
		})
	})
	if !errors.Is(err, full) || calls != 1 {
		t.Errorf("%d calls, %v", calls, err)
	}
}
