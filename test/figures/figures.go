// Package figures is what programs share that measure Holdfast and write a page of it.
package figures

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"strings"
	"time"
)

// Write writes a page to a file, or prints it where no file is named.
func Write(file, page string) error {
	if file == "" {
		_, err := os.Stdout.WriteString(page)
		return err
	}
	return os.WriteFile(file, []byte(page), 0o644)
}

// Written is the line of a page that says how it was come by: the target of make, the day, the machine.
func Written(target string) string {
	return fmt.Sprintf("Written by `make %s` on %s: %s, %d processors, %s, %s/%s.", target, time.Now().UTC().Format(time.DateOnly),
		processor(), runtime.NumCPU(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// processor names the machine's processor.
func processor() string {
	const unknown = "unknown processor"
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return unknown
	}
	for line := range strings.Lines(string(info)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return unknown
}

// Profiled does work and writes what it spent processor time on to a file, where one is named.
func Profiled(file string, work func() error) (err error) {
	if file == "" {
		return work()
	}
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	if err := pprof.StartCPUProfile(out); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	return work()
}

// InDirectory does work in a directory of its own, which is removed when it is done.
func InDirectory(prefix string, work func(dir string) error) (err error) {
	dir, err := os.MkdirTemp("", prefix)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	return work(dir)
}
