package archive_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/store/archive"
)

var files = map[string]string{"state/state.db": strings.Repeat("state", 10_000), "console/password": "hash", "empty": ""}

// made is an archive of the files.
func made(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := archive.NewWriter(&b, archive.Manifest{Site: "plant-7", Version: "test", Made: time.Unix(1_800_000_000, 0), Generation: 3})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"state/state.db", "console/password", "empty"} {
		if err := w.Add(name, int64(len(files[name])), strings.NewReader(files[name])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWhatWasArchivedIsExtracted(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	m, err := archive.Extract(bytes.NewReader(made(t)), dir)
	if err != nil || m.Site != "plant-7" || m.Generation != 3 || len(m.Files) != 3 {
		t.Fatalf("%+v, %v", m, err)
	}
	for name, want := range files {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != want {
			t.Errorf("%s: %d octets, %v", name, len(got), err)
		}
	}
}

func TestAnArchiveThatIsNotWholeLeavesNothing(t *testing.T) {
	whole := made(t)
	for n := range whole {
		for what, data := range map[string][]byte{"cut": whole[:n], "changed": flipped(whole, n)} {
			parent := t.TempDir()
			_, err := archive.Extract(bytes.NewReader(data), filepath.Join(parent, "data"))
			left, _ := os.ReadDir(parent)
			if err == nil && what == "changed" { // an octet that means nothing, such as one of padding
				continue
			}
			if err == nil || len(left) > 0 {
				t.Fatalf("%s at %d: %v, left %v", what, n, err, left)
			}
		}
	}
}

func flipped(data []byte, n int) []byte {
	c := bytes.Clone(data)
	c[n] ^= 0x10
	return c
}

func TestADirectoryThatIsInUseIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := archive.Extract(bytes.NewReader(made(t)), dir); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("got %v", err)
	}
}

func TestANameThatLeavesTheDirectoryIsRefused(t *testing.T) {
	for _, name := range []string{"", "/etc/passwd", "../a", "..", "a/../../b", "a//b", "./a", `a\b`, "a\x00", "manifest.json"} {
		if err := archive.CheckName(name); !errors.Is(err, archive.ErrNotWhole) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestAFileThatIsShorterThanSaidIsNotArchived(t *testing.T) {
	w, err := archive.NewWriter(&bytes.Buffer{}, archive.Manifest{})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Add("a", 10, strings.NewReader("short")); err == nil {
		t.Error("it is archived")
	}
}

func FuzzVerify(f *testing.F) {
	f.Add(made(f))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) { // without the disk, whose syncs outlast a short run
		if m, err := archive.Verify(bytes.NewReader(data)); err == nil && m.Format != archive.Format {
			t.Errorf("format %d", m.Format)
		}
	})
}
