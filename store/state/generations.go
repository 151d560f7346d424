package state

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"github.com/holdfast-edge/holdfast/store/bolt"
	"github.com/holdfast-edge/holdfast/store/codec"
)

// Digest is the SHA-256 of a configuration.
type Digest [sha256.Size]byte

// DigestOf returns the digest of a configuration.
func DigestOf(document []byte) Digest { return sha256.Sum256(document) }

// String returns the digest in hexadecimal.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// Generation is a configuration that was accepted. What it says is apart, since it
// may be large: see Configuration.
type Generation struct {
	Number   uint64 // from 1 on
	Digest   Digest
	Accepted time.Time
	Origin   string // where it came from, such as "file site.yaml" or "cloud"
}

// The pointers to generations.
var (
	runningKey   = []byte("running")
	confirmedKey = []byte("confirmed")
	givenKey     = []byte("given")
)

// pointers are all of them.
func pointers() [][]byte { return [][]byte{runningKey, confirmedKey, givenKey} }

// keptGenerations is how many generations are kept beside those that are
// pointed to.
const keptGenerations = 20

// Accept keeps a configuration as the next generation, and removes the oldest
// that nothing points to. One that is the same as the last is that one.
func (s *State) Accept(document []byte, origin string, at time.Time) (Generation, error) {
	g := Generation{Digest: DigestOf(document), Accepted: at.UTC(), Origin: origin}
	defer bolt.Unload(s.db)
	err := s.db.Update(func(tx *bbolt.Tx) error {
		b := tx.Bucket(generationsBucket)
		if last, err := lastGeneration(b); err == nil {
			g.Number = last.Number
			if last.Digest == g.Digest {
				g = last
				return nil
			}
		} else if k, _ := b.Cursor().Last(); len(k) == numberSize {
			g.Number = binary.BigEndian.Uint64(k) // it is damaged; its number is not used again
		}
		g.Number++
		if err := putGeneration(b, g, document); err != nil {
			return err
		}
		return pruneGenerations(tx)
	})
	if err != nil {
		return Generation{}, fmt.Errorf("accept configuration: %w", err)
	}
	return g, nil
}

