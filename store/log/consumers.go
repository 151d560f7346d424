package log

import (
	"slices"
	"time"

	"github.com/holdfast-edge/holdfast/tag"
)

// consumer returns the consumer of a name, a new one at the place that the
// options say. The caller holds mu.
func (l *Log) consumer(name string, options CursorOptions) *consumer {
	if c := l.consumers[name]; c != nil {
		return c
	}
	from := l.shelf.sizes()[0].first
	if tail, _ := l.recent.tail(); options.FromNow {
		from = tail
	}
	c := newConsumer(l, name, consumerRecord{pending: []span{{from, forever}}, streams: options.Streams, quota: options.Quota})
	c.recount()
	c.touch()
	l.consumers[name] = c
	delete(l.removed, name)
	l.wakeCommitter()
	return c
}

// RemoveCursor forgets a cursor whose consumer is gone for good, and returns what
// it has not acknowledged, which counts as dropped: withdrawn. An open one is
// closed. What cannot be accounted for, since the disk does not answer, is
// logged and not among it.
func (l *Log) RemoveCursor(name string) []Run {
	l.mu.Lock()
	c := l.consumers[name]
	delete(l.consumers, name)
	if c != nil {
		l.removed[name] = true
	}
	l.mu.Unlock()
	if c == nil {
		return nil
	}
	c.mu.Lock()
	holder := c.holder
	c.mu.Unlock()
	if holder != nil {
		holder.Close()
	}
	a, err := l.auditCursor(c)
	if err != nil {
		l.options.Logger.Error("account for a cursor that is withdrawn", "cursor", name, "error", err)
	}
	for _, r := range a.Waiting {
		l.counters.drop(r.Stream, tag.Withdrawn, r.Count)
	}
	l.wakeCommitter()
	return a.Waiting
}

// all returns the consumers.
func (l *Log) all() []*consumer {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := make([]*consumer, 0, len(l.consumers))
	for _, c := range l.consumers {
		all = append(all, c)
	}
	return all
}

func newConsumer(l *Log, name string, r consumerRecord) *consumer {
	c := &consumer{
		log: l, name: name, lag: r.lag, wake: make(chan struct{}, 1),
		options:   CursorOptions{Streams: r.streams, Quota: r.quota, Window: defaultWindow, BackfillShare: defaultShare, LiveWithin: defaultLiveWithin},
		selection: selection{patterns: r.streams},
	}
	c.lanes = newLanes(r.pending, c.options.BackfillShare)
	return c
}

// adopt takes the options of an opening. The caller holds mu.
func (c *consumer) adopt(o CursorOptions) {
	same := slices.Equal(c.options.Streams, o.Streams)
	c.options = o
	c.selection = selection{patterns: o.Streams}
	c.rewind()
	if !same {
		c.recount()
	}
	c.touch()
}

// recount counts the rows that are pending, from the headers of the blocks.
func (c *consumer) recount() {
	c.lag = 0
	for _, s := range c.lanes.pending() {
		lost, _ := c.log.account(s, func(n uint32) bool { return c.selection.wants(n, c.log.streams) })
		for _, e := range lost {
			c.lag += e.rows
		}
	}
}

// since returns when the state first differed from the one on the disk.
func (c *consumer) since() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.changed
}
