package backup

import (
	"archive/tar"
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/holdfast-edge/holdfast/cluster/blob"
	"github.com/holdfast-edge/holdfast/cluster/gateway"
	"github.com/holdfast-edge/holdfast/cluster/kv"
)

// archive is one of the files given, in order.
func archive(t testing.TB, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		if err := put(w, files[i], []byte(files[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func blobs(t testing.TB) *blob.Directory {
	t.Helper()
	d, err := blob.OpenDirectory(filepath.Join(t.TempDir(), "blobs"))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

const line = `{"key":"/holdfast/sites/plant-7","value":"e30="}` + "\n"

func TestWhatIsReadIsWhatWasWrittenWithoutWhatIsUnderALease(t *testing.T) {
	store, from := kv.NewMemory(), blobs(t)
	for _, key := range []string{"/holdfast/sites/plant-7", gateway.MemberPrefix + "m1", gateway.OwnerPrefix + "plant-7"} {
		if _, err := store.Commit(t.Context(), kv.Txn{Put: []kv.Put{{Key: key, Value: []byte(key)}}}); err != nil {
			t.Fatal(err)
		}
	}
	ca := t.TempDir()
	if err := errors.Join(from.Put(t.Context(), "artefacts/a", []byte("octets")), os.WriteFile(filepath.Join(ca, "key"), []byte("secret"), 0o600)); err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	w := tar.NewWriter(&text)
	if err := errors.Join(WriteCA(w, ca), Write(t.Context(), w, store, from), w.Close()); err != nil {
		t.Fatal(err)
	}
	restored, to, dir := kv.NewMemory(), blobs(t), filepath.Join(t.TempDir(), "ca")
	if err := Read(t.Context(), &text, restored, to, dir); err != nil {
		t.Fatal(err)
	}
	if list, _, err := restored.List(t.Context(), "/"); err != nil || len(list) != 1 || string(list[0].Value) != "/holdfast/sites/plant-7" {
		t.Errorf("the store has %+v, %v", list, err)
	}
	if octets, err := to.Load(t.Context(), "artefacts/a"); err != nil || string(octets) != "octets" {
		t.Errorf("the blob is %q, %v", octets, err)
	}
	if key, err := os.ReadFile(filepath.Join(dir, "key")); err != nil || string(key) != "secret" {
		t.Errorf("the CA's key is %q, %v", key, err)
	}
	if err := Read(t.Context(), bytes.NewReader(archive(t, "ca/key", "x", storeFile, line)), restored, to, dir); !errors.Is(err, ErrNotEmpty) {
		t.Errorf("into a cloud that is there: %v", err)
	}
}

func TestAnArchiveThatIsNotWholeOrLeadsElsewhereIsRefused(t *testing.T) {
	good := archive(t, "ca/key", "x", "blobs/a", "octets", storeFile, line)
	for what, text := range map[string][]byte{
		"nothing": nil, "half": good[:len(good)/2], "no CA": archive(t, storeFile, line), "no store": archive(t, "ca/key", "x"),
		"a path out of it":   archive(t, "ca/../../key", "x", storeFile, line),
		"a directory in CA":  archive(t, "ca/sub/key", "x", storeFile, line),
		"another file":       archive(t, "ca/key", "x", "etc/passwd", "x", storeFile, line),
		"a key of elsewhere": archive(t, "ca/key", "x", storeFile, `{"key":"/etcd/x","value":""}`),
		"no JSON":            archive(t, "ca/key", "x", storeFile, "{"),
		"a key twice":        archive(t, "ca/key", "x", storeFile, line+line),
	} {
		if err := Read(t.Context(), bytes.NewReader(text), kv.NewMemory(), blobs(t), filepath.Join(t.TempDir(), "ca")); err == nil {
			t.Errorf("%s is restored", what)
		}
	}
	var out bytes.Buffer
	if err := Copy(tar.NewWriter(&out), bytes.NewReader(archive(t, "blobs/a", "x"))); !errors.Is(err, ErrArchive) {
		t.Errorf("a copy of what is not whole: %v", err)
	}
}

// FuzzRead reads what may be no archive. Whatever it is, nothing is written outside of the places that are given, and what is
// restored is below the root of all keys.
func FuzzRead(f *testing.F) {
	f.Add(archive(f, "ca/key", "x", "blobs/a", "octets", storeFile, line))
	f.Add(archive(f, "ca/../key", "x", storeFile, line))
	f.Add([]byte("no archive"))
	f.Fuzz(func(t *testing.T, text []byte) {
		dir := t.TempDir()
		store, to := kv.NewMemory(), blobs(t)
		err := Read(t.Context(), bytes.NewReader(text), store, to, filepath.Join(dir, "in", "ca"))
		if left, failed := os.ReadDir(dir); failed != nil || len(left) > 1 {
			t.Errorf("beside the CA's directory there is %v, %v", left, failed)
		}
		all, _, failed := store.List(t.Context(), "")
		mine, _, alsoFailed := store.List(t.Context(), root)
		if failed != nil || alsoFailed != nil || len(all) != len(mine) || err == nil && len(text) == 0 {
			t.Errorf("it restored %d keys, %d of them its own: %v", len(all), len(mine), err)
		}
	})
}
