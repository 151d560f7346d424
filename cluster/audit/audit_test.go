package audit_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/audit"
	"github.com/holdfast-edge/holdfast/cluster/blob"
)

func write(t *testing.T, store blob.Store, n int) {
	t.Helper()
	l := audit.New(store, "m1", time.Now)
	for range n {
		if err := l.Write(t.Context(), audit.Record{Who: "anna", What: "restart", Target: "plant-7", Result: "done"}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestRecordsAreReadInOrder(t *testing.T) {
	store, err := blob.OpenDirectory(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	write(t, store, 12)
	write(t, store, 2)
	records, err := audit.Read(t.Context(), store, time.Now(), 13)
	if err != nil || len(records) != 13 || records[0].Sequence != 2 || records[12].Sequence != 2 {
		t.Errorf("got %+v, %v", records, err)
	}
	if wrong, err := audit.Verify(t.Context(), store); err != nil || len(wrong) > 0 {
		t.Errorf("wrong: %v, %v", wrong, err)
	}
}

func TestARecordThatWasChangedOrRemovedShows(t *testing.T) {
	for name, c := range map[string]struct {
		harm func(file string) error
		says string
	}{
		"changed": {func(file string) error { return os.WriteFile(file, []byte(`{"sequence":3}`), 0o600) }, "changed"},
		"removed": {os.Remove, "missing"},
		"damaged": {func(file string) error { return os.WriteFile(file, []byte(`{`), 0o600) }, "read audit record"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			store, err := blob.OpenDirectory(dir)
			if err != nil {
				t.Fatal(err)
			}
			write(t, store, 5)
			files, err := filepath.Glob(filepath.Join(dir, "audit", "*", "*-000000000003.json"))
			if err != nil || len(files) != 1 {
				t.Fatal(files, err)
			}
			if err := c.harm(files[0]); err != nil {
				t.Fatal(err)
			}
			wrong, err := audit.Verify(t.Context(), store)
			if err != nil || len(wrong) == 0 || !strings.Contains(strings.Join(wrong, "\n"), c.says) {
				t.Errorf("wrong: %v, %v", wrong, err)
			}
		})
	}
}
