package log

import (
	"encoding/binary"
	"errors"
	"io/fs"

	"go.etcd.io/bbolt"

	"github.com/holdfast-edge/holdfast/tag"
)

// lost is a run of records of a stream of one life of the log.
type lost struct {
	extent
	life life
}

// account returns what the log has in a stretch of positions, by stream, of the
// streams that are wanted. It reads headers; of a block that is cut, the
// payload. Where a block or a segment cannot be read, the sequences on both
// sides of it tell what it had.
func (l *Log) account(s span, wanted func(uint32) bool) ([]lost, error) {
	ledger := ledger{wanted: wanted, runs: map[ledgerKey]int{}}
	tail, _ := l.recent.tail()
	s.to = min(s.to, tail)
	for s.from < s.to {
		held, end, err := l.shelf.holding(s.from)
		switch {
		case isDamage(err):
			if err := l.shelf.quarantine(held, err); err != nil {
				return ledger.all, err
			}
			continue
		case err != nil:
			return ledger.all, err
		case s.from < held.first:
			l.missing(&ledger, held)
			s.from = held.first
			continue
		}
		err = l.accountSegment(&ledger, held, span{s.from, min(s.to, end)})
		if errors.Is(err, fs.ErrClosed) {
			continue
		}
		if err != nil {
			return ledger.all, err
		}
		l.accountHole(&ledger, held, s, end)
		s.from = end
	}
	return ledger.all, nil
}

// ledger adds up runs of records. Those of a stream and life that follow each
// other are one.
type ledger struct {
	wanted func(uint32) bool
	all    []lost
	runs   map[ledgerKey]int // the last run of a stream
}

type ledgerKey struct {
	stream      uint32
	incarnation uint64
}

func (g *ledger) add(l life, e extent) {
	if e.rows == 0 || !g.wanted(e.stream) {
		return
	}
	key := ledgerKey{e.stream, l.incarnation}
	if i, ok := g.runs[key]; ok && g.all[i].first+g.all[i].rows == e.first {
		g.all[i].rows += e.rows
		return
	}
	g.runs[key] = len(g.all)
	g.all = append(g.all, lost{extent: e, life: l})
}

// accountSegment adds what a segment has within a span.
func (l *Log) accountSegment(g *ledger, held *segment, s span) error {
	var cut, damaged []uint64 // blocks to be looked into
	err := l.shelf.view(held, func(tx *bbolt.Tx) error {
		blocks := tx.Bucket(blocksBucket)
		c := blocks.Cursor()
		for k := seekBlock(c, s.from); k != nil; k, _ = c.Next() {
			first := binary.BigEndian.Uint64(k)
			if first >= s.to {
				return nil
			}
			h, err := blockHeader(blocks.Bucket(k), k)
			switch {
			case err != nil:
				damaged = append(damaged, first)
			case h.end() <= s.from:
			case h.first < s.from || h.end() > s.to:
				cut = append(cut, first)
			default:
				for _, e := range h.streams {
					g.add(held.life, e)
				}
			}
		}
		return nil
	})
	for _, first := range cut {
		l.accountBlock(g, held, first, s)
	}
	for _, first := range damaged {
		l.around(g, held, first)
	}
	return err
}

// accountHole adds what a segment had that is missing behind another one.
func (l *Log) accountHole(g *ledger, held *segment, s span, end uint64) {
	if s.to < end {
		return
	}
	raw, err := l.find(held, end-1, end, func(uint32) bool { return false })
	next := l.shelf.after(held)
	if err == nil && raw.hole && next != nil && l.sameLife(held) {
		l.missing(g, next)
	}
}

// find is findBlock for those who stay with a segment.
func (l *Log) find(held *segment, position, end uint64, wanted func(uint32) bool) (raw rawBlock, err error) {
	for {
		raw, err = findBlock(held, position, end, wanted)
		if !errors.Is(err, fs.ErrClosed) {
			return raw, err
		}
		if err := l.shelf.view(held, func(*bbolt.Tx) error { return nil }); err != nil {
			return raw, err
		}
	}
}

