package artefacts

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// spare is what a fetch leaves free on the disk: the log needs it more.
const spare = 16 << 20

// full says of a disk that takes no more that there is no room.
func full(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w: %w", ErrRoom, err)
	}
	return err
}

// file is a file of the store.
type file struct {
	digest string // empty of a part
	path   string
	size   int64
	used   time.Time
}

// files lists what is in the directory, the oldest first.
func (s *Store) files() (list []file, err error) {
	entries, err := os.ReadDir(s.dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		f := file{path: filepath.Join(s.dir, e.Name()), size: info.Size(), used: info.ModTime()}
		if !strings.HasSuffix(e.Name(), partSuffix) {
			f.digest = e.Name()
		}
		list = append(list, f)
	}
	slices.SortFunc(list, func(a, b file) int { return a.used.Compare(b.used) })
	return list, err
}

// room makes room for an artefact, if there can be any: of the others, what nobody needs goes, the oldest first.
func (s *Store) room(r Reference, kept map[string]bool) error {
	list, err := s.files()
	if err != nil {
		return err
	}
	total, have := int64(0), int64(0)
	for _, f := range list {
		if f.path == filepath.Join(s.dir, r.Digest+partSuffix) {
			have = f.size
		} else {
			total += f.size
		}
	}
	for _, f := range list {
		if total+r.Size <= s.most {
			break
		}
		if f.path != filepath.Join(s.dir, r.Digest+partSuffix) && !s.needed(f, kept) {
			if err := os.Remove(f.path); err != nil {
				return err
			}
			total -= f.size
		}
	}
	if total+r.Size > s.most {
		return fmt.Errorf("%w: %d octets beside %d that are needed, and max_artefacts of uplink is %d", ErrRoom, r.Size, total, s.most)
	}
	left, err := s.free(s.dir)
	if err == nil && left < r.Size-have+spare {
		err = fmt.Errorf("%w: the disk has %d octets left, and %d are to come", ErrRoom, left, r.Size-have)
	}
	return err
}

func (s *Store) needed(f file, kept map[string]bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	digest := strings.TrimSuffix(filepath.Base(f.path), partSuffix)
	return kept[digest] || s.needs[digest] > 0
}

// Collect removes what is not kept and what nobody needs, and returns how many files it removed. What is kept is asked
// for only where there is anything.
func (s *Store) Collect(named func() (map[string]bool, error)) (removed int, err error) {
	list, err := s.files()
	if len(list) == 0 {
		return 0, err
	}
	kept, unnamed := named()
	if unnamed != nil {
		return 0, errors.Join(err, unnamed)
	}
	for _, f := range list {
		if s.needed(f, kept) {
			continue
		}
		if gone := os.Remove(f.path); gone != nil {
			err = errors.Join(err, gone)
			continue
		}
		removed++
	}
	return removed, err
}

// free is what the disk of a directory takes from a user that is not root.
func free(dir string) (int64, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, fmt.Errorf("ask how much the disk takes: %w", err)
	}
	return int64(s.Bavail) * int64(s.Bsize), nil //nolint:gosec,unconvert // of other types elsewhere
}
