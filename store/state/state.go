package state

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"

	"github.com/holdfast-edge/holdfast/store/bolt"
)

// ErrNotFound says that there is no generation or document of that name.
var ErrNotFound = errors.New("not found")

// Options are the settings of a state.
type Options struct {
	Dir    string       // of the file; made where it is missing
	Logger *slog.Logger // none

	// OpenFile replaces os.OpenFile, for faults to be put in.
	OpenFile func(name string, flag int, mode fs.FileMode) (*os.File, error)
}

// State is the state of a node. It may be used concurrently. What a method has
// returned from is durable.
type State struct {
	db     *bbolt.DB
	dir    string
	logger *slog.Logger
	damage []string
}

const (
	fileName      = "state.db"
	damagedSuffix = ".corrupt"
	growth        = 64 << 10
)

// The buckets of the file.
var (
	generationsBucket = []byte("generations") // number → generation
	pointersBucket    = []byte("pointers")    // running, confirmed → number
	bootsBucket       = []byte("boots")
	documentsBucket   = []byte("documents") // space → key → document
)

// Open opens the state in a directory, which one process at a time may have. A
// file that is damaged is put aside and an empty state begun, which Damage
// tells: the node then starts from what its operator gave it, or from Spare.
func Open(o Options) (*State, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("open state: %w", err)
	}
	path := filepath.Join(o.Dir, fileName)
	file := bolt.File{Growth: growth, OpenFile: o.OpenFile}
	s := &State{dir: o.Dir, logger: o.Logger}
	db, err := bolt.Open(path, file)
	if errors.Is(err, bolt.ErrCorrupt) {
		o.Logger.Error("state quarantined", "file", path+damagedSuffix, "error", err)
		s.damage = append(s.damage, fmt.Sprintf("the state was put aside as %s and an empty one begun: %v", fileName+damagedSuffix, err))
		if err := os.Rename(path, path+damagedSuffix); err != nil {
			return nil, fmt.Errorf("quarantine state: %w", err)
		}
		db, err = bolt.Open(path, file)
	}
	if err != nil {
		return nil, fmt.Errorf("open state: %w", err)
	}
	s.db = db
	err = s.begin()
	if err == nil {
		var found []string
		found, err = s.scan()
		s.damage = append(s.damage, found...)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open state: %w", err), db.Close())
	}
	return s, bolt.SyncDirectory(o.Dir)
}

// begin makes the buckets that are missing.
func (s *State) begin() error {
	buckets := [][]byte{generationsBucket, pointersBucket, bootsBucket, documentsBucket}
	missing := false
	err := s.db.View(func(tx *bbolt.Tx) error {
		for _, name := range buckets {
			missing = missing || tx.Bucket(name) == nil
		}
		return nil
	})
	if err != nil || !missing {
		return err
	}
	return s.db.Update(func(tx *bbolt.Tx) error {
		for _, name := range buckets {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		return nil
	})
}

// Close closes the file.
func (s *State) Close() error {
	if err := s.db.Close(); err != nil {
		return fmt.Errorf("close state: %w", err)
	}
	return nil
}
