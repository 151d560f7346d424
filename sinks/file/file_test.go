package file_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/holdfast-edge/holdfast/internal/leak"
	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/sinks/conformance"
	"github.com/holdfast-edge/holdfast/sinks/file"
)

func TestMain(m *testing.M) { leak.Main(m) }

// folder is a far end: a directory of JSON lines.
type folder struct{ dir, keys string }

func (folder) Address() string { return "" }

func (f folder) Keys(string) string { return "dir: " + f.dir + "\nlinger: 1ms\n" + f.keys }

// names lists the files, in the order in which they were begun.
func (f folder) names(t *testing.T) (all []string) {
	t.Helper()
	err := filepath.WalkDir(f.dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			all = append(all, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return all
}

// read is a file as text, unpacked.
func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var r io.Reader = bytes.NewReader(data)
	switch filepath.Ext(path) {
	case ".gz":
		r, err = gzip.NewReader(r)
	case ".zst":
		r, err = zstd.NewReader(r)
	}
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// line is a line of JSON as the sink writes it.
type line struct {
	ID          string
	Temperature float64
	Humidity    *uint64
	Gap         *struct {
		First string
		Count uint64
	}
}

// sequence is the last part of an identity.
func sequence(t *testing.T, id string) uint64 {
	t.Helper()
	n, err := strconv.ParseUint(id[strings.LastIndexByte(id, '/')+1:], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (f folder) Seen(t *testing.T) (all []conformance.Record) {
	t.Helper()
	for _, path := range f.names(t) {
		stream := filepath.Base(filepath.Dir(path))
		for text := range strings.Lines(read(t, path)) {
			var l line
			if err := json.Unmarshal([]byte(text), &l); err != nil {
				t.Fatalf("%s: %v in %q", path, err, text)
			}
			if l.Gap != nil {
				all = append(all, conformance.Record{Stream: stream, Sequence: sequence(t, l.Gap.First), Gap: l.Gap.Count})
				continue
			}
			r := conformance.Record{Stream: stream, Sequence: sequence(t, l.ID), Temperature: l.Temperature}
			if l.Humidity != nil {
				r.Humidity = fmt.Sprint(*l.Humidity)
			}
			all = append(all, r)
		}
	}
	return all
}

func TestTheFileSinkDoesWhatEverySinkDoes(t *testing.T) {
	conformance.Run(t, conformance.Subject{Sink: file.Sink{}, Start: func(t *testing.T, _ int64) conformance.Far {
		return folder{dir: t.TempDir()}
	}})
}

// open opens the sink; the test closes it.
func (f folder) open(t *testing.T) sinks.Writer {
	t.Helper()
	w, err := file.Sink{}.Open(t.Context(), conformance.Target(conformance.Options(t, file.Sink{}, f.Keys(""))))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func closed(t *testing.T, w sinks.Writer) {
	t.Helper()
	if err := w.Close(context.Background()); err != nil {
		t.Error(err)
	}
}

// send sends rows and waits until they are acknowledged.
func send(t *testing.T, w sinks.Writer, stream string, first uint64, n int) error {
	t.Helper()
	answer := make(chan error, 1)
	batch := conformance.Rows(t, 1_800_000_000_000_000_000, stream, first, n)
	if err := w.Send(t.Context(), sinks.Delivery{Batch: batch}, func(err error) { answer <- err }); err != nil {
		return err
	}
	return <-answer
}

func mustSend(t *testing.T, w sinks.Writer, stream string, first uint64, n int) {
	t.Helper()
	if err := send(t, w, stream, first, n); err != nil {
		t.Fatal(err)
	}
}

func TestAFileIsCompletedBySizeAndHasItsNameThenOnly(t *testing.T) {
	for compression, suffix := range map[string]string{"none": ".jsonl", "gzip": ".jsonl.gz", "zstd": ".jsonl.zst"} {
		f := folder{t.TempDir(), "rotate_size: 4KiB\ncompression: " + compression}
		w := f.open(t)
		for first := uint64(1); first <= 100; first += 10 {
			mustSend(t, w, "climate", first, 10)
		}
		closed(t, w)
		names := f.names(t)
		parts := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return !strings.HasSuffix(n, ".part") })
		if len(names) < 3 || len(parts) > 1 || !strings.HasSuffix(names[0], suffix) {
			t.Errorf("%s: files are %v", compression, names)
		}
		if seen := f.Seen(t); len(seen) != 100 || !slices.IsSortedFunc(seen, func(a, b conformance.Record) int { return cmp.Compare(a.Sequence, b.Sequence) }) {
			t.Errorf("%s: %d rows", compression, len(seen))
		}
	}
}

func TestAFileIsCompletedByAgeThoughNothingIsWritten(t *testing.T) {
	f := folder{t.TempDir(), "rotate_age: 1s"}
	w := f.open(t)
	defer closed(t, w)
	mustSend(t, w, "climate", 1, 3)
	deadline := time.After(time.Minute)
	for {
		if names := f.names(t); len(names) == 1 && strings.HasSuffix(names[0], ".jsonl") {
			return
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-deadline:
			t.Fatalf("files are %v", f.names(t))
		}
	}
}

func TestWhatAPowerCutTearsIsCutOffAndTheRestGoesOn(t *testing.T) {
	f := folder{dir: t.TempDir()}
	w := f.open(t)
	mustSend(t, w, "climate", 1, 3)
	closed(t, w)
	path := f.names(t)[0]
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.Count(whole, []byte("\n"))
	for n := len(whole); n >= 0; n -= 7 {
		if err := os.WriteFile(path, whole[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		w := f.open(t)
		mustSend(t, w, "climate", 100, 1)
		closed(t, w)
		seen := f.Seen(t)
		if want := bytes.Count(whole[:n], []byte("\n")) + 1; len(seen) != want || seen[want-1].Sequence != 100 || want > lines+1 {
			t.Fatalf("cut at %d: %v", n, seen)
		}
	}
}

func TestATableHasItsColumnsFirstAndAFileForEachKindOfRow(t *testing.T) {
	f := folder{t.TempDir(), "format: csv\ntime_format: s"}
	w := f.open(t)
	mustSend(t, w, "climate", 4, 2)
	closed(t, w)
	w = f.open(t) // goes on with the same file
	mustSend(t, w, "climate", 6, 1)
	closed(t, w)
	rows, err := csv.NewReader(strings.NewReader(read(t, f.names(t)[0]))).ReadAll()
	if err != nil || len(rows) != 4 {
		t.Fatalf("%v, %v", rows, err)
	}
	if got := strings.Join(rows[0], " "); got != "ts id temperature humidity note quality historical" {
		t.Errorf("columns are %s", got)
	}
	if r := rows[2]; r[0] != "1800000005" || r[2] != "0.5" || r[3] != "" || r[4] != "row 5" || r[5] != `{"humidity":"BadTimeout"}` || r[6] != "" {
		t.Errorf("row 5 is %q", r)
	}
}

func TestAParquetFileHasItsRowsTyped(t *testing.T) {
	if testing.Short() {
		t.Skip("the reader is an npm package")
	}
	f := folder{t.TempDir(), "format: parquet\nrotate_size: 4KiB"}
	w := f.open(t)
	mustSend(t, w, "climate", 1, 100)
	closed(t, w)
	names := f.names(t)
	if len(names) != 1 || !strings.HasSuffix(names[0], ".parquet") {
		t.Fatalf("files are %v", names)
	}
	cmd := exec.Command("node", "read_parquet.mjs", names[0])
	cmd.Dir = "../../test/peers"
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{
		`["temperature","DOUBLE",""]`, `["humidity","INT64","INTEGER"]`, `["ts","INT64","TIMESTAMP"]`, `["historical","BOOLEAN",""]`,
		`"temperature":0.5`, `"humidity":null`, `"note":"row 100"`, `"quality":"{\"humidity\":\"BadTimeout\"}"`,
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("%s is missing in\n%.2000s", want, out)
		}
	}
	if n := strings.Count(string(out), "\n"); n != 101 {
		t.Errorf("%d lines", n)
	}
}

func TestAFileOfAnotherFormatIsCompletedInItsOwn(t *testing.T) {
	dir := t.TempDir()
	for _, format := range []string{"jsonl", "csv", "parquet"} {
		f := folder{dir, "format: " + format}
		w := f.open(t)
		mustSend(t, w, "climate", 1, 2)
		closed(t, w)
	}
	var suffixes []string
	for _, n := range (folder{dir: dir}).names(t) {
		_, suffix, _ := strings.Cut(filepath.Base(n), ".")
		suffixes = append(suffixes, suffix)
	}
	slices.Sort(suffixes)
	if !slices.Equal(suffixes, []string{"csv", "jsonl", "parquet.part"}) {
		t.Errorf("files are %v", suffixes)
	}
}

func TestAFullDiskLosesNothingThatWasAcknowledgedAndIsWorthAnotherAttempt(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("no small file system can be mounted here: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	full := filepath.Join(dir, "full")
	if err := os.WriteFile(full, make([]byte, 700<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	f := folder{dir: filepath.Join(dir, "export")}
	acked := map[uint64]bool{}
	first := uint64(1)
	failed := func() error {
		w := f.open(t)
		defer func() { _ = w.Close(context.Background()) }()
		for ; first < 100_000; first += 500 {
			if err := send(t, w, "climate", first, 500); err != nil {
				return err
			}
			for n := range uint64(500) {
				acked[first+n] = true
			}
		}
		return nil
	}()
	if failure, refused := errors.AsType[*sinks.Failure](failed); failed == nil || refused && failure.Permanent || len(acked) == 0 {
		t.Fatalf("after %d rows: %v", len(acked), failed)
	}
	if err := os.Remove(full); err != nil {
		t.Fatal(err)
	}
	w := f.open(t)
	mustSend(t, w, "climate", first, 500)
	closed(t, w)
	for _, r := range f.Seen(t) {
		delete(acked, r.Sequence)
	}
	if len(acked) > 0 {
		t.Errorf("%d rows that were acknowledged are not there", len(acked))
	}
}

func TestKeysThatDoNotGoTogetherAreTold(t *testing.T) {
	for keys, want := range map[string]string{
		"dir: here": "relative",
		"dir: /a\nformat: parquet\ncompression: gzip": "compresses by itself",
		"dir: /a\nformat: parquet\ntime_format: s":    "timestamps",
	} {
		if _, err := conformance.Parse(file.Sink{}, keys); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", keys, err)
		}
	}
}