// Configuration returns a generation as it was given.
func (s *State) Configuration(number uint64) (document []byte, err error) {
	err = s.look(func(tx *bbolt.Tx) error {
		_, kept, err := generationOf(tx.Bucket(generationsBucket), number)
		if err != nil {
			return err
		}
		document = make([]byte, 0, len(kept))
		return bolt.Pieces(tx, kept, func(piece []byte) error {
			document = append(document, piece...)
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("read configuration %d: %w", number, err)
	}
	return document, nil
}

// Generation returns the generation of a number.
func (s *State) Generation(number uint64) (Generation, error) {
	var g Generation
	err := s.look(func(tx *bbolt.Tx) (err error) {
		g, _, err = generationOf(tx.Bucket(generationsBucket), number)
		return err
	})
	if err != nil {
		return Generation{}, fmt.Errorf("read generation %d: %w", number, err)
	}
	return g, nil
}

// Generations returns all that are kept and readable, the oldest first.
func (s *State) Generations() ([]Generation, error) {
	var all []Generation
	err := s.look(func(tx *bbolt.Tx) error {
		b := tx.Bucket(generationsBucket)
		return b.ForEachBucket(func(k []byte) error {
			if len(k) != numberSize {
				return nil // damaged, as Damage tells
			}
			if g, _, err := generationOf(b, binary.BigEndian.Uint64(k)); err == nil {
				all = append(all, g)
			}
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("list generations: %w", err)
	}
	return all, nil
}

// Run makes a generation the running one.
func (s *State) Run(number uint64) error { return s.point(runningKey, number) }

// Confirm makes a generation the confirmed one, and keeps a copy of it beside
// the state.
func (s *State) Confirm(number uint64) error {
	if err := s.point(confirmedKey, number); err != nil {
		return err
	}
	err := s.look(func(tx *bbolt.Tx) error {
		_, document, err := generationOf(tx.Bucket(generationsBucket), number)
		if err != nil {
			return err
		}
		return s.keepSpare(tx, document)
	})
	if err != nil { // it is confirmed all the same
		s.logger.Error("copy of the confirmed configuration", "error", err)
	}
	return nil
}

// Give says that a generation is what the node was started with.
func (s *State) Give(number uint64) error { return s.point(givenKey, number) }

// Given returns the generation that the node was started with last, or
// ErrNotFound.
func (s *State) Given() (Generation, error) { return s.pointed(givenKey) }

// Running returns the generation that the node was last told to run, or
// ErrNotFound.
func (s *State) Running() (Generation, error) { return s.pointed(runningKey) }

// Confirmed returns the generation that has proven itself last, or ErrNotFound.
func (s *State) Confirmed() (Generation, error) { return s.pointed(confirmedKey) }

func (s *State) point(key []byte, number uint64) error {
	defer bolt.Unload(s.db)
	err := s.db.Update(func(tx *bbolt.Tx) error {
		if _, _, err := generationOf(tx.Bucket(generationsBucket), number); err != nil {
			return err
		}
		return tx.Bucket(pointersBucket).Put(key, sealed(binary.BigEndian.AppendUint64(nil, number)))
	})
	if err != nil {
		return fmt.Errorf("make generation %d the %s one: %w", number, key, err)
	}
	return nil
}

func (s *State) pointed(key []byte) (Generation, error) {
	var g Generation
	err := s.look(func(tx *bbolt.Tx) error {
		number, err := pointer(tx, key)
		if err != nil {
			return err
		}
		g, _, err = generationOf(tx.Bucket(generationsBucket), number)
		return err
	})
	if err != nil {
		return Generation{}, fmt.Errorf("read the %s generation: %w", key, err)
	}
	return g, nil
}

// look reads generations, and lets go of what of the file was read: a configuration
// may be large, and what is mapped of it counts as the process's own.
func (s *State) look(fn func(*bbolt.Tx) error) error {
	defer bolt.Unload(s.db)
	return s.db.View(fn)
}

func pointer(tx *bbolt.Tx, key []byte) (uint64, error) {
	stored := tx.Bucket(pointersBucket).Get(key)
	if stored == nil {
		return 0, ErrNotFound
	}
	number, err := unsealed(stored)
	if err != nil || len(number) != 8 {
		return 0, fmt.Errorf("%w: pointer %s", bolt.ErrCorrupt, key)
	}
	return binary.BigEndian.Uint64(number), nil
}

// A generation has a bucket of its own, since a configuration may be large and
// bbolt rewrites the neighbours of a large value.
var (
	headKey     = []byte("head")
	documentKey = []byte("document")
)

func putGeneration(b *bbolt.Bucket, g Generation, document []byte) error {
	own, err := b.CreateBucket(binary.BigEndian.AppendUint64(nil, g.Number))
	if err != nil {
		return err
	}
	head := append([]byte(nil), g.Digest[:]...)
	head = binary.AppendVarint(head, g.Accepted.UnixNano())
	head = codec.AppendText(head, g.Origin)
	if err := own.Put(headKey, sealed(head)); err != nil {
		return err
	}
	return own.Put(documentKey, document)
}

// generationOf reads a generation and checks its document, which is that of the
// file and there as long as the transaction, against its digest.
func generationOf(b *bbolt.Bucket, number uint64) (g Generation, document []byte, err error) {
	own := b.Bucket(binary.BigEndian.AppendUint64(nil, number))
	if own == nil {
		return Generation{}, nil, ErrNotFound
	}
	head, err := unsealed(own.Get(headKey))
	if err != nil {
		return Generation{}, nil, err
	}
	g.Number, document = number, own.Get(documentKey)
	r := codec.NewReader(head)
	copy(g.Digest[:], r.Take(len(g.Digest)))
	g.Accepted = time.Unix(0, r.Varint()).UTC()
	g.Origin = r.Text()
	if r.Err() != nil || digestWithin(b.Tx(), document) != g.Digest {
		return Generation{}, nil, fmt.Errorf("%w: digest of generation %d", bolt.ErrCorrupt, number)
	}
	return g, document, nil
}

// digestWithin is DigestOf of a document in the file, of which little is in memory at a time.
func digestWithin(tx *bbolt.Tx, document []byte) (d Digest) {
	sum := sha256.New()
	_ = bolt.Pieces(tx, document, func(piece []byte) error {
		_, err := sum.Write(piece) // which never fails
		return err
	})
	return Digest(sum.Sum(d[:0]))
}

func lastGeneration(b *bbolt.Bucket) (Generation, error) {
	k, _ := b.Cursor().Last()
	if len(k) != numberSize {
		return Generation{}, ErrNotFound
	}
	g, _, err := generationOf(b, binary.BigEndian.Uint64(k))
	return g, err
}

// pruneGenerations removes the oldest generations that nothing points to.
func pruneGenerations(tx *bbolt.Tx) error {
	b := tx.Bucket(generationsBucket)
	var numbers []uint64
	err := b.ForEachBucket(func(k []byte) error {
		if len(k) == numberSize {
			numbers = append(numbers, binary.BigEndian.Uint64(k))
		}
		return nil
	})
	if err != nil {
		return err
	}
	var pointed []uint64
	for _, key := range pointers() {
		number, _ := pointer(tx, key) // 0, which is none, where there is no pointer
		pointed = append(pointed, number)
	}
	for len(numbers) > keptGenerations {
		n := numbers[0]
		numbers = numbers[1:]
		if slices.Contains(pointed, n) {
			continue
		}
		if err := b.DeleteBucket(binary.BigEndian.AppendUint64(nil, n)); err != nil {
			return err
		}
	}
	return nil
}
