package log

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/holdfast-edge/holdfast/store/bolt"
	"github.com/holdfast-edge/holdfast/tag"
)

// Audit is what a log holds and what its cursors stand at, read record by
// record with every checksum.
type Audit struct {
	Held    []Run         // what the files hold, by stream and life; what gaps stand for among them
	Gaps    []NamedGap    // of the log itself: records that no cursor will get
	Damaged []string      // what could not be read
	Cursors []CursorAudit // by name
}

// Run is records of one stream that follow each other.
type Run struct {
	Stream string // its name
	First  tag.Identity
	Count  uint64
}

// NamedGap is a gap with the name of its stream.
type NamedGap struct {
	Stream string
	tag.Gap
}

// CursorAudit is what a cursor has not acknowledged.
type CursorAudit struct {
	Name    string
	Streams []string   // names and patterns; none: all
	Waiting []Run      // to be delivered, or on the way
	Gaps    []NamedGap // given up, and not yet told to the far end
}

// Audit reads the whole log. It ends with the error of ctx. What is committed
// and acknowledged meanwhile may be in it or not.
func (l *Log) Audit(ctx context.Context) (*Audit, error) {
	a := &Audit{}
	for _, c := range l.all() { // before the log: what is acknowledged meanwhile is then not missing
		audit, err := l.auditCursor(c)
		if err != nil {
			return nil, fmt.Errorf("audit log: %w", err)
		}
		a.Cursors = append(a.Cursors, audit)
	}
	slices.SortFunc(a.Cursors, func(x, y CursorAudit) int { return strings.Compare(x.Name, y.Name) })
	if err := l.auditFiles(ctx, a); err != nil {
		return nil, fmt.Errorf("audit log: %w", err)
	}
	return a, nil
}

// AuditDirectory audits the log in a directory that no process has open, and
// changes nothing in it.
func AuditDirectory(ctx context.Context, dir string) (_ *Audit, err error) {
	l, err := newLog(Options{Dir: dir, OpenSegments: defaultOpen}.filled())
	if err != nil {
		return nil, fmt.Errorf("audit log: %w", err)
	}
	if l.lock, err = bolt.Lock(dir); err != nil {
		return nil, fmt.Errorf("audit log: %w", err)
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	if err := l.loadToRead(); err != nil {
		return nil, fmt.Errorf("audit log: %w", err)
	}
	a, err := l.Audit(ctx)
	if err != nil {
		return nil, err
	}
	a.Damaged = append(l.shelf.passed, a.Damaged...)
	return a, nil
}

// filled sets what a log needs that nobody writes.
func (o Options) filled() Options {
	o.Site = "audit"
	filled, _ := o.withDefaults() // it has a directory and a site
	return filled
}

// loadToRead loads the last segment that holds, and leaves those that do not
// where they are.
func (l *Log) loadToRead() error {
	file := bolt.File{ReadOnly: true}
	segments, err := listSegments(l.options.Dir, file)
	if err != nil {
		return err
	}
	l.shelf.segments, l.shelf.keeps = segments, true
	for n := len(segments); n > 0; n-- {
		last := segments[n-1]
		err := l.resume(last, file)
		if err == nil {
			l.recent = newRecent(1, l.committer.end)
			return nil
		}
		if !isDamage(err) {
			return err
		}
		if err := l.shelf.quarantine(last, err); err != nil {
			return err
		}
	}
	return fmt.Errorf("no segment in %s", l.options.Dir)
}

func (l *Log) auditCursor(c *consumer) (CursorAudit, error) {
	c.mu.Lock()
	a := CursorAudit{Name: c.name, Streams: slices.Clone(c.options.Streams)}
	spans := c.lanes.pending()
	for _, own := range c.gaps {
		a.Gaps = append(a.Gaps, NamedGap{l.nameOf(own.gap.First.Stream), own.gap})
	}
	c.mu.Unlock()
	for _, s := range spans {
		waiting, err := l.account(s, c.wants)
		if err != nil {
			return a, err
		}
		for _, w := range waiting {
			a.Waiting = append(a.Waiting, l.run(w))
		}
	}
	return a, nil
}

// run names what the log has.
func (l *Log) run(e lost) Run {
	known, _ := l.streams.at(e.stream)
	return Run{Stream: known.name, Count: e.rows, First: tag.Identity{
		Site: e.life.site, Stream: known.id, Incarnation: e.life.incarnation, Sequence: e.first,
	}}
}

// nameOf returns the name of a stream, empty where the log does not know it.
func (l *Log) nameOf(id tag.StreamID) string {
	l.streams.mu.RLock()
	defer l.streams.mu.RUnlock()
	if n, ok := l.streams.numbers[id]; ok {
		return l.streams.streams[n].name
	}
	return ""
}

// auditFiles reads all entries.
func (l *Log) auditFiles(ctx context.Context, a *Audit) error {
	everything := func(uint32) bool { return true }
	open := map[tag.Identity]int{} // the identity that would continue a run → the run
	end, _ := l.recent.tail()
	for at := l.shelf.sizes()[0].first; at < end; {
		if err := ctx.Err(); err != nil {
			return err
		}
		found, err := l.read(at, everything)
		if err != nil {
			return err
		}
		if found.damage != nil {
			a.Damaged = append(a.Damaged, fmt.Sprintf("positions %d to %d: %v", at, found.to, found.damage))
		}
		for _, c := range found.entries {
			a.add(open, l.nameOf(c.entry.Stream()), c.entry)
		}
		at = max(found.to, at+1)
	}
	return nil
}

func (a *Audit) add(open map[tag.Identity]int, name string, e Entry) {
	if e.Gap != nil {
		a.Gaps = append(a.Gaps, NamedGap{name, *e.Gap})
	}
	first := e.First()
	i, ok := open[first]
	if !ok {
		i = len(a.Held)
		a.Held = append(a.Held, Run{Stream: name, First: first})
	}
	delete(open, first)
	a.Held[i].Count += e.Rows()
	first.Sequence += e.Rows()
	open[first] = i
}
