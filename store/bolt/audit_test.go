package bolt_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/holdfast-edge/holdfast/store/bolt"
)

// written returns a file with branches, leaves, overflow, nested and inline
// buckets and free pages.
func written(t testing.TB) (path string, image []byte) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "file")
	db, err := bolt.Open(path, bolt.File{MaxBytes: 8 << 20})
	if err != nil {
		t.Fatal(err)
	}
	for round := range 5 {
		if err := db.Update(func(tx *bbolt.Tx) error { return fill(tx, round) }); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	image, err = os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return path, image
}

func fill(tx *bbolt.Tx, round int) error {
	for i := range 200 {
		b, err := tx.CreateBucketIfNotExists(fmt.Appendf(nil, "bucket %03d", i%20))
		if err != nil {
			return err
		}
		nested, err := b.CreateBucketIfNotExists(fmt.Appendf(nil, "nested %d", i))
		if err != nil {
			return err
		}
		if err := nested.Put([]byte("k"), make([]byte, 30+i*i/4)); err != nil {
			return err
		}
		if round > 2 && i%7 == 0 {
			if err := b.DeleteBucket(fmt.Appendf(nil, "nested %d", i)); err != nil {
				return err
			}
		}
	}
	return nil
}

func audit(image []byte) error { return bolt.Audit(bytes.NewReader(image), int64(len(image))) }

func TestAFileThatBboltWroteIsSound(t *testing.T) {
	if _, image := written(t); audit(image) != nil {
		t.Error(audit(image))
	}
}

func TestATruncatedFileIsCorrupt(t *testing.T) {
	_, image := written(t)
	used := 0
	for i, b := range image {
		if b != 0 {
			used = i
		}
	}
	for cut := 1; cut < used-4*bolt.PageSize; cut += 5000 {
		if err := audit(image[:cut]); !errors.Is(err, bolt.ErrCorrupt) {
			t.Fatalf("cut at %d of %d: %v", cut, len(image), err)
		}
	}
}

func TestAPageThatLeadsAstrayIsFound(t *testing.T) {
	_, image := written(t)
	root := latestRoot(image)
	for name, damage := range map[string]func(page []byte){
		"another type":     func(page []byte) { page[8] ^= 0x03 },
		"another name":     func(page []byte) { page[0] ^= 0x40 },
		"too many":         func(page []byte) { page[11] = 0xFF },
		"overflow":         func(page []byte) { page[15] = 0xFF },
		"element too long": func(page []byte) { binary.LittleEndian.PutUint32(page[16+12:], 1<<31) },
	} {
		bad := bytes.Clone(image)
		damage(bad[root*bolt.PageSize:])
		if err := audit(bad); !errors.Is(err, bolt.ErrCorrupt) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAFlippedBitNeverBringsBboltDown(t *testing.T) {
	path, image := written(t)
	random := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		bad := bytes.Clone(image)
		bad[random.IntN(len(bad))] ^= 1 << random.IntN(8)
		if audit(bad) != nil {
			continue
		}
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		readAll(t, path)
	}
}

// readAll reads every value through bbolt, which must not panic.
func readAll(t *testing.T, path string) {
	t.Helper()
	db, err := bolt.Open(path, bolt.File{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.View(func(tx *bbolt.Tx) error {
		return tx.ForEach(func(_ []byte, b *bbolt.Bucket) error { return readBucket(b) })
	})
	if err != nil {
		t.Fatal(err)
	}
}

func readBucket(b *bbolt.Bucket) error {
	return b.ForEach(func(k, v []byte) error {
		if v == nil {
			if nested := b.Bucket(k); nested != nil {
				return readBucket(nested)
			}
		}
		return nil
	})
}

func latestRoot(image []byte) int {
	root, latest := 0, uint64(0)
	for page := range 2 {
		m := image[page*bolt.PageSize+16:]
		if txid := binary.LittleEndian.Uint64(m[48:]); txid >= latest {
			latest, root = txid, int(binary.LittleEndian.Uint64(m[16:]))
		}
	}
	return root
}

func FuzzAudit(f *testing.F) {
	small := filepath.Join(f.TempDir(), "small")
	db, err := bolt.Open(small, bolt.File{MaxBytes: 1 << 20})
	if err != nil {
		f.Fatal(err)
	}
	if err := db.Close(); err != nil {
		f.Fatal(err)
	}
	image, err := os.ReadFile(small)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(image[:4*bolt.PageSize])
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := audit(data); err != nil && !errors.Is(err, bolt.ErrCorrupt) {
			t.Fatalf("damage is not told as such: %v", err)
		}
	})
}
