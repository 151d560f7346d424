// Package artefacts keeps on the node what was fetched by digest: WebAssembly modules and versions of the program. A file
// is called by the SHA-256 of its octets, and appears under that name when it is whole, verified and on the disk.
//
//	missing ──Fetch──▶ DIGEST.part ──cut──▶ goes on where it ended
//	                        │ whole, and of that digest
//	                        ▼
//	                     DIGEST ──Collect──▶ gone, where nobody needs it
//
// It is not for configurations, which are in the state.
package artefacts

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/holdfast-edge/holdfast/store/bolt"
)

// What callers branch on.
var (
	ErrDigest = errors.New("what came has another digest")
	ErrRoom   = errors.New("there is no room for it")
	ErrDigits = errors.New("a digest is 64 hexadecimal digits")
)

// Reference is an artefact to be.
type Reference struct {
	Digest string // SHA-256, hexadecimal
	Size   int64  // octets
}

// Source writes the octets of an artefact from an offset on. It may be cut off at any of them.
type Source func(ctx context.Context, r Reference, offset int64, w io.Writer) error

// Store is the artefacts of a node. It may be used concurrently.
type Store struct {
	dir  string
	most int64
	free func(dir string) (int64, error)

	mu    sync.Mutex
	needs map[string]int // by digest: those that Collect leaves, whoever asks
}

// Options are what a store is opened with.
type Options struct {
	Dir  string                          // made when something is fetched
	Most int64                           // octets of all artefacts together
	Free func(dir string) (int64, error) // octets that the disk still takes; nil: as the system says
}

// Open returns the store in a directory.
func Open(o Options) *Store {
	if o.Free == nil {
		o.Free = free
	}
	return &Store{dir: o.Dir, most: o.Most, free: o.Free, needs: map[string]int{}}
}

const partSuffix = ".part"

// valid tells whether a text is a digest, and so no path.
func valid(digest string) bool {
	octets, err := hex.DecodeString(digest)
	return err == nil && len(octets) == sha256.Size && strings.ToLower(digest) == digest
}

// Path returns the file of an artefact, if it is here.
func (s *Store) Path(digest string) (path string, ok bool) {
	if !valid(digest) {
		return "", false
	}
	path = filepath.Join(s.dir, digest)
	_, err := os.Stat(path)
	return path, err == nil
}

// Need keeps Collect from removing artefacts until release is called.
func (s *Store) Need(list []Reference) (release func()) {
	s.count(list, 1)
	return sync.OnceFunc(func() { s.count(list, -1) })
}

func (s *Store) count(list []Reference, by int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range list {
		if s.needs[r.Digest] += by; s.needs[r.Digest] == 0 {
			delete(s.needs, r.Digest)
		}
	}
}

// Fetch has an artefact be here. What came before the source was cut off stays, and the next call goes on there. kept tells
// which artefacts must stay where room has to be made. One call for a digest at a time.
func (s *Store) Fetch(ctx context.Context, r Reference, from Source, kept map[string]bool) error {
	if !valid(r.Digest) {
		return fmt.Errorf("fetch %.80q: %w", r.Digest, ErrDigits)
	}
	if _, ok := s.Path(r.Digest); ok {
		return nil
	}
	if err := s.fetch(ctx, r, from, kept); err != nil {
		return fmt.Errorf("fetch artefact %s: %w", r.Digest, err)
	}
	return nil
}

func (s *Store) fetch(ctx context.Context, r Reference, from Source, kept map[string]bool) (err error) {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return full(err)
	}
	part := filepath.Join(s.dir, r.Digest+partSuffix)
	if err := s.room(r, kept); err != nil {
		return errors.Join(err, remove(part))
	}
	f, err := os.OpenFile(part, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return full(err)
	}
	defer func() {
		if err = full(errors.Join(err, f.Close())); err == nil {
			err = errors.Join(os.Rename(part, filepath.Join(s.dir, r.Digest)), bolt.SyncDirectory(s.dir))
		} else if errors.Is(err, ErrDigest) || errors.Is(err, ErrRoom) {
			err = errors.Join(err, remove(part)) // what is of no use, or what the log needs more
		}
	}()
	offset, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if offset < r.Size {
		if err := from(ctx, r, offset, &bounded{f, r.Size - offset}); err != nil {
			return err
		}
	}
	if err := f.Sync(); err != nil {
		return err
	}
	return verify(f, r)
}

// bounded refuses more octets than were signed for.
type bounded struct {
	w    io.Writer
	left int64
}

func (b *bounded) Write(octets []byte) (int, error) {
	if b.left -= int64(len(octets)); b.left < 0 {
		return 0, fmt.Errorf("%w: it has more octets than it should", ErrDigest)
	}
	return b.w.Write(octets)
}

// verify reads all of a file and compares it with its reference.
func verify(f io.ReadSeeker, r Reference) error {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	sum := sha256.New()
	n, err := io.Copy(sum, f)
	switch got := hex.EncodeToString(sum.Sum(nil)); {
	case err != nil:
		return err
	case n < r.Size:
		return fmt.Errorf("%d of %d octets came: %w", n, r.Size, io.ErrUnexpectedEOF)
	case got != r.Digest:
		return fmt.Errorf("%w: %s", ErrDigest, got)
	}
	return nil
}

// Verify tells whether the file of an artefact is as it was when it came. It reads all of it.
func Verify(path, digest string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil {
		err = verify(f, Reference{digest, info.Size()})
	}
	return errors.Join(err, f.Close())
}

func remove(path string) error {
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return err
	}
	return nil
}
