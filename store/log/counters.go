package log

import (
	"maps"
	"sync"
	"sync/atomic"

	"github.com/holdfast-edge/holdfast/tag"
)

// counters are what the log counts in this life.
type counters struct {
	commits  atomic.Int64
	failures atomic.Int64
	written  atomic.Int64 // octets that commits wrote to the disk
	rows     atomic.Int64
	batches  atomic.Int64

	mu    sync.Mutex
	drops map[Drop]uint64
}

// Drop names what was lost: of which stream, and why.
type Drop struct {
	Stream string
	Cause  tag.Cause
}

func (c *counters) drop(stream string, cause tag.Cause, rows uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.drops == nil {
		c.drops = map[Drop]uint64{}
	}
	c.drops[Drop{stream, cause}] += rows
}

func (c *counters) dropped() map[Drop]uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.drops)
}
