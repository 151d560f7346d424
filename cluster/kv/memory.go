package kv

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Memory is a Store in memory, for one process. Its leases last until they are revoked or Expire ends them.
type Memory struct {
	mu       sync.Mutex
	version  int64
	entries  map[string]held
	history  []Change
	watchers map[chan struct{}]struct{}
	closed   chan struct{}
}

type held struct {
	Entry
	lease *memoryLease
}

// NewMemory returns an empty store.
func NewMemory() *Memory {
	return &Memory{entries: map[string]held{}, watchers: map[chan struct{}]struct{}{}, closed: make(chan struct{})}
}

var _ Store = (*Memory)(nil)

// Get returns a key.
func (m *Memory) Get(_ context.Context, key string) (Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, ok := m.entries[key]
	if !ok {
		return Entry{}, ErrNotFound
	}
	return e.Entry, nil
}

// List returns the keys with a prefix.
func (m *Memory) List(_ context.Context, prefix string) (list []Entry, version int64, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, key := range slices.Sorted(maps.Keys(m.entries)) {
		if strings.HasPrefix(key, prefix) {
			list = append(list, m.entries[key].Entry)
		}
	}
	return list, m.version, nil
}

// Commit makes a transaction.
func (m *Memory) Commit(_ context.Context, t Txn) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range t.If {
		if m.entries[c.Key].Version != c.Version {
			return 0, ErrConflict
		}
	}
	for _, p := range t.Put {
		if l, ok := p.Lease.(*memoryLease); ok && !l.Alive() {
			return 0, ErrLease
		}
	}
	m.version++
	for _, p := range t.Put {
		e := held{Entry: Entry{Key: p.Key, Value: slices.Clone(p.Value), Version: m.version}}
		e.lease, _ = p.Lease.(*memoryLease)
		m.entries[p.Key] = e
		m.history = append(m.history, Change{Entry: e.Entry})
	}
	for _, key := range t.Delete {
		m.drop(key)
	}
	m.wake()
	return m.version, nil
}

// drop removes a key that is there, as part of the version.
func (m *Memory) drop(key string) {
	if _, ok := m.entries[key]; ok {
		delete(m.entries, key)
		m.history = append(m.history, Change{Entry: Entry{Key: key, Version: m.version}, Deleted: true})
	}
}

// wake tells the watchers.
func (m *Memory) wake() {
	for w := range m.watchers {
		select {
		case w <- struct{}{}:
		default: // it has been told
		}
	}
}

// Watch returns the changes after a version.
func (m *Memory) Watch(ctx context.Context, prefix string, after int64) <-chan Change {
	out, told := make(chan Change), make(chan struct{}, 1)
	m.mu.Lock()
	m.watchers[told] = struct{}{}
	next, _ := slices.BinarySearchFunc(m.history, after+1, func(c Change, v int64) int { return int(c.Version - v) })
	m.mu.Unlock()
	go func() { // ends with ctx, or with the store
		defer close(out)
		defer m.unwatch(told)
		for {
			m.mu.Lock()
			fresh := slices.Clone(m.history[next:])
			next = len(m.history)
			m.mu.Unlock()
			if !forward(ctx, m.closed, prefix, fresh, out) {
				return
			}
			select {
			case <-told:
			case <-ctx.Done():
				return
			case <-m.closed:
				return
			}
		}
	}()
	return out
}

func forward(ctx context.Context, closed chan struct{}, prefix string, changes []Change, out chan<- Change) bool {
	for _, c := range changes {
		if !strings.HasPrefix(c.Key, prefix) {
			continue
		}
		select {
		case out <- c:
		case <-ctx.Done():
			return false
		case <-closed:
			return false
		}
	}
	return true
}

func (m *Memory) unwatch(told chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.watchers, told)
}

// Lease grants a lease.
func (m *Memory) Lease(context.Context, time.Duration) (Lease, error) {
	return &memoryLease{store: m, ended: make(chan struct{})}, nil
}

// Expire ends a lease as if its holder had been silent for too long.
func (m *Memory) Expire(l Lease) { l.(*memoryLease).end() }

// Close ends the watches.
func (m *Memory) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	select {
	case <-m.closed:
	default:
		close(m.closed)
	}
	return nil
}

type memoryLease struct {
	store *Memory
	once  sync.Once
	ended chan struct{}
}

func (l *memoryLease) Ended() <-chan struct{} { return l.ended }

func (l *memoryLease) Alive() bool {
	select {
	case <-l.ended:
		return false
	default:
		return true
	}
}

func (l *memoryLease) Revoke(context.Context) error {
	l.end()
	return nil
}

func (l *memoryLease) end() {
	l.once.Do(func() { close(l.ended) })
	m := l.store
	m.mu.Lock()
	defer m.mu.Unlock()
	m.version++
	for key, e := range m.entries {
		if e.lease == l {
			m.drop(key)
		}
	}
	m.wake()
}
