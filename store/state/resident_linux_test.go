package state_test

import (
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
)

// most returns how many octets are resident at the most while something runs.
func most(t *testing.T, while func()) int {
	t.Helper()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil { // proc(5): the peak begins anew
		t.Skipf("the peak of this process cannot be set back: %v", err)
	}
	before := status(t, "VmRSS")
	while()
	return status(t, "VmHWM") - before
}

func status(t *testing.T, field string) int {
	t.Helper()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), field+":")
	kilobytes, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		t.Fatal(err)
	}
	return kilobytes << 10
}

func TestALargeConfigurationIsConfirmedAndCheckedWithLittleOfItInMemory(t *testing.T) {
	const size = 64 << 20
	dir := t.TempDir()
	s := open(t, dir)
	g := accept(t, s, strings.Repeat("a configuration. ", size/17))
	debug.FreeOSMemory()
	for name, step := range map[string]func(){
		"confirm": func() {
			if err := s.Confirm(g.Number); err != nil {
				t.Error(err)
			}
		},
		"ask": func() {
			if _, err := s.Generation(g.Number); err != nil {
				t.Error(err)
			}
		},
		"open": func() { s = reopen(t, s, dir) },
	} {
		if peak := most(t, step); peak > size/4 {
			t.Errorf("%s: %d octets at most, of a configuration of %d", name, peak, size)
		}
	}
	if info, err := os.Stat(filepath.Join(dir, "confirmed.spare")); err != nil || info.Size() < size-17 {
		t.Errorf("no spare of it: %v", err)
	}
}
