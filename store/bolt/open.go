package bolt

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"go.etcd.io/bbolt"
)

// PageSize is the same on every machine, so that a file can be moved between
// them; bbolt's default would be 64 KB on ppc64le.
const PageSize = 4096

// defaultGrowth is by how much a file grows at a time.
const defaultGrowth = 1 << 20

// lockWait is how long to wait for another process that has the file open.
const lockWait = 2 * time.Second

// File says how to open a file.
type File struct {
	// MaxBytes is mapped at once and never exceeded: growing a map would wait
	// for readers. A commit beyond it fails with an error for IsFull. 0 maps what is there
	// and lets it grow.
	MaxBytes int

	// Growth is by how many octets the file grows at a time, which costs a sync;
	// 0 means 1 MB.
	Growth int

	// ReadOnly opens a file that nobody writes any more.
	ReadOnly bool

	// OpenFile replaces os.OpenFile, for faults to be put in; nil for none.
	OpenFile func(name string, flag int, mode fs.FileMode) (*os.File, error)
}

// Open audits the file, where there is one, and opens it. A file that cannot
// be followed gives ErrCorrupt, and so does one that is ReadOnly and is not there.
func Open(path string, f File) (*bbolt.DB, error) {
	if err := AuditFile(path); err != nil {
		return nil, err
	}
	if err := written(path); f.ReadOnly && err != nil {
		return nil, err
	}
	options := &bbolt.Options{
		Timeout: lockWait, PageSize: PageSize, ReadOnly: f.ReadOnly, OpenFile: f.OpenFile,
	}
	if !f.ReadOnly {
		options.InitialMmapSize, options.MaxSize = f.MaxBytes, f.MaxBytes
	}
	db, err := bbolt.Open(path, 0o600, options)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	if db.AllocSize = f.Growth; f.Growth <= 0 {
		db.AllocSize = defaultGrowth
	}
	return db, nil
}

// written returns an error where a file that somebody has written is gone or empty.
func written(path string) error {
	switch info, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("open %s: %w: it is gone", path, ErrCorrupt)
	case err != nil:
		return fmt.Errorf("open: %w", err)
	case info.Size() == 0:
		return fmt.Errorf("open %s: %w: it is empty", path, ErrCorrupt)
	}
	return nil
}

// Used returns how many octets of the file carry something or did.
func Used(db *bbolt.DB) (int64, error) {
	var used int64
	err := db.View(func(tx *bbolt.Tx) error {
		used = tx.Size()
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("measure %s: %w", db.Path(), err)
	}
	return used, nil
}

// Written returns how many octets a committed transaction has written: its
// pages and the meta page.
func Written(tx *bbolt.Tx) int64 {
	stats := tx.Stats()
	return stats.GetPageAlloc() + PageSize
}
