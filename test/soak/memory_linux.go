package main

import (
	"bufio"
	"os"
	"strconv"
	"strings"
)

// resident returns the memory of this process that is in use, in octets.
func resident() int64 { return status("VmRSS:") }

// peakResident returns the most that it was.
func peakResident() int64 { return status("VmHWM:") }

// status reads a line of /proc/self/status that is in kB; 0 where there is none.
func status(name string) int64 {
	file, err := os.Open("/proc/self/status")
	if err != nil {
		return 0
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if value, ok := strings.CutPrefix(lines.Text(), name); ok {
			kilobytes, _ := strconv.ParseInt(strings.Fields(value)[0], 10, 64) // 0 is not known
			return kilobytes << 10
		}
	}
	return 0
}
