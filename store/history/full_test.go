package history_test

import (
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/store/history"
	"github.com/holdfast-edge/holdfast/store/storetest"
)

// small has files end at half a megabyte.
func small(o *history.Options) {
	o.ShardBytes, o.FlushValues = 1<<20, 8*1000
	o.Now = func() time.Time { return time.Unix(0, epoch+12*hour) }
}

// inFiles gives rows of noise in order, a flush at a time, from a time on.
func (a *archive) inFiles(stream string, rows int, start int64) {
	a.t.Helper()
	schema := storetest.Stream(stream, 8)
	for i := 0; i < rows; i += 1000 {
		flushes := a.Stats().Flushes
		a.give(storetest.Noise(schema, i, 1000, start+int64(i)*second))
		eventually(a.t, "written", func() bool { s := a.Stats(); return s.Flushes > flushes && s.Waiting == 0 })
	}
}

func (a *archive) files() (sizes []int64) {
	a.t.Helper()
	names, err := filepath.Glob(filepath.Join(a.options.Dir, "*.hist"))
	if err != nil {
		a.t.Fatal(err)
	}
	for _, name := range names {
		info, err := os.Stat(name)
		if err != nil {
			a.t.Fatal(err)
		}
		sizes = append(sizes, info.Size())
	}
	return sizes
}

func TestAFileThatIsFullEndsAndAnotherGoesOn(t *testing.T) {
	a := start(t, small)
	const rows = 20_000 // which take 3 MB, within one stretch of six hours
	a.inFiles("boiler", rows, epoch)
	mustBeNumbers(t, a.all("boiler", "f0", epoch, epoch+24*hour), 0, rows, epoch)
	files := a.files()
	if len(files) < 3 {
		t.Fatalf("%d files, want some of half a megabyte: %v", len(files), files)
	}
	a.flushed()
	mustBeNumbers(t, a.all("boiler", "f0", epoch, epoch+24*hour), 0, rows, epoch)
	if s := a.Stats(); s.Overflow != 0 || s.Quarantined != 0 {
		t.Errorf("%d rows were refused, %d files put aside", s.Overflow, s.Quarantined)
	}
	copied := 0
	if err := a.Backup(t.Context(), func(string, int64, io.Reader) error { copied++; return nil }); err != nil || copied < len(files) {
		t.Errorf("%d files are backed up, want %d: %v", copied, len(files), err)
	}
	a.inFiles("boiler", 1000, epoch+rows*second) // in the file that was open when the process ended
	mustBeNumbers(t, a.all("boiler", "f0", epoch, epoch+rows*second), 0, rows, epoch)
}

func TestAFullFileOfAnEarlierProcessEndsBehindItsNewestRow(t *testing.T) {
	a := start(t, small)
	a.inFiles("boiler", 6000, epoch)
	a.flushed()
	a.options.ShardBytes = 512 << 10
	a.flushed()
	a.inFiles("kiln", 6000, epoch+6000*second)
	mustBeNumbers(t, a.all("boiler", "f0", epoch, epoch+24*hour), 0, 6000, epoch)
	mustBeNumbers(t, a.all("kiln", "f0", epoch, epoch+24*hour), 0, 6000, epoch+6000*second)
	if n := len(a.files()); n < 2 {
		t.Errorf("%d files", n)
	}
}

func TestRowsThatComeLateForAFullFileAreRefusedAndCounted(t *testing.T) {
	a := start(t, small)
	a.inFiles("boiler", 10_000, epoch)
	for _, stream := range []string{"a", "b", "c", "d"} { // 0.7 MB each, for the time of the first two files
		a.inFiles(stream, 7000, epoch)
	}
	s := a.Stats()
	if s.Overflow == 0 || s.Overflow%1000 != 0 || s.Waiting != 0 {
		t.Fatalf("%d rows were refused, %d values wait", s.Overflow, s.Waiting)
	}
	for _, size := range a.files() {
		if size > 1<<20 {
			t.Errorf("a file has %d octets, want twice half a megabyte at most", size)
		}
	}
	found := 0
	for _, stream := range []string{"boiler", "a", "b", "c", "d"} {
		found += len(a.all(stream, "f0", epoch, epoch+24*hour))
	}
	if found+int(s.Overflow) != 38_000 {
		t.Errorf("%d rows are there and %d refused, of 38,000", found, s.Overflow)
	}
	a.inFiles("boiler", 1000, epoch+11*hour) // the history goes on
	if got := len(a.all("boiler", "f0", epoch+11*hour, epoch+12*hour)); got != 1000 {
		t.Errorf("%d rows, want 1000", got)
	}
}

func TestAFullQuarantineRefusesAndTheHistoryGoesOn(t *testing.T) {
	a := start(t, small)
	schema := storetest.Stream("ahead", 8)
	for i := range 30 { // of a clock that is a year ahead: 2 MB
		a.give(storetest.Noise(schema, i*1000, 1000, epoch+365*24*hour))
		a.inFiles("boiler", 1000, epoch+int64(i)*1000*second)
	}
	if s := a.Stats(); s.Overflow == 0 || s.Waiting != 0 {
		t.Errorf("%d rows overflow, %d values wait", s.Overflow, s.Waiting)
	}
	if got := len(a.all("boiler", "f0", epoch, epoch+12*hour)); got != 30_000 {
		t.Errorf("%d rows, want 30,000", got)
	}
}
