package log

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"sync"

	"go.etcd.io/bbolt"

	"github.com/holdfast-edge/holdfast/store/bolt"
)

// shelf is the segments of a log in order, the active one last. Few of the
// others are open at a time, so that the address space of a 32-bit machine
// holds.
type shelf struct {
	limit  int // closed segments that are mapped at a time
	logger *slog.Logger

	mu       sync.Mutex
	segments []*segment
	open     []*segment // least recently used first, the active one not among them
	damaged  int        // segments quarantined in this life
	keeps    bool       // damaged files stay where they are, for those who only look
	passed   []string   // which those were
}

// listSegments returns the segments of a directory in order.
func listSegments(dir string, file bolt.File) ([]*segment, error) {
	names, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("list segments: %w", err)
	}
	var segments []*segment
	for _, entry := range names {
		if first, ok := segmentFirst(entry.Name()); ok {
			segments = append(segments, &segment{path: segmentPath(dir, first), first: first, file: file})
		}
	}
	slices.SortFunc(segments, func(a, b *segment) int { return cmp.Compare(a.first, b.first) })
	return segments, nil
}

// active returns the segment that is written.
func (s *shelf) active() *segment {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.segments[len(s.segments)-1]
}

// push makes a segment the active one.
func (s *shelf) push(next *segment) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.segments = append(s.segments, next)
}

// holding returns the segment that has a position, or the first one behind it,
// open, and the position at which it ends.
func (s *shelf) holding(position uint64) (*segment, uint64, error) {
	s.mu.Lock()
	i := s.index(position)
	held, end := s.segments[i], uint64(forever)
	isActive := i == len(s.segments)-1
	if !isActive {
		end = s.segments[i+1].first
	}
	s.mu.Unlock()
	if isActive {
		return held, end, nil
	}
	held.mu.Lock()
	err := held.open()
	held.mu.Unlock()
	if err != nil {
		return held, end, err
	}
	return held, end, s.touch(held)
}

// view runs fn over a segment as segment.view does, and opens it again where it
// was closed for another one meanwhile. One that is gone from the shelf gives
// fs.ErrClosed.
func (s *shelf) view(held *segment, fn func(*bbolt.Tx) error) error {
	for {
		err := held.view(fn)
		if !errors.Is(err, fs.ErrClosed) {
			return err
		}
		again, _, failed := s.holding(held.first)
		if failed != nil {
			return failed
		}
		if again != held {
			return err
		}
	}
}

func (s *shelf) index(position uint64) int {
	i, found := slices.BinarySearchFunc(s.segments, position, func(g *segment, p uint64) int {
		return cmp.Compare(g.first, p)
	})
	if !found && i > 0 {
		i--
	}
	return i
}

// touch makes a segment the most recently used and closes those beyond the
// limit.
func (s *shelf) touch(used *segment) error {
	s.mu.Lock()
	s.open = append(slices.DeleteFunc(s.open, func(g *segment) bool { return g == used }), used)
	var surplus []*segment
	if n := len(s.open) - s.limit; n > 0 {
		surplus = slices.Clone(s.open[:n])
		s.open = slices.Delete(s.open, 0, n)
	}
	s.mu.Unlock()
	var failed error
	for _, g := range surplus {
		failed = errors.Join(failed, g.close())
	}
	return failed
}

// drop takes a segment off the shelf.
func (s *shelf) drop(gone *segment) {
	same := func(g *segment) bool { return g == gone }
	s.mu.Lock()
	defer s.mu.Unlock()
	s.segments = slices.DeleteFunc(s.segments, same)
	s.open = slices.DeleteFunc(s.open, same)
}

// quarantine takes a damaged segment off the shelf and out of the way. Readers
// find a hole in the positions.
func (s *shelf) quarantine(bad *segment, reason error) error {
	s.mu.Lock()
	known := slices.Contains(s.segments, bad)
	s.mu.Unlock()
	if !known {
		return nil // another reader was first
	}
	s.drop(bad)
	s.mu.Lock()
	s.damaged++
	s.mu.Unlock()
	if s.keeps {
		s.passed = append(s.passed, fmt.Sprintf("%s: %v", bad.path, reason))
		return bad.close()
	}
	s.logger.Error("segment quarantined", "file", bad.path+damagedSuffix, "error", reason)
	return bad.quarantine()
}

// trim removes the segments that end at or before a position. One that cannot be
// removed stays, to be tried again.
func (s *shelf) trim(before uint64) error {
	for {
		s.mu.Lock()
		if len(s.segments) < 2 || s.segments[1].first > before {
			s.mu.Unlock()
			return nil
		}
		oldest := s.segments[0]
		s.mu.Unlock()
		s.drop(oldest)
		if err := oldest.remove(); err != nil && !errors.Is(err, fs.ErrNotExist) {
			s.mu.Lock()
			s.segments = slices.Insert(s.segments, 0, oldest)
			s.mu.Unlock()
			return err
		}
	}
}

// sizes returns first position and size of each segment.
func (s *shelf) sizes() []sized {
	s.mu.Lock()
	segments := slices.Clone(s.segments)
	s.mu.Unlock()
	all := make([]sized, len(segments))
	for i, g := range segments {
		all[i] = sized{first: g.first, bytes: g.bytes()}
	}
	return all
}

// sized is a segment's first position and the size of its file.
type sized struct {
	first uint64
	bytes int64
}

// close closes all files.
func (s *shelf) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var failed error
	for _, g := range s.segments {
		failed = errors.Join(failed, g.close())
	}
	return failed
}

// after returns the segment behind another one, or nil.
func (s *shelf) after(held *segment) *segment {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.Index(s.segments, held); i >= 0 && i+1 < len(s.segments) {
		return s.segments[i+1]
	}
	return nil
}

// quarantined returns how many segments were put aside in this life.
func (s *shelf) quarantined() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.damaged
}
