package main

import (
	"os"
	"testing"
)

func TestOnlyWhatCannotHaveBeenWrittenOfTheProgramIsLetGo(t *testing.T) {
	for line, want := range map[string]bool{
		"00400000-01c27000 r-xp 00000000 fe:00 123   /usr/bin/holdfast":           true,
		"01c27000-0369a000 r--p 01827000 fe:00 123   /usr/bin/holdfast":           true,
		"0369a000-037dc000 rw-p 0329a000 fe:00 123   /usr/bin/holdfast":           false,
		"00400000-01c27000 r-xp 00000000 fe:00 123   /usr/bin/holdfast (deleted)": false,
		"7fa3f3600000-7fa3f7600000 r--s 00000000 fe:00 9 /data/log/1.seg":         false,
		"7fa3f35c0000-7fa3f3600000 rw-p 00000000 00:00 0":                         false,
	} {
		if from, to, ok := unwritten(line, "/usr/bin/holdfast"); ok != want || ok && to <= from {
			t.Errorf("%s: %x-%x, %t", line, from, to, ok)
		}
	}
	if _, err := os.Stat("/proc/self/maps"); err != nil {
		t.Skip(err)
	}
	releaseProgram() // and what is let go comes back
}
