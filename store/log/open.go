package log

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"

	"go.etcd.io/bbolt"

	"github.com/holdfast-edge/holdfast/store/bolt"
)

// Open opens the log in a directory, which one process at a time may have. What
// was committed is there. A directory that is new, was restored from a copy, or
// whose last segment is damaged begins a new incarnation.
func Open(options Options) (*Log, error) {
	options, err := options.withDefaults()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(options.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	l, err := newLog(options)
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	if l.lock, err = bolt.Lock(options.Dir); err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	if err := l.load(); err != nil {
		return nil, errors.Join(fmt.Errorf("open log: %w", err), l.Close())
	}
	return l, nil
}

func newLog(options Options) (*Log, error) {
	compressor, err := newCompressor()
	if err != nil {
		return nil, err
	}
	decompressor, err := newDecompressor()
	if err != nil {
		return nil, err
	}
	return &Log{
		options:      options,
		policy:       policy{every: options.CommitEvery, bytes: options.CommitBytes, ackEvery: options.AckEvery},
		shelf:        &shelf{limit: options.OpenSegments, logger: options.Logger},
		streams:      newDirectory(),
		decompressor: decompressor,
		committer:    &committer{compressor: compressor, schemas: newSchemaIndex()},
		queue:        queue{limit: options.QueueBytes, recent: options.RecentBytes, traced: options.Trace.Armed},
		room:         make(chan struct{}),
		consumers:    map[string]*consumer{},
		removed:      map[string]bool{},
		checkpoints:  map[string][]byte{},
		wake:         make(chan struct{}, 1),
	}, nil
}

// load finds the last segment that holds and goes on from there.
func (l *Log) load() error {
	segments, err := listSegments(l.options.Dir, bolt.File{ReadOnly: true, OpenFile: l.options.OpenFile})
	if err != nil {
		return err
	}
	l.shelf.segments = segments
	next := uint64(1)
	sameLife := true
	for n := len(segments); n > 0; n-- {
		last := segments[n-1]
		err := l.resume(last, l.writable())
		if err == nil {
			return l.goOn(last, max(next, l.committer.end), sameLife && !l.committer.incomplete)
		}
		if !isDamage(err) {
			return err
		}
		next, sameLife = max(next, last.first), false
		if err := l.shelf.quarantine(last, err); err != nil {
			return err
		}
	}
	return l.startAt(next, life{})
}

// goOn goes on with the last segment, or with a new one after it where it is
// not this site's, not the original, or not the last that there was.
func (l *Log) goOn(last *segment, next uint64, sameLife bool) error {
	own, err := inode(last.path)
	if err != nil {
		return err
	}
	isOriginal := own == last.life.inode || last.life.inode == 0
	if sameLife && isOriginal && last.life.site == l.options.Site {
		l.recent = newRecent(l.options.RecentBytes, l.committer.end)
		return nil
	}
	l.options.Logger.Warn("log begins a new incarnation", "original", isOriginal, "complete", sameLife, "site", l.options.Site)
	return l.startAt(next, last.life)
}

// lostPositions is left free where a segment is lost: nobody knows how far it
// went.
const lostPositions = 1 << 32

// startAt begins a new life in a new segment, behind what is there.
func (l *Log) startAt(first uint64, before life) error {
	c := l.committer
	if len(l.shelf.segments) > 0 {
		first += lostPositions
	}
	c.end = first
	c.life = life{site: l.options.Site, incarnation: newIncarnation(before.incarnation, l.options.Now())}
	l.recent = newRecent(l.options.RecentBytes, first)
	fill := func(*bbolt.Tx) error { return nil }
	if previous := c.active; previous != nil {
		fill = func(tx *bbolt.Tx) error {
			return previous.view(func(from *bbolt.Tx) error { return carry(tx, from) })
		}
	}
	next, err := l.create(first, c.life, false, fill)
	if err != nil {
		return err
	}
	l.shelf.push(next)
	if previous := c.active; previous != nil {
		previous.file.ReadOnly = true
		err = previous.close()
	}
	c.active, c.schemas = next, newSchemaIndex()
	return errors.Join(err, l.nameSegment())
}

// resume opens a segment, as the last one, and loads all that it holds of the state.
func (l *Log) resume(s *segment, file bolt.File) error {
	s.mu.Lock()
	s.file, s.whole = file, 0
	err := s.open()
	s.mu.Unlock()
	if err != nil {
		return err
	}
	c := l.committer
	c.active, c.life, c.end = s, s.life, s.first
	l.streams, c.schemas = newDirectory(), newSchemaIndex()
	l.consumers = map[string]*consumer{}
	err = s.view(func(tx *bbolt.Tx) error {
		return errors.Join(l.loadTables(tx), l.loadBlocks(tx), l.loadConsumers(tx))
	})
	if err != nil {
		c.active = nil
		return errors.Join(err, s.close())
	}
	return nil
}

func (l *Log) loadTables(tx *bbolt.Tx) error {
	err := tx.Bucket(streamsBucket).ForEach(func(k, v []byte) error {
		return l.streams.load(binary.BigEndian.Uint32(k), v)
	})
	return errors.Join(err, tx.Bucket(schemasBucket).ForEach(func(k, v []byte) error {
		l.committer.schemas.load(binary.BigEndian.Uint32(k), v)
		return nil
	}))
}

// loadBlocks finds the end of the log and of every stream. A block whose
// header is damaged leaves them unknown only if it is the last one.
func (l *Log) loadBlocks(tx *bbolt.Tx) error {
	blocks := tx.Bucket(blocksBucket)
	var next []sequence
	return blocks.ForEachBucket(func(k []byte) error {
		h, damage := blockHeader(blocks.Bucket(k), k)
		l.committer.incomplete = damage != nil
		if h == nil {
			return nil
		}
		next = next[:0]
		for _, e := range h.streams {
			if int(e.stream) >= l.streams.count() {
				return errDamaged
			}
			next = append(next, sequence{stream: e.stream, next: e.first + e.rows})
		}
		l.streams.advance(next)
		l.committer.end = h.end()
		return nil
	})
}

func (l *Log) loadConsumers(tx *bbolt.Tx) error {
	skips := tx.Bucket(skipsBucket)
	return tx.Bucket(cursorsBucket).ForEach(func(k, v []byte) error {
		r, err := readConsumer(v)
		if err != nil {
			l.options.Logger.Error("cursor begins again", "cursor", string(k), "error", err)
			r = consumerRecord{pending: []span{{l.shelf.segments[0].first, forever}}}
		}
		c := newConsumer(l, string(k), r)
		c.safe = c.lanes.oldest()
		if gaps := largeValue(skips, k); gaps != nil {
			if c.gaps, err = readGaps(gaps); err != nil {
				l.options.Logger.Error("gaps of cursor are lost", "cursor", c.name, "error", err)
			}
		}
		l.consumers[c.name] = c
		return nil
	})
}

// LoadCheckpoint returns the last state that was given under a name, committed
// or about to be, and nil where there is none.
func (l *Log) LoadCheckpoint(name string) ([]byte, error) {
	if state, ok := l.uncommitted(name); ok {
		return state, nil
	}
	var found []byte
	err := l.shelf.active().view(func(tx *bbolt.Tx) error {
		value := largeValue(tx.Bucket(checkpointBucket), []byte(name))
		if value == nil {
			return nil
		}
		state, err := checked(value)
		found = append([]byte{}, state...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("load checkpoint %s: %w", name, err)
	}
	return found, nil
}

// uncommitted returns a state that waits for the commit or is being committed.
func (l *Log) uncommitted(name string) (state []byte, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if state, ok = l.checkpoints[name]; !ok {
		state, ok = l.committing[name]
	}
	return state, ok
}

// Checkpoints returns the names under which states are committed, in their
// order.
func (l *Log) Checkpoints() (names []string, err error) {
	err = l.shelf.active().view(func(tx *bbolt.Tx) error {
		return tx.Bucket(checkpointBucket).ForEach(func(k, _ []byte) error {
			names = append(names, string(k))
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("list checkpoints: %w", err)
	}
	return names, nil
}

// Close closes the files, once Run has returned.
func (l *Log) Close() error {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	l.decompressor.close()
	return errors.Join(l.shelf.close(), l.lock.Close())
}
