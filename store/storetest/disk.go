package storetest

import (
	"errors"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
)

// Disk is a directory on a disk that a test can fill and empty.
type Disk struct {
	Dir    string
	fill   func() error
	relief func() error
}

// SmallDisk returns a disk of some megabytes: a file system of its own where
// the test may mount one, else a limit to the size of files, which answers
// writes with EFBIG in the place of ENOSPC.
func SmallDisk(t testing.TB, megabytes int) *Disk {
	t.Helper()
	dir := t.TempDir()
	if err := mount(dir, megabytes); err != nil {
		t.Logf("no file system of its own (%v): the size of files is limited", err)
		return limitedFiles(t, dir)
	}
	t.Cleanup(func() {
		if err := unmount(dir); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	ballast := filepath.Join(dir, "ballast")
	return &Disk{
		Dir: filepath.Join(dir, "data"), fill: func() error { return fillUp(ballast) },
		relief: func() error { return os.Remove(ballast) },
	}
}

// Fill leaves no room.
func (d *Disk) Fill(t testing.TB) {
	t.Helper()
	if err := d.fill(); err != nil {
		t.Fatal(err)
	}
}

// Relieve gives the room back.
func (d *Disk) Relieve(t testing.TB) {
	t.Helper()
	if err := d.relief(); err != nil {
		t.Fatal(err)
	}
}

// fillUp writes a file until there is no room for an octet more.
func fillUp(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	chunk := make([]byte, 64<<10)
	for len(chunk) > 0 {
		switch _, err := f.Write(chunk); {
		case errors.Is(err, syscall.ENOSPC):
			chunk = chunk[:len(chunk)/2]
		case err != nil:
			return err
		}
	}
	return nil
}

// limitedFiles bounds the size of the files that this process writes.
func limitedFiles(t testing.TB, dir string) *Disk {
	t.Helper()
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	signal.Ignore(syscall.SIGXFSZ)
	relieve := func() error { return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before) }
	t.Cleanup(func() {
		if err := relieve(); err != nil {
			t.Error(err)
		}
		signal.Reset(syscall.SIGXFSZ)
	})
	return &Disk{Dir: dir, relief: relieve, fill: func() error {
		limit := before
		limit.Cur = 4096
		return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit)
	}}
}
