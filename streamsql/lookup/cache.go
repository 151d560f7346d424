package lookup

import (
	"container/list"
	"strings"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/tag"
)

// Cache remembers what a table answered, also that there is no row. Errors are
// not remembered. It may be used concurrently; a key that is asked for twice at
// once may be looked up twice.
type Cache struct {
	table Table
	lasts time.Duration
	limit int

	mu      sync.Mutex
	answers map[string]*list.Element // of *answer
	order   *list.List               // the one used longest ago first
	stats   CacheStats
}

type answer struct {
	key   string
	rows  *tag.Batch
	until int64
}

// CacheStats counts what a cache has done.
type CacheStats struct {
	Hits, Misses, Errors uint64
	Entries              int
}

// NewCache returns a cache of at most limit answers of a table, each of which
// lasts for a time.
func NewCache(table Table, lasts time.Duration, limit int) *Cache {
	return &Cache{table: table, lasts: lasts, limit: limit, answers: make(map[string]*list.Element), order: list.New()}
}

// Lookup is Table's.
func (c *Cache) Lookup(now int64, columns []string, values []tag.Value) (*tag.Batch, error) {
	key := string(appendKey([]byte(strings.ToLower(strings.Join(columns, "\x00"))+"\x00\x00"), values))
	if rows, ok := c.remembered(now, key); ok {
		return rows, nil
	}
	rows, err := c.table.Lookup(now, columns, values)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		c.stats.Errors++
		return nil, err
	}
	c.remember(&answer{key, rows, now + int64(c.lasts)})
	return rows, nil
}

// Clear forgets every answer, for a table that has changed.
func (c *Cache) Clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.answers)
	c.order.Init()
}

// Stats returns what the cache has done so far.
func (c *Cache) Stats() CacheStats {
	c.mu.Lock()
	defer c.mu.Unlock()
	stats := c.stats
	stats.Entries = len(c.answers)
	return stats
}

func (c *Cache) remembered(now int64, key string) (*tag.Batch, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	at, ok := c.answers[key]
	if !ok || at.Value.(*answer).until <= now {
		c.stats.Misses++
		return nil, false
	}
	c.stats.Hits++
	c.order.MoveToBack(at)
	return at.Value.(*answer).rows, true
}

func (c *Cache) remember(a *answer) {
	if at, ok := c.answers[a.key]; ok {
		at.Value = a
		c.order.MoveToBack(at)
		return
	}
	if len(c.answers) >= c.limit {
		delete(c.answers, c.order.Remove(c.order.Front()).(*answer).key)
	}
	c.answers[a.key] = c.order.PushBack(a)
}
