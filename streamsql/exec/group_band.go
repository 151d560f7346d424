package exec

import (
	"github.com/holdfast-edge/holdfast/tag"
)

// sortBands puts the members that may share windows into bands. A band whose
// host has not what a new member needs gets another host, and its members wait
// until that one has their state.
func (g *Group) sortBands() {
	var keys []string
	byKey := make(map[string][]*Member)
	for _, m := range g.members {
		if m.key != "" {
			if byKey[m.key] == nil {
				keys = append(keys, m.key)
			}
			byKey[m.key] = append(byKey[m.key], m)
		}
	}
	former := make(map[string]*band)
	for _, b := range g.bands {
		former[b.key] = b
	}
	g.bands = nil
	for _, key := range keys {
		b := g.band(key, byKey[key], former[key])
		delete(former, key)
		if b != nil {
			g.bands = append(g.bands, b)
		}
	}
	for _, b := range former {
		g.end(b)
	}
}

// band returns the band of the members of one key, nil where there is none.
func (g *Group) band(key string, members []*Member, former *band) *band {
	if former != nil && len(members) >= minBand && former.covers(members) {
		former.take(members)
		former.admit()
		return former
	}
	if former != nil {
		g.end(former)
	}
	if len(members) < minBand {
		return nil
	}
	b := newBand(g, key, members)
	if b != nil {
		b.admit()
	}
	return b
}

// end gives the members of a band windows of their own again.
func (g *Group) end(b *band) {
	for len(b.sharing) > 0 {
		m := b.sharing[len(b.sharing)-1]
		if err := b.release(m); err != nil {
			m.exec.fail(g.work.now, err, nil, noRow) // what it gives from now on begins anew
		}
	}
	b.take(nil)
}

// pushBand gives the batch, or what is left of it, to the windows of a band.
func (g *Group) pushBand(b *band) {
	w := &g.work
	w.band = b
	if b.giving.on {
		b.give() // the members that were left when one panicked
	}
	switch {
	case b.broken:
	case w.batch == nil:
		b.host.Tick(w.now, nowhere)
	case w.from == 0:
		b.host.Push(w.now, 0, w.batch, nowhere)
	case w.from < w.batch.Len():
		b.host.Push(w.now, 0, w.batch.Slice(w.from, w.batch.Len()), nowhere)
	case b.windows.reorder != nil:
		b.windows.reorder.release()
	}
	w.band, w.from = nil, 0
}

// nowhere takes the output of hosts, which have none.
func nowhere(*tag.Batch) {}

// admit lets members share whose windows have become those of their band.
func (g *Group) admit() {
	for _, b := range g.bands {
		if b.closed && len(b.sharing) < len(b.members) && b.admit() {
			g.stale = true
		}
	}
}

// mendBand puts a band in order behind a panic: of a member that was being given
// a window, or of the host, in which case all members have windows of their own
// from then on. Those go on with the row behind the one in hand.
func (g *Group) mendBand(cause error) (lost []*Member) {
	w, b := &g.work, g.work.band
	row := b.host.row
	next := w.from + row + 1
	inHand := g.InHand()
	b.broken, b.panicked = !b.giving.on, true
	if b.giving.on && row != noRow && !b.windows.taken {
		b.failAll(cause, row) // it will not enter its window
	}
	for _, m := range inHand {
		m.key = ""
		if !m.shares {
			continue // it will meet the row by itself
		}
		m.exec.fail(w.now, cause, w.batch, b.rowInHand())
		if err := b.release(m); err != nil {
			lost = append(lost, m)
			continue
		}
		if w.batch != nil {
			m.exec.stats.RowsIn -= uint64(w.batch.Len() - next) // they are counted when they are pushed again
		}
		w.rest = append(w.rest, turn{m, next})
	}
	w.from = next
	g.stale = true
	return lost
}

// rowInHand returns the row that has failed, if it is one and not a window.
func (b *band) rowInHand() int {
	if b.giving.on {
		return noRow
	}
	return b.host.row
}

// failAll counts a row as failed for those that share, but the one in hand.
func (b *band) failAll(cause error, row int) {
	for i, m := range b.sharing {
		if i != b.giving.next {
			m.exec.fail(b.windows.now, cause, b.group.work.batch, row)
		}
	}
}
