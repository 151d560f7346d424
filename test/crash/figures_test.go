package crash_test

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// figures are what a part of the suite counted, by name.
type figures map[string]int

func (f figures) add(more figures) {
	for name, n := range more {
		f[name] += n
	}
}

// sections is the page: what each part counts, in order.
var sections = []struct {
	title, method string
	rows          []string
}{
	{
		"The process is killed", "A process that writes, keeps a history and delivers is killed with SIGKILL at a random moment, again and again, in the same directory. After each death the log is read from the beginning of that life: every record that a publisher was told is durable is there, and no sequence is missing.",
		[]string{"processes killed", "records that they wrote", "records promised to a publisher", "records in gaps"},
	},
	{
		"The power is cut", "The same process is recorded with strace: every write, truncation, rename, unlink and sync. From the recording disk images are made as they may be if the power is cut at a random moment: what was synced is there; of the rest each sector of 512 octets is there, is not, or is torn. Log and history are opened from each image, read, compared, and written.",
		[]string{"power cuts", "system calls recorded", "promises looked for after them", "records found after them"},
	},
	{
		"The disk is full", "The same work on a small disk that has no octet left at random moments, and gets room again after a while.",
		[]string{"times the disk was full", "records written around that", "records promised around that", "records in gaps around that"},
	},
	{
		"The far end fails", "A sink delivers by MQTT to a far end that is cut, slow, half-open, away and restarted on the same port, or answers errors to log-ins and messages. The receiver keys on the record's identity.",
		[]string{
			"faults of the far end", "records committed meanwhile", "messages taken", "of them marked historical", "records told as gaps",
			"records that came twice or more, to a receiver that does not key",
		},
	},
}

// writePage writes what was counted, after all of it has held.
func writePage(t *testing.T, path string, f figures) {
	t.Helper()
	var page strings.Builder
	fmt.Fprintf(&page, "# What crashes cost: nothing that was committed\n\nWritten by `make crash` on %s: %s, %s/%s.\n\n", time.Now().UTC().Format(time.DateOnly), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	page.WriteString("In all that follows, every record that was committed and is in no gap record came to the far end: exactly once where it\nis keyed by identity, at least once elsewhere, each lane in order. Each is once in the history, and the sums by minute\nand by hour are those of its rows. The run fails, and writes no page, where that is not so.\n")
	for _, s := range sections {
		fmt.Fprintf(&page, "\n## %s\n\n%s\n\n| | |\n|---|---|\n", s.title, s.method)
		for _, name := range s.rows {
			fmt.Fprintf(&page, "| %s | %d |\n", name, f[name])
		}
	}
	if err := os.WriteFile(path, []byte(page.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