// accountBlock adds what a block has within a span that cuts it. One that
// cannot be read counts whole.
func (l *Log) accountBlock(g *ledger, held *segment, first uint64, s span) {
	raw, err := l.find(held, first, forever, func(uint32) bool { return true })
	if err != nil || raw.header == nil {
		return
	}
	payload, err := l.decompressor.expand(raw.header, raw.kept)
	if err != nil {
		for _, e := range raw.header.streams {
			g.add(held.life, e)
		}
		return
	}
	next := map[int]uint64{}
	position := raw.header.first
	_ = readStored(raw.header, payload, func(st stored) error { // its checksum held
		e := raw.header.streams[st.stream]
		seq := e.first + next[st.stream]
		next[st.stream] += st.rows
		if position >= s.from && position < s.to {
			g.add(held.life, extent{stream: e.stream, first: seq, rows: st.rows})
		}
		position++
		return nil
	})
}

// around adds what a block with a damaged header had: what is missing between
// the sequences of the blocks before it and behind it.
func (l *Log) around(g *ledger, held *segment, bad uint64) {
	before, after := l.starts(held), l.ends(held)
	_ = l.shelf.view(held, func(tx *bbolt.Tx) error { // what cannot be read adds nothing
		blocks := tx.Bucket(blocksBucket)
		c := blocks.Cursor()
		seen := map[uint32]bool{}
		for k, _ := c.First(); k != nil; k, _ = c.Next() {
			h, err := blockHeader(blocks.Bucket(k), k)
			if err != nil {
				continue
			}
			for _, e := range h.streams {
				switch {
				case h.first < bad:
					before[e.stream] = e.first + e.rows
				case !seen[e.stream]:
					after[e.stream], seen[e.stream] = e.first, true
				}
			}
		}
		return nil
	})
	for n, to := range after {
		if from, ok := before[n]; ok && from < to {
			g.add(held.life, extent{stream: n, first: from, rows: to - from})
		}
	}
}

// missing adds what the segment before held had, which is gone: the difference
// of the sequences at which the two began.
func (l *Log) missing(g *ledger, held *segment) {
	for n, s := range l.table(held) {
		if s.prior > 0 && s.prior < s.start {
			g.add(held.life, extent{stream: n, first: s.prior, rows: s.start - s.prior})
		}
	}
}

// starts returns the sequences at which a segment began.
func (l *Log) starts(held *segment) map[uint32]uint64 {
	all := map[uint32]uint64{}
	for n, s := range l.table(held) {
		all[n] = s.start
	}
	return all
}

// ends returns the sequences at which a segment ended.
func (l *Log) ends(held *segment) map[uint32]uint64 {
	all := map[uint32]uint64{}
	if held == l.shelf.active() {
		for n := range uint32(l.streams.count()) {
			s, _ := l.streams.at(n)
			all[n] = s.next
		}
		return all
	}
	next := l.shelf.after(held)
	if next == nil || next.life.incarnation != held.life.incarnation {
		return all
	}
	return l.starts(next)
}

// table returns the streams as a segment has them.
func (l *Log) table(held *segment) map[uint32]stream {
	all := map[uint32]stream{}
	if held == l.shelf.active() {
		for n := range uint32(l.streams.count()) {
			all[n], _ = l.streams.at(n)
		}
		return all
	}
	_ = l.shelf.view(held, func(tx *bbolt.Tx) error { // what cannot be read is not told
		return tx.Bucket(streamsBucket).ForEach(func(k, v []byte) error {
			if s, err := readStream(v); err == nil && len(k) == 4 {
				all[binary.BigEndian.Uint32(k)] = s
			}
			return nil
		})
	})
	return all
}

// lose gives up a stretch that a lane was about to read: it is damaged.
func (c *consumer) lose(lane Lane, s span, damage error) {
	c.log.options.Logger.Error("entries lost", "cursor", c.name, "from", s.from, "to", s.to, "error", damage)
	gone, err := c.log.account(s, c.wants)
	if err != nil {
		c.log.options.Logger.Error("account for lost entries", "cursor", c.name, "error", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.lanes.has(lane, s.from) {
		return // somebody else gave it up
	}
	c.lanes.pass(lane, s.to)
	c.giveUp(gone, tag.Corrupt)
}
